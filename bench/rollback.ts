/**
 * `npm run bench:rollback`: publishes a site of 5,000 files, publishes it again with 200 of them changed, and rolls back, with the packaged
 * task on the embedded server. Prints how long each took.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runStep } from "../local/agent/agent.ts";
import { defaultCredential, startS3Server } from "../local/s3/server.ts";

const FILES = 5_000;
const CHANGED = 200;
const FILE_BYTES = 8 * 1024;
const BUCKET = "bench-rollback";
const CONNECTION_ID = "bench";

/** Writes some of the files: a page of ten, the others are assets. */
function writeFiles(folder: string, count: number, version: string): void {
  for (let index = 0; index < count; index++) {
    const path = join(folder, `${index % 50}`, `${index}.${index % 10 === 0 ? "html" : "js"}`);
    mkdirSync(join(folder, `${index % 50}`), { recursive: true });
    writeFileSync(path, `${version} ${index} `.padEnd(FILE_BYTES, "x"));
  }
  writeFileSync(join(folder, "index.html"), `${version} index`);
}

async function timed(url: string, inputs: Record<string, string>): Promise<number> {
  const started = performance.now();
  const { result, log } = await runStep({
    taskFolder: fileURLToPath(new URL("../dist/extension/tasks/AwsS3PublishSite", import.meta.url)),
    inputs: { awsCredentials: CONNECTION_ID, bucketName: BUCKET, verify: "false", ...inputs },
    connections: [
      {
        id: CONNECTION_ID,
        name: "bench",
        type: "AwsS3",
        url,
        scheme: "UsernamePassword",
        parameters: { username: defaultCredential.accessKeyId, password: defaultCredential.secretAccessKey },
        data: { region: "us-east-1" },
      },
    ],
  });
  if (result !== "Succeeded") throw new Error(log.join("\n"));
  return (performance.now() - started) / 1000;
}

async function main(): Promise<void> {
  const server = await startS3Server();
  const folder = mkdtempSync(join(tmpdir(), "bench-rollback-"));
  try {
    server.createBucket(BUCKET);
    const publish = { sourceFolder: folder, keepReleases: "5" };
    writeFiles(folder, FILES, "first");
    const first = await timed(server.url, publish);
    writeFiles(folder, CHANGED, "second");
    const second = await timed(server.url, publish);
    const rollback = await timed(server.url, { action: "rollback" });
    console.log(`first publish, ${FILES} files:         ${first.toFixed(2)} s`);
    console.log(`second publish, ${CHANGED} files changed:  ${second.toFixed(2)} s`);
    console.log(`rollback, ${CHANGED} files changed:        ${rollback.toFixed(2)} s`);
    if (rollback >= second) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true });
    await server.close();
  }
}

await main();
