// The script that the agent starts, which also old versions of Node.js can read: a container may bring one. What it is
// made of must not need more, and is built for them; the task itself is in main.js.
import { printed } from "../errors/coded-message.ts";
import { takeNetworkSecrets } from "./network-secrets.ts";
import { refusalOfNode } from "./node/node-requirement.ts";

const refusal = refusalOfNode(process.version);
if (refusal === undefined) {
  takeNetworkSecrets();
  try {
    require("./main.js");
  } catch (error) {
    fail(describeLoadError(error as NodeJS.ErrnoException));
  }
} else {
  fail(refusal);
}

function fail(message: string): void {
  console.log(`##vso[task.logissue type=error]${message}`);
  console.log(`##vso[task.complete result=Failed]${message}`);
}

/**
 * azure-pipelines-task-lib keeps a key in the agent's temporary folder, and writes it when it is loaded.
 *
 * @throws the error if it is about something else.
 */
function describeLoadError(error: NodeJS.ErrnoException): string {
  const folder = process.env.AGENT_TEMPDIRECTORY;
  // Of a full disk, Node names no path.
  const isFull = error.code === "ENOSPC" || error.code === "EDQUOT";
  const isOfFolder = folder !== undefined && error.path !== undefined && error.path.indexOf(folder) === 0;
  if (!isFull && !isOfFolder) throw error;
  const advice = isFull
    ? "Free space on its disk, or give the agent a larger one"
    : "Make sure that it exists and that the agent's user may write into it";
  return printed({
    code: isFull ? "disk-full" : "file-access-denied",
    message: `The agent's temporary folder ${folder} cannot be written to: ${error.message}. ${advice}, and run the step again. Nothing was done.`,
  });
}
