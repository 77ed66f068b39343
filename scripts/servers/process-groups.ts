import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { constants } from "node:os";

const alive = new Set<ChildProcess>();
const lastWishes = new Set<() => void>();

/**
 * Starts a program that does not outlive this process, whatever ends it: its end, an error or a signal. It gets a process
 * group of its own, so that what it starts in turn ends with it.
 */
export function startProcess(program: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  watchForTheEnd();
  const child = spawn(program, args, { ...options, detached: true });
  if (child.pid !== undefined) {
    alive.add(child);
    child.once("exit", () => alive.delete(child));
  }
  return child;
}

/** Ends a process and what it started, at once: what it would still write is thrown away anyhow. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (alive.has(child)) {
    const gone = new Promise((resolve) => child.once("exit", resolve));
    killGroup(child);
    await gone;
  }
}

/** Has `action` done, synchronously, when this process ends early. @returns a function that takes the wish back. */
export function atTheEnd(action: () => void): () => void {
  watchForTheEnd();
  lastWishes.add(action);
  return () => lastWishes.delete(action);
}

function killGroup(child: ChildProcess): void {
  try {
    process.kill(-(child.pid as number), "SIGKILL");
  } catch (error) {
    // It has just ended by itself, and Node has not reported it yet.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") {
      throw error;
    }
  }
}

let watching = false;

function watchForTheEnd(): void {
  if (watching) {
    return;
  }
  watching = true;
  process.once("exit", () => {
    for (const child of alive) {
      killGroup(child);
    }
    for (const wish of lastWishes) {
      wish();
    }
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => process.exit(128 + constants.signals[signal]));
  }
}
