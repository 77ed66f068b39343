import { run } from "../scripts/servers/command.ts";
import { Unavailable } from "../scripts/servers/server.ts";

/** A network of its own, with nothing in it but a loopback interface that carries so much and no more. */
export interface NetworkNamespace {
  /** What stands before the command of a program that is to run in it. */
  readonly commandPrefix: readonly string[];
  remove(): Promise<void>;
}

/** As much as may come at once: less, and short pauses of this machine would count as a slow line. */
const BURST = "256kb";

/**
 * Makes a network whose line carries so many bits a second, in both directions together.
 *
 * @param rate as `tc` has it, for example `1gbit`.
 * @throws {Unavailable} where this user may not, or the kernel has no such thing.
 */
export async function limitedNetwork(rate: string): Promise<NetworkNamespace> {
  const name = `bench-${process.pid}`;
  const commandPrefix = ["ip", "netns", "exec", name];
  const remove = async () => void (await run("ip", ["netns", "delete", name]).catch(() => undefined));
  try {
    await run("ip", ["netns", "add", name]);
    await runInside("ip", "link", "set", "lo", "up");
    await runInside("tc", "qdisc", "add", "dev", "lo", "root", "tbf", "rate", rate, "burst", BURST, "latency", "50ms");
    return { commandPrefix, remove };
  } catch (error) {
    await remove();
    throw new Unavailable(`there is no network with a limited line: ${(error as Error).message}`);
  }

  async function runInside(...command: readonly string[]): Promise<void> {
    const [program = "", ...args] = [...commandPrefix, ...command];
    await run(program, args);
  }
}
