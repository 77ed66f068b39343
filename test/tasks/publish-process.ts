import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { StepRequest } from "../../local/agent/agent.ts";

/** A module that lets the time pass at once for which a task waits, on its clock too; timeouts of requests stay as they are. */
const NO_WAITING = `
  const timers = require("node:timers/promises");
  const { setTimeout: wait } = timers;
  const { now } = Date;
  let skippedMs = 0;
  Date.now = () => now() + skippedMs;
  timers.setTimeout = (delayMs, ...rest) => {
    skippedMs += delayMs;
    return wait(0, ...rest);
  };
`;

/**
 * What a step needs for its waits to take no time.
 *
 * @param folder where the module may be written that does so.
 */
export function withoutWaiting(folder: string): Partial<StepRequest> {
  return preloading(folder, "no-waiting", NO_WAITING);
}

/**
 * As `withoutWaiting`, on a machine whose DNS knows the name servers of these domains, and of no others.
 *
 * @param folder where the modules may be written that do so.
 */
export function answeringDns(
  folder: string,
  nameServers: Readonly<Record<string, readonly string[]>>,
): Partial<StepRequest> {
  const source = `
    ${NO_WAITING}
    const nameServers = ${JSON.stringify(nameServers)};
    require("node:dns").promises.resolveNs = async (name) => {
      if (nameServers[name]) return nameServers[name];
      throw Object.assign(new Error("queryNs ENOTFOUND " + name), { code: "ENOTFOUND" });
    };
  `;
  return preloading(folder, "dns", source);
}

function stopBehind(line: string): string {
  return `
    const { stdout } = process;
    const write = stdout.write.bind(stdout);
    stdout.write = (text, ...rest) => {
      const isTaken = write(text, ...rest);
      if (String(text).startsWith(${JSON.stringify(line)})) process.kill(process.pid, "SIGSTOP");
      return isTaken;
    };
  `;
}

/** The exit code of a step that SIGKILL has ended. */
export const KILLED = process.platform === "win32" ? 1 : 128 + 9;

/** The process of a step, for signals that the agent does not send. */
export class StepProcess {
  /** What the step needs for its process to be known. */
  readonly step: Partial<StepRequest>;
  readonly #pidFile: string;

  /**
   * @param folder where the process may write its id; no other one does so at the same time.
   * @param stopsBehind how the line begins with which the process stops by itself, until it gets a SIGCONT.
   */
  constructor(folder: string, name: string, stopsBehind?: string) {
    this.#pidFile = join(folder, `${name}.pid`);
    const tellId = `require("node:fs").writeFileSync(${JSON.stringify(this.#pidFile)}, String(process.pid));`;
    this.step = preloading(folder, name, stopsBehind === undefined ? tellId : tellId + stopBehind(stopsBehind));
  }

  /** Sends a signal, where the process has begun and not ended yet. */
  signal(signal: NodeJS.Signals): void {
    const pid = existsSync(this.#pidFile) ? Number(readFileSync(this.#pidFile, "utf8")) : 0;
    if (pid === 0) return;
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

function preloading(folder: string, name: string, source: string): Partial<StepRequest> {
  const module = join(folder, `${name}.cjs`);
  writeFileSync(module, source);
  return { env: { NODE_OPTIONS: `--require=${module}` } };
}
