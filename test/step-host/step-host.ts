import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import type { StepRequest } from "../../local/agent/agent.ts";
import type { TaskProcess, TaskProcessEvents } from "../../local/agent/task-process.ts";
import { isFull } from "../amounts.ts";
import { runWithCtrlC } from "../windows/ctrl-c.ts";

/** A task that a host is to run. */
export type HostedTask = Pick<TaskProcess, "script" | "workingDirectory" | "environment">;

/** How it ended, and in Base64 what it wrote. */
export interface HostedTaskEnd {
  readonly exitCode: number;
  readonly output: string;
}

/** After so many tasks a host is replaced: tasks may leave threads behind, which end with a process. */
const MAX_TASKS = 60;

interface Host {
  readonly child: ChildProcess;
  tasks: number;
}

/** Those that are free, by the Node that they run on. */
const free = new Map<string, Host[]>();
let hostScript: string | undefined;

/** What a process gets when it starts, and what only a process of its own can do. */
const NEEDS_OWN = ["cancel", "timeoutMs", "onLine", "container", "inheritedEnv", "nodePath"] as const;

/**
 * What lets a step share a process with other steps, one after the other, each with modules and an environment of its own: to start a process
 * takes several times the work of most steps. A step that is cancelled or watched, or that has to do with what a process gets when it starts, has
 * a process of its own. So has each step in `npm run test:servers`.
 */
export function inSharedProcess(step: Partial<StepRequest> = {}): Pick<StepRequest, "runProcess"> {
  const setsUpNode = Object.keys(step.env ?? {}).some((name) => name.startsWith("NODE_"));
  const needsOwn = setsUpNode || NEEDS_OWN.some((name) => step[name] !== undefined);
  if (needsOwn && (step.cancel || step.timeoutMs) && process.env.WINDOWS_PARENT) return { runProcess: runWithCtrlC };
  return isFull || needsOwn ? {} : { runProcess: runInHost };
}

async function runInHost(task: TaskProcess, { onLine, onOutput }: TaskProcessEvents): Promise<number | null> {
  const { nodePath, script, workingDirectory, environment } = task;
  const hosts = free.get(nodePath) ?? [];
  free.set(nodePath, hosts);
  const host = hosts.pop() ?? { child: startHost(nodePath), tasks: 0 };
  host.child.ref();
  host.child.channel?.ref();
  host.child.send({ script, workingDirectory, environment } satisfies HostedTask);
  const ended = new AbortController();
  const end = await Promise.race([
    once(host.child, "message", { signal: ended.signal }).then(([message]) => message as HostedTaskEnd),
    once(host.child, "exit", { signal: ended.signal }).then(
      ([code]): HostedTaskEnd => ({ exitCode: code, output: "" }),
    ),
  ]).finally(() => ended.abort());
  if (++host.tasks < MAX_TASKS && host.child.connected) hosts.push(host);
  else if (host.child.connected) host.child.disconnect();
  host.child.unref();
  host.child.channel?.unref();
  const output = Buffer.from(end.output, "base64");
  onOutput(output);
  for (const line of output.toString().split(/\r?\n/).slice(0, -1)) onLine(line);
  return end.exitCode;
}

function startHost(execPath: string): ChildProcess {
  return fork(builtHost(), { execPath, execArgv: [], env: {}, stdio: ["ignore", "inherit", "inherit", "ipc"] });
}

/** The host's script, for a Node without tsx. */
function builtHost(): string {
  if (hostScript) return hostScript;
  const folder = mkdtempSync(join(tmpdir(), "step-host-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  hostScript = join(folder, "host-process.cjs");
  const entryPoint = fileURLToPath(new URL("host-process.ts", import.meta.url));
  const define = { "import.meta.url": JSON.stringify(import.meta.url) };
  buildSync({
    entryPoints: [entryPoint],
    outfile: hostScript,
    bundle: true,
    platform: "node",
    target: "node20",
    define,
  });
  return hostScript;
}
