import { run } from "../scripts/servers/command.ts";
import { Unavailable } from "../scripts/servers/server.ts";

/** A network of its own, with nothing in it but a loopback interface that carries so much and no more. */
export interface NetworkNamespace {
  /** What stands before the command of a program that is to run in it. */
  readonly commandPrefix: readonly string[];
  /** Waits until something in it listens on this port of 127.0.0.1. @throws {Error} after 30 seconds. */
  listens(port: number): Promise<void>;
  remove(): Promise<void>;
}

/** What comes from this address, or goes there, is not limited: as if the program were on another machine, beside the server. */
export const UNLIMITED_ADDRESS = "127.0.0.2";

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
    await tc("qdisc add dev lo root handle 1: htb default 1 r2q 1000");
    await tc(`class add dev lo parent 1: classid 1:1 htb rate ${rate} burst ${BURST}`);
    await tc("class add dev lo parent 1: classid 1:2 htb rate 100gbit");
    for (const end of ["src", "dst"]) {
      await tc(`filter add dev lo parent 1: protocol ip u32 match ip ${end} ${UNLIMITED_ADDRESS} flowid 1:2`);
    }
    return { commandPrefix, listens, remove };
  } catch (error) {
    await remove();
    throw new Unavailable(`there is no network with a limited line: ${(error as Error).message}`);
  }

  function listens(port: number): Promise<void> {
    const attempts = `until (: < /dev/tcp/127.0.0.1/${port}) 2>/dev/null; do sleep 0.1; done`;
    return runInside("timeout", "30", "bash", "-c", attempts);
  }

  function tc(command: string): Promise<void> {
    return runInside("tc", ...command.split(" "));
  }

  async function runInside(...command: readonly string[]): Promise<void> {
    const [program = "", ...args] = [...commandPrefix, ...command];
    await run(program, args);
  }
}
