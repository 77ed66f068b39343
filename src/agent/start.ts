// The script that the agent starts, which also old versions of Node.js can read: a container may bring one. What it is
// made of must not need more, and is built for them; the task itself is in main.js.
import { refusalOfNode } from "./node/node-requirement.ts";

const refusal = refusalOfNode(process.version);
if (refusal === undefined) {
  require("./main.js");
} else {
  console.log(`##vso[task.logissue type=error]${refusal}`);
  console.log(`##vso[task.complete result=Failed]${refusal}`);
}
