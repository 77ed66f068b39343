import { readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../scripts/servers/command.ts";
import type { Sample } from "./sample.ts";
import type { BenchServer } from "./servers.ts";

/** GNU time: seconds, user and system seconds, and the most resident memory in KiB. */
const FORMAT = "%e %U %S %M";
const TIME = "/usr/bin/time";

/** A shell script that runs a program under GNU time, to be used in the program's place. */
export function timedScript({ commandPrefix }: BenchServer, program: string, reportFile: string): string {
  return `#!/bin/sh\nexec ${[...commandPrefix, TIME].join(" ")} --quiet -f '${FORMAT}' -o '${reportFile}' '${program}' "$@"\n`;
}

/** Runs a program to its end and measures it. @throws {Error} with what it said where it fails. */
export async function measureCommand(
  server: BenchServer,
  program: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<Sample> {
  const reportFile = join(server.folder, "time");
  const timed = [TIME, "--quiet", "-f", FORMAT, "-o", reportFile, program, ...args];
  const [first = "", ...rest] = [...server.commandPrefix, ...timed];
  return measure(server, reportFile, () => run(first, rest, env));
}

/** Measures what `work` runs under GNU time with this report file, and how much the server computes meanwhile. */
export async function measure(server: BenchServer, reportFile: string, work: () => Promise<unknown>): Promise<Sample> {
  const serverBefore = server.cpuSeconds();
  await work();
  const serverSeconds = server.cpuSeconds() - serverBefore;
  const [seconds = 0, user = 0, system = 0, peakKib = 0] = readFileSync(reportFile, "utf8")
    .trim()
    .split(" ")
    .map(Number);
  return {
    seconds,
    cpuSeconds: user + system,
    peakMb: (peakKib * 1024) / 1e6,
    serverShare: serverSeconds / seconds,
  };
}
