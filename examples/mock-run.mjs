// Runs a packaged task in this process, with inputs that are set here, and no agent:
//
//   npm run build
//   npx tsx local/s3/main.ts --bucket my-bucket     in another terminal; paste the exports that it prints into this one
//   node examples/mock-run.mjs my-bucket examples/site
//
// In a debugger: npm run build -- --source-maps, then node --inspect-brk examples/mock-run.mjs …

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { TaskMockRunner } from "azure-pipelines-task-lib/mock-run.js";

const [bucketName, sourceFolder] = process.argv.slice(2);
const { AWS_ENDPOINT_URL, AWS_REGION = "us-east-1" } = process.env;
const { AWS_ACCESS_KEY_ID: username, AWS_SECRET_ACCESS_KEY: password } = process.env;
if (!bucketName || !sourceFolder || !AWS_ENDPOINT_URL || !username || !password) {
  console.error(
    "Usage: node examples/mock-run.mjs BUCKET FOLDER, with AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY set.",
  );
  process.exit(2);
}

// What the agent puts into the environment for a service connection, here with the id "store".
process.env.ENDPOINT_URL_store = AWS_ENDPOINT_URL;
process.env.ENDPOINT_AUTH_store = JSON.stringify({ scheme: "UsernamePassword", parameters: { username, password } });
process.env.ENDPOINT_AUTH_SCHEME_store = "UsernamePassword";
process.env.ENDPOINT_AUTH_PARAMETER_store_USERNAME = username;
process.env.ENDPOINT_AUTH_PARAMETER_store_PASSWORD = password;
process.env.ENDPOINT_DATA_store_REGION = AWS_REGION;
process.env.AGENT_TEMPDIRECTORY = mkdtempSync(join(tmpdir(), "mock-run-"));

const task = new TaskMockRunner(
  fileURLToPath(new URL("../dist/extension/tasks/AwsS3Upload/index.js", import.meta.url)),
);
task.setInput("awsCredentials", "store");
task.setInput("bucketName", bucketName);
task.setInput("sourceFolder", resolve(sourceFolder));
task.setInput("targetFolder", "mock");

// Without true, the runner loads a second copy of the task library, which takes the inputs away from the task's own copy.
task.run(true);
