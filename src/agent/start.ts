// The script that the agent starts. It is built for old versions of Node.js too, because a container may have one, so it must import
// nothing that needs a newer one. The task itself is in main.js.
import { printed } from "../errors/coded-message.ts";
import { describeUnwritableFolder } from "../errors/unwritable-folder.ts";
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
 * azure-pipelines-task-lib writes a key to the agent's temporary folder when it is loaded.
 *
 * @throws the error if it has another cause.
 */
function describeLoadError(error: NodeJS.ErrnoException): string {
  const folder = process.env.AGENT_TEMPDIRECTORY;
  // If the disk is full, Node's error has no path.
  const isFull = error.code === "ENOSPC" || error.code === "EDQUOT";
  const isOfFolder = folder !== undefined && error.path !== undefined && error.path.indexOf(folder) === 0;
  if (!isFull && !isOfFolder) throw error;
  return printed({
    code: isFull ? "disk-full" : "file-access-denied",
    message: `${describeUnwritableFolder(`${folder}`, error.message, isFull)}. Nothing was done.`,
  });
}
