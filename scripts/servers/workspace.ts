import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { atTheEnd, endProcess, startProcess } from "./process-groups.ts";

const logLinesKept = 40;
const startTimeoutMs = 120_000;

/** A temporary folder and the processes that work in it; both are gone when it is closed, or when this process ends. */
export class Workspace {
  readonly folder: string;
  readonly #processes: ChildProcess[] = [];
  readonly #logLines: string[] = [];
  readonly #forget: () => void;
  #failure: string | undefined;

  constructor(name: string) {
    // Short, since the path of a socket in it has at most 107 characters.
    this.folder = mkdtempSync(join(tmpdir(), `${name}-`));
    this.#forget = atTheEnd(() => this.#removeFolder());
  }

  /** Starts a program that runs until the workspace is closed. */
  start(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): void {
    const child = startProcess(program, args, {
      cwd: this.folder,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout?.on("data", (data: Buffer) => this.#keep(data));
    child.stderr?.on("data", (data: Buffer) => this.#keep(data));
    child.once("error", (error) => {
      this.#failure = `${program} could not be started: ${error.message}`;
    });
    // Not "exit", which comes before the last of what it wrote.
    child.once("close", (code, signal) => {
      this.#failure = `${program} ended with ${signal ?? `exit code ${code}`}`;
    });
    this.#processes.push(child);
  }

  /** Waits until `url` answers, with whatever status. @throws where a process of the workspace ends, or time is up. */
  answers(url: string): Promise<void> {
    return this.#until(`${url} answers`, async () => {
      await (await fetch(url, { signal: AbortSignal.timeout(5000) })).arrayBuffer();
    });
  }

  /** The same for a port of 127.0.0.1 where fetch would have no answer: one of TLS with an authority of our own, or of a locked proxy. */
  listens(port: number): Promise<void> {
    return this.#until(`port ${port} is open`, async () => {
      const socket = connect(port, "127.0.0.1");
      await once(socket, "connect");
      socket.destroy();
    });
  }

  async #until(what: string, attempt: () => Promise<void>): Promise<void> {
    const giveUpAtMs = Date.now() + startTimeoutMs;
    while (Date.now() < giveUpAtMs) {
      try {
        await attempt();
        return;
      } catch {
        if (this.#failure !== undefined) {
          throw new Error(this.#failure);
        }
        await sleep(50);
      }
    }
    throw new Error(`time was up after ${startTimeoutMs / 1000} s before ${what}`);
  }

  /** The last lines that its processes wrote. */
  get log(): string {
    return this.#logLines.join("\n");
  }

  async close(): Promise<void> {
    await Promise.all(this.#processes.map(endProcess));
    this.#removeFolder();
    this.#forget();
  }

  #keep(data: Buffer): void {
    const lines = data
      .toString()
      .split("\n")
      .filter((line) => line.trim() !== "");
    this.#logLines.push(...lines);
    this.#logLines.splice(0, this.#logLines.length - logLinesKept);
  }

  #removeFolder(): void {
    // A process that was just killed may be in the middle of a write.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

/**
 * Opens a workspace and starts something in it.
 * @returns what `start` returns; the workspace stays open.
 * @throws {Error} if `start` throws: the workspace is closed, and the message ends with the last lines of the log.
 */
export async function inWorkspace<T>(name: string, start: (workspace: Workspace) => Promise<T>): Promise<T> {
  const workspace = new Workspace(name);
  try {
    return await start(workspace);
  } catch (error) {
    await workspace.close();
    const log = workspace.log.replace(/^/gm, "  | ");
    throw new Error(`${name} did not start: ${(error as Error).message}\n${log}`, { cause: error });
  }
}
