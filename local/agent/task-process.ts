import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { LineReader } from "./line-reader.ts";

/** How long the agent waits after each of its signals (AgentKnobs.ProccessSigintTimeout, ProccessSigtermTimeout). */
const cancelTimings = { sigintMs: 7_500, sigtermMs: 2_500 } as const;

/** How long a task that is done may take to exit; after that its output is dropped. */
const doneGraceMs = 5_000;

/** How long the agent reads on where the task has ended but a process of its own still holds its output. */
const outputGraceMs = 5_000;

export interface TaskProcess {
  nodePath: string;
  script: string;
  workingDirectory: string;
  environment: Record<string, string>;
}

export interface TaskProcessEvents {
  /** Each line of standard output and standard error, as it comes. */
  onLine: (line: string) => void;
  /** The bytes of both. */
  onOutput: (chunk: Buffer) => void;
  /** Asks the process to end: SIGINT, then SIGTERM, then SIGKILL. */
  cancel: AbortSignal;
  /** Aborted when the task has said that it is done: a process that lingers is then not waited for. */
  done: AbortSignal;
  /** In a container, takes what ends the processes that are still there when the container is removed. */
  leave?: ((end: () => void) => void) | undefined;
}

/**
 * Runs a task's script as the agent does: standard input closed, no other way to reach it than signals. Whatever the
 * task leaves running is killed at the end, which the agent does when the job ends.
 *
 * In a container it runs behind `docker exec`, which forwards no signal: when the run is canceled the agent goes on, and
 * so does the task. A task that a signal has killed has no exit code, of which the agent's containerHandlerInvoker.js
 * makes 0.
 *
 * @returns the exit code, 128 and the signal's number for a killed process, null for one not waited for.
 * @throws Error when the process cannot be started.
 */
export async function runTaskProcess(task: TaskProcess, events: TaskProcessEvents): Promise<number | null> {
  const child = spawn(task.nodePath, [task.script], {
    cwd: task.workingDirectory,
    env: task.environment,
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own: Ctrl-C at a terminal reaches the agent, and the agent alone signals the task.
    detached: process.platform !== "win32",
  });
  let isAbandoned = false;
  const onLine = (line: string) => {
    if (!isAbandoned) events.onLine(line);
  };
  const { cancel, done, leave } = events;
  const ended = waitForEnd(child, onLine, events.onOutput).then(({ code, signal }) => {
    return code ?? (leave ? 0 : 128 + (signal === null ? 0 : constants.signals[signal]));
  });
  // The task may end during the wait for a signal's timeout below. Then sending the signal fails, because there is no process.
  ended.catch(() => {});
  leave?.(() => killGroup(child));
  const onCancel = () => void cancelProcess(child, ended);
  if (!leave && cancel.aborted) onCancel();
  else if (!leave) cancel.addEventListener("abort", onCancel, { once: true });
  try {
    return await Promise.race([ended, lingering(done), ...(leave ? [abandoned(cancel)] : [])]);
  } finally {
    isAbandoned = true;
    cancel.removeEventListener("abort", onCancel);
    if (!leave) killGroup(child);
  }
}

async function waitForEnd(
  child: ChildProcess,
  onLine: (line: string) => void,
  onOutput: (chunk: Buffer) => void,
): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  const streams = [child.stdout, child.stderr].map((stream) => readLines(stream as Readable, onLine, onOutput));
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  await settlesWithin(Promise.all(streams), outputGraceMs);
  return { code, signal };
}

async function readLines(
  stream: Readable,
  onLine: (line: string) => void,
  onOutput: (chunk: Buffer) => void,
): Promise<void> {
  const reader = new LineReader();
  stream.on("data", (chunk: Buffer) => {
    onOutput(chunk);
    for (const line of reader.push(chunk)) onLine(line);
  });
  await once(stream, "close");
  for (const line of reader.end()) onLine(line);
}

async function cancelProcess(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill("SIGINT");
  if (await settlesWithin(ended, cancelTimings.sigintMs)) return;
  child.kill("SIGTERM");
  if (await settlesWithin(ended, cancelTimings.sigtermMs)) return;
  child.kill("SIGKILL");
}

/** Whether a promise settles in time. */
async function settlesWithin(promise: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const timer = new AbortController();
  const settled = promise.then(
    () => true,
    () => true,
  );
  const timedOut = delay(timeoutMs, false, { signal: timer.signal }).catch(() => false);
  const isSettled = await Promise.race([settled, timedOut]);
  timer.abort();
  return isSettled;
}

async function abandoned(cancel: AbortSignal): Promise<null> {
  if (!cancel.aborted) await once(cancel, "abort");
  return null;
}

async function lingering(done: AbortSignal): Promise<null> {
  if (!done.aborted) await once(done, "abort");
  await delay(doneGraceMs, undefined, { ref: false });
  return null;
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined || process.platform === "win32") return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // Nobody of the group is left: the usual case.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
