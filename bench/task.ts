import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runStep } from "../local/agent/agent.ts";
import { agentNodes, installedAgentNode } from "../scripts/servers/agent-node.ts";
import { measure, timedScript } from "./measured-run.ts";
import type { Sample } from "./sample.ts";
import type { BenchServer } from "./servers.ts";
import type { Tool } from "./tools.ts";

/** No GUID: of variables with a hyphen in their names a shell lets nothing through. */
const CONNECTION_ID = "bench";

/** Those that every developer has. */
type TaskName = "AwsS3Upload" | "AwsS3Download" | "AwsS3PublishSite";

/** How a task is run. */
export interface TaskRun {
  /** The Node that runs it. Default: the one that runs this. */
  readonly nodePath?: string;
  /** The extension that the task is from. Default: the one that was built last. */
  readonly extensionFolder?: string;
  /** The proxy that the agent is configured with, if any. */
  readonly proxyUrl?: string;
}

const BUILT_EXTENSION = fileURLToPath(new URL("../dist/extension", import.meta.url));

/**
 * Runs a packaged task as the agent does, and measures its process.
 *
 * @throws {Error} with its log where it fails.
 */
export async function runMeasuredTask(
  server: BenchServer,
  name: TaskName,
  inputs: Record<string, string>,
  { nodePath = process.execPath, extensionFolder = BUILT_EXTENSION, proxyUrl }: TaskRun = {},
): Promise<Sample> {
  const reportFile = join(server.folder, "time");
  const node = join(server.folder, "timed-node");
  writeFileSync(node, timedScript(server, nodePath, reportFile));
  chmodSync(node, 0o755);
  return measure(server, reportFile, async () => {
    const { result, log } = await runStep({
      taskFolder: join(extensionFolder, "tasks", name),
      nodePath: node,
      inputs: { awsCredentials: CONNECTION_ID, ...inputs },
      ...(server.caFile ? { env: { NODE_EXTRA_CA_CERTS: server.caFile } } : {}),
      ...(proxyUrl ? { proxy: { url: proxyUrl } } : {}),
      connections: [
        {
          id: CONNECTION_ID,
          name: "bench",
          type: "AwsS3",
          url: server.url,
          scheme: "UsernamePassword",
          parameters: { username: server.accessKeyId, password: server.secretAccessKey },
          data: { region: "us-east-1" },
        },
      ],
    });
    if (result !== "Succeeded") throw new Error(`${name} ${result}:\n${log.join("\n")}`);
  });
}

/** The tasks, with their defaults: they list the bucket first, and check what they have transferred. */
export function taskAs(name: string, how: TaskRun = {}): Tool {
  return {
    name,
    upload: (server, folder, bucket) =>
      runMeasuredTask(server, "AwsS3Upload", { bucketName: bucket, sourceFolder: folder }, how),
    download: (server, bucket, folder) =>
      runMeasuredTask(server, "AwsS3Download", { bucketName: bucket, targetFolder: folder }, how),
  };
}

/** On the Node that runs this. */
export const task = taskAs("task");

/** On each of the agent's Nodes. @throws {Unavailable} if one cannot be had. */
export async function tasksOnAgentNodes(): Promise<Tool[]> {
  const tools: Tool[] = [];
  for (const node of agentNodes) {
    const [major] = node.version.split(".");
    const nodePath = await installedAgentNode(node, { mayInstall: true });
    tools.push(taskAs(`${task.name}, Node ${major}`, { nodePath }));
  }
  return tools;
}
