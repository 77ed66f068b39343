import { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import net, { type Socket } from "node:net";
import { dirname, resolve } from "node:path";
import { Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import tls from "node:tls";
import { Script } from "node:vm";
import { Worker, type WorkerOptions } from "node:worker_threads";
import { LineReader } from "../../local/agent/line-reader.ts";
import type { TaskProcess, TaskProcessEvents } from "../../local/agent/task-process.ts";

/** How the time goes by for a task that runs in this process, and what it finds there. */
export interface TaskTime {
  /** By how much timeouts of 20 s and more are shortened, for servers that say nothing; 1 leaves them as they are. */
  readonly timeoutDivisor: number;
  /** The name servers that DNS knows of each domain; absent for none. */
  readonly nameServers?: readonly string[] | undefined;
  /** How many connections are refused from now on. */
  readonly refused?: { count: number };
  /** Makes the task's threads in place of Node's class. */
  readonly threadClass?: typeof Worker;
}

/** A task that has not ended after so long never will. */
const MAX_RUN_MS = 300_000;
/** How long a task that is done may take to close its connections. */
const MAX_CLOSING_MS = 3_000;
/** Shorter ones are not about servers that are silent. */
const SHORTENED_FROM_MS = 20_000;

/** Where no server listens. */
const NOBODY = { host: "127.0.0.1", port: 1 };

const hostRequire = createRequire(import.meta.url);
const scripts = new Map<string, Script>();
const contexts = new Map<string, tls.SecureContext>();

/** What a script of a bundle sees instead of what a process of its own would have. */
const PARAMETERS =
  "exports, require, module, __filename, __dirname, process, console, global, Date, setInterval, importBeside";

/** What went wrong in this process outside of any promise, while tasks ran in it. */
const strayErrors: Error[] = [];
const noteStrayError = (error: Error) => void strayErrors.push(error);
let runningTasks = 0;

/**
 * Runs a packaged task in this process, with an environment, an output and signals of its own: some 20 times as fast as in a process of its
 * own. Its waits before it tries again take no time.
 */
export async function runInThisProcess(
  task: TaskProcess,
  events: TaskProcessEvents,
  time: TaskTime,
): Promise<number | null> {
  const world = new TaskWorld(task, events, time);
  const cancel = () => void world.process.emit("SIGINT");
  if (events.cancel.aborted) cancel();
  else events.cancel.addEventListener("abort", cancel, { once: true });
  if (runningTasks++ === 0) process.on("uncaughtException", noteStrayError);
  try {
    world.load(task.script);
    return await world.ended();
  } finally {
    if (--runningTasks === 0) process.off("uncaughtException", noteStrayError);
    events.cancel.removeEventListener("abort", cancel);
  }
}

class TaskWorld {
  readonly process: NodeJS.Process;
  readonly #modules = new Map<string, { exports: unknown }>();
  readonly #sockets = new Set<Socket>();
  readonly #reader = new LineReader();
  readonly #events: TaskProcessEvents;
  readonly #time: TaskTime;
  readonly #date: DateConstructor;
  readonly #global: object;
  #isComplete = false;
  #skippedMs = 0;

  constructor(task: TaskProcess, events: TaskProcessEvents, time: TaskTime) {
    this.#events = events;
    this.#time = time;
    const output = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.#take(Buffer.from(chunk));
        done();
      },
    });
    const signals = new EventEmitter().setMaxListeners(0);
    this.process = Object.create(process, {
      env: { value: { ...task.environment } },
      stdout: { value: output },
      stderr: { value: output },
      exitCode: { value: 0, writable: true },
      ...Object.fromEntries(
        (["on", "once", "off", "emit", "removeListener", "listenerCount"] as const).map((name) => [
          name,
          { value: signals[name].bind(signals) },
        ]),
      ),
    });
    const skewed = () => Math.round(Date.now() + this.#skippedMs);
    this.#date = class extends Date {
      static override now(): number {
        return skewed();
      }
    } as DateConstructor;
    // A test in this process may have loaded the task library, which keeps its state here.
    const ofTaskLibrary = Object.keys(globalThis).filter((name) => name.startsWith("_vsts_task_lib"));
    const notSet = ofTaskLibrary.map((name) => [name, { value: undefined, writable: true }] as const);
    this.#global = Object.create(globalThis, Object.fromEntries(notSet));
  }

  /** Runs a file of the bundle, once. */
  load(path: string): unknown {
    const known = this.#modules.get(path);
    if (known) return known.exports;
    const module = { exports: {} };
    this.#modules.set(path, module);
    const load = (name: string) => this.#require(dirname(path), name);
    const importBeside = async (name: string) => {
      const exports = load(name) as object;
      return { default: exports, ...exports };
    };
    const console_ = new console.Console(this.process.stdout, this.process.stderr);
    const run = scriptAt(path).runInThisContext() as (...values: unknown[]) => void;
    const own = [this.process, console_, this.#global, this.#date, this.#setInterval, importBeside];
    run(module.exports, load, module, path, dirname(path), ...own);
    return module.exports;
  }

  /** @returns the exit code; null for a task that does not end. */
  async ended(): Promise<number | null> {
    const startMs = Date.now();
    const stray = strayErrors.length;
    while (!this.#isComplete && strayErrors.length === stray && Date.now() - startMs < MAX_RUN_MS) await sleep(2);
    const doneMs = Date.now();
    while (this.#openSockets().length > 0 && Date.now() - doneMs < MAX_CLOSING_MS) await sleep(2);
    const isLingering = this.#openSockets().length > 0;
    for (const socket of this.#openSockets()) socket.destroy();
    for (const error of strayErrors.slice(stray)) this.#take(Buffer.from(`${error.stack}\n`));
    for (const line of this.#reader.end()) this.#events.onLine(line);
    if (!this.#isComplete || isLingering) return null;
    return strayErrors.length > stray ? 7 : Number(this.process.exitCode) || 0;
  }

  #openSockets(): Socket[] {
    return [...this.#sockets].filter(({ destroyed }) => !destroyed);
  }

  #take(chunk: Buffer): void {
    this.#events.onOutput(chunk);
    for (const line of this.#reader.push(chunk)) {
      this.#events.onLine(line);
      if (line.startsWith("##vso[task.complete")) this.#isComplete = true;
    }
  }

  #require(folder: string, name: string): unknown {
    if (name.startsWith("./")) return this.load(resolve(folder, name));
    switch (name) {
      case "node:timers/promises":
        return { ...hostRequire(name), setTimeout: this.#pause };
      case "node:net":
        return { ...net, connect: this.#watched(net.connect) };
      case "node:tls":
        return { ...tls, connect: this.#watched(tls.connect), createSecureContext };
      case "node:dns":
        return { promises: { resolveNs: this.#resolveNs } };
      case "node:worker_threads":
        return { ...hostRequire(name), Worker: this.#worker() };
      default:
        return hostRequire(name);
    }
  }

  /** Lets the time pass at once, on the task's clock too. */
  readonly #pause = (delayMs: number, value?: unknown, options?: object): Promise<unknown> => {
    this.#skippedMs += delayMs;
    return sleep(0, value, options);
  };

  readonly #resolveNs = async (name: string): Promise<readonly string[]> => {
    const { nameServers = [] } = this.#time;
    if (nameServers.length > 0) return nameServers;
    throw Object.assign(new Error(`queryNs ENOTFOUND ${name}`), { code: "ENOTFOUND" });
  };

  readonly #setInterval = (work: () => void, delayMs: number) => setInterval(work, this.#shortened(delayMs));

  #shortened(timeoutMs: number): number {
    return timeoutMs >= SHORTENED_FROM_MS ? timeoutMs / this.#time.timeoutDivisor : timeoutMs;
  }

  /** Threads with sockets whose timeouts are shortened. */
  #worker(): typeof Worker {
    const shortened = (timeoutMs: number) => this.#shortened(timeoutMs);
    return class extends (this.#time.threadClass ?? Worker) {
      constructor(path: string, options: WorkerOptions = {}) {
        const { workerData: data } = options;
        super(path, {
          ...options,
          ...(data?.idleTimeoutMs ? { workerData: { ...data, idleTimeoutMs: shortened(data.idleTimeoutMs) } } : {}),
        });
      }
    };
  }

  /** Sockets whose timeouts are shortened, and which are known here. */
  #watched<Connect extends (...args: never[]) => Socket>(connect: Connect): (...args: Parameters<Connect>) => Socket {
    return (...args) => {
      const { refused } = this.#time;
      const to = args[0] as unknown as net.NetConnectOpts & { socket?: Socket };
      const isRefused = !to.socket && refused !== undefined && refused.count-- > 0;
      const socket = isRefused
        ? connect(...([{ ...to, ...NOBODY }] as never as Parameters<Connect>))
        : connect(...args);
      const setTimeout_ = socket.setTimeout.bind(socket);
      socket.setTimeout = (timeoutMs, onTimeout) => setTimeout_(this.#shortened(timeoutMs), onTimeout);
      this.#sockets.add(socket);
      return socket;
    };
  }
}

/** Makes each context once for all tasks: to read its authorities takes longer than a task. */
function createSecureContext(options: tls.SecureContextOptions): tls.SecureContext {
  const name = JSON.stringify(options);
  const context = contexts.get(name) ?? tls.createSecureContext(options);
  contexts.set(name, context);
  return context;
}

function scriptAt(path: string): Script {
  let script = scripts.get(path);
  if (!script) {
    const source = readFileSync(path, "utf8").replace(/\bimport\((?="(\.\/|node:))/g, "importBeside(");
    // What a task leaves for itself in its global object is of this run. Libraries beside it need the real one.
    const isOfTask = /(?:index|main)\.js$/.test(path);
    const own = isOfTask ? source.replace(/\bglobalThis\b/g, "global") : source;
    script = new Script(`(function (${PARAMETERS}) {${own}\n})`, { filename: path });
    scripts.set(path, script);
  }
  return script;
}
