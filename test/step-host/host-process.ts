/** Runs one task after another in one process, each as if it had just been started. It runs without tsx, under the Node of the tasks. */
import { readFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { dirname } from "node:path";
import { Script } from "node:vm";
import type { HostedTask, HostedTaskEnd } from "./step-host.ts";

/** What a task listens to, and what a new process would not have. */
const EVENTS = ["SIGINT", "SIGTERM", "SIGBREAK", "uncaughtException", "unhandledRejection"] as const;

type Factory = (exports: object, require: NodeJS.Require, module: object, file: string, folder: string) => void;

/** The code of each file is read and compiled once. */
const compiled = new Map<string, Factory>();
const own = new Set(Reflect.ownKeys(globalThis));
const channel = process.channel as unknown as { ref(): void; unref(): void };
let output: Buffer[] = [];
let isRunning = false;

for (const stream of [process.stdout, process.stderr]) stream.write = collect as typeof stream.write;

function collect(chunk: string | Uint8Array, ...rest: unknown[]): boolean {
  output.push(Buffer.from(chunk as string));
  const done = rest.at(-1);
  if (typeof done === "function") process.nextTick(done as () => void);
  return true;
}

const hostRequire = createRequire(import.meta.url);

hostRequire.extensions[".js"] = (module: NodeJS.Module, file: string): void => {
  let factory = compiled.get(file);
  if (!factory) {
    const script = new Script(Module.wrap(withoutImports(readFileSync(file, "utf8"))), { filename: file });
    factory = script.runInThisContext() as Factory;
    compiled.set(file, factory);
  }
  factory.call(module.exports, module.exports, createRequireOf(module), module, file, dirname(file));
};

/** What is imported would stay for the next task: files beside a task's script are required instead. */
function withoutImports(text: string): string {
  return text.replaceAll(/\bimport\(("\.\/[\w-]+\.js")\)/g, "Promise.resolve().then(() => require($1))");
}

function createRequireOf(module: NodeJS.Module): NodeJS.Require {
  const require = (name: string) => module.require(name);
  return Object.assign(require, createRequire(module.filename), { main: module }) as NodeJS.Require;
}

process.on("message", ({ script, workingDirectory, environment }: HostedTask) => {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, environment);
  process.chdir(workingDirectory);
  process.argv = [process.execPath, script];
  isRunning = true;
  // From here on the event loop is empty when the task's work is done, as it would be in a process of its own.
  channel.unref();
  const require = createRequire(script);
  require(script);
});

process.on("beforeExit", () => {
  if (!isRunning) return;
  isRunning = false;
  const end: HostedTaskEnd = {
    exitCode: Number(process.exitCode ?? 0),
    output: Buffer.concat(output).toString("base64"),
  };
  forget();
  channel.ref();
  process.send?.(end);
});
process.on("disconnect", () => process.exit(0));

/** Removes what the task leaves behind in the process. */
function forget(): void {
  output = [];
  // Windows does not remove a folder in which a process is.
  process.chdir(dirname(process.execPath));
  process.exitCode = undefined;
  for (const file of Object.keys(hostRequire.cache)) delete hostRequire.cache[file];
  for (const event of EVENTS) process.removeAllListeners(event);
  for (const name of Reflect.ownKeys(globalThis)) if (!own.has(name)) Reflect.deleteProperty(globalThis, name);
}
