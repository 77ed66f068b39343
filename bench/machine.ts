import { cpus, release, totalmem, type } from "node:os";
import { rcloneVersion } from "./rclone.ts";
import { s5cmdVersion } from "./s5cmd.ts";

/** What the figures hold for: the machine, and the versions of all that was measured, each in a few words. */
export function describeMachine(): string[] {
  const cores = cpus();
  return [
    `${cores.length} cores of ${cores[0]?.model.trim()}, ${Math.round(totalmem() / 1e9)} GB of memory, ${type()} ${release()}`,
    `Node ${process.versions.node}`,
    `s5cmd ${s5cmdVersion}`,
    `rclone ${rcloneVersion}`,
    "aws-cli of scripts/servers/aws-cli.ts",
  ];
}
