import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runStep } from "../local/agent/agent.ts";
import { defaultCredential, startS3Server } from "../local/s3/server.ts";

const PAIRS = 7;

/** Prints the milliseconds since the process started: at its first connection, if it opens one, and at its end. */
const probe = `
const print = (name) => console.log(name + " " + process.uptime() * 1000);
let isConnected = false;
require("node:diagnostics_channel").subscribe("net.client.socket", () => {
  if (!isConnected) print("connected-ms");
  isConnected = true;
});
process.on("exit", () => print("ended-ms"));
`;

/**
 * Measures how long a packaged task takes from the start of its process to its first connection, and how long Node takes to
 * do nothing at all, in turn.
 *
 * @returns medians in milliseconds.
 */
export async function measureStartup(taskFolder: string): Promise<{ taskMs: number; bareMs: number }> {
  const folder = mkdtempSync(join(tmpdir(), "startup-"));
  const probePath = join(folder, "probe.cjs");
  writeFileSync(probePath, probe);
  const server = await startS3Server();
  server.createBucket("startup");
  const taskMs: number[] = [];
  const bareMs: number[] = [];
  try {
    for (let pair = 0; pair < PAIRS; pair++) {
      bareMs.push(
        millisecondsIn(spawnSync(process.execPath, ["--require", probePath, "-e", "0"]).stdout.toString(), "ended-ms"),
      );
      taskMs.push(millisecondsIn(await uploadOneFile(taskFolder, server.url, probePath), "connected-ms"));
    }
  } finally {
    await server.close();
    rmSync(folder, { recursive: true });
  }
  return { taskMs: median(taskMs), bareMs: median(bareMs) };
}

async function uploadOneFile(taskFolder: string, url: string, probePath: string): Promise<string> {
  const { rawOutput } = await runStep({
    taskFolder,
    nodePath: process.execPath,
    inputs: { awsCredentials: "startup", bucketName: "startup", sourceFolder: probePath },
    env: { NODE_OPTIONS: `--require=${probePath}` },
    connections: [
      {
        id: "startup",
        name: "startup",
        type: "AwsS3",
        url,
        scheme: "UsernamePassword",
        parameters: { username: defaultCredential.accessKeyId, password: defaultCredential.secretAccessKey },
        data: {},
      },
    ],
  });
  return rawOutput;
}

/** @throws Error if the output does not have it. */
function millisecondsIn(output: string, name: "connected-ms" | "ended-ms"): number {
  const milliseconds = new RegExp(`^${name} ([\\d.]+)$`, "m").exec(output)?.[1];
  if (!milliseconds) throw new Error(`no ${name} in:\n${output}`);
  return Number(milliseconds);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
