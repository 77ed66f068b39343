import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runStep } from "../local/agent/agent.ts";
import { defaultCredential, startS3Server } from "../local/s3/server.ts";

const PAIRS = 7;

/** Milliseconds since the process started, at its first request or, where it makes none, at its end. */
const probe = `
let firstRequestMs;
require("node:diagnostics_channel").subscribe("net.client.socket", () => {
  firstRequestMs ??= process.uptime() * 1000;
});
process.on("exit", () => console.log("uptime-ms " + (firstRequestMs ?? process.uptime() * 1000)));
`;

/**
 * Measures how long a packaged task takes from the start of its process to its first request, and how long Node takes to
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
      bareMs.push(uptimeIn(spawnSync(process.execPath, ["--require", probePath, "-e", "0"]).stdout.toString()));
      taskMs.push(uptimeIn(await uploadOneFile(taskFolder, server.url, probePath)));
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

function uptimeIn(output: string): number {
  const uptime = /^uptime-ms ([\d.]+)$/m.exec(output)?.[1];
  if (!uptime) throw new Error(`no start-up time in:\n${output}`);
  return Number(uptime);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
