import { cpus, release, totalmem, type } from "node:os";
import { agentNodes } from "../scripts/servers/agent-node.ts";
import { awsCliVersion } from "../scripts/servers/aws-cli.ts";
import { rcloneVersion } from "./rclone.ts";
import { s5cmdVersion } from "./s5cmd.ts";

/** What the figures hold for: the machine, and the versions of all that was measured, each in a few words. */
export function describeMachine(): string[] {
  const cores = cpus();
  return [
    `${cores.length} cores of ${cores[0]?.model.trim()}, ${Math.round(totalmem() / 1e9)} GB of memory, ${type()} ${release()}`,
    `Node ${agentNodes.map(({ version }) => version).join(" and ")}`,
    `s5cmd ${s5cmdVersion}`,
    `rclone ${rcloneVersion}`,
    `aws-cli ${awsCliVersion}`,
  ];
}
