import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import JSZip from "jszip";
import manifest from "../package.json" with { type: "json" };
import type { ServiceConnection } from "./agent/agent.ts";
import { runPipeline } from "./pipeline/run-pipeline.ts";
import { defaultCredential, type S3Server, startS3Server } from "./s3/server.ts";

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

const root = fileURLToPath(new URL("..", import.meta.url));
const bucket = "quay-street-bakery";

/** Runs the example pipeline with the packaged extension on an S3 server of its own, and looks at what has come of it. */
async function demo(): Promise<boolean> {
  const server = await startS3Server();
  const unpacked = await mkdtemp(join(tmpdir(), "s3-tasks-demo-"));
  try {
    server.createBucket(bucket);
    await unzip(join(root, `dist/s3-tasks-${manifest.version}.vsix`), unpacked);
    const run = await runPipeline({
      file: join(root, "examples/upload.yml"),
      tasksFolder: join(unpacked, "tasks"),
      connections: [connectionTo(server)],
      onLine: console.log,
    });
    return (await showBucket(server)) && run.result === "Succeeded";
  } finally {
    await rm(unpacked, { recursive: true });
    await server.close();
  }
}

async function unzip(archive: string, folder: string): Promise<void> {
  const zip = await JSZip.loadAsync(await readFile(archive));
  for (const file of Object.values(zip.files).filter(({ dir }) => !dir)) {
    await mkdir(join(folder, dirname(file.name)), { recursive: true });
    await writeFile(join(folder, file.name), await file.async("nodebuffer"));
  }
}

function connectionTo(server: S3Server): ServiceConnection {
  return {
    id: "0f3c1d5e-7a42-4c57-8d6e-2b9f60a1c3d4",
    name: "demo-store",
    type: "AwsS3",
    url: server.url,
    scheme: "UsernamePassword",
    parameters: { username: defaultCredential.accessKeyId, password: defaultCredential.secretAccessKey },
    data: {},
  };
}

/** Lists the bucket with the AWS SDK, and says whether it holds the site byte for byte. */
async function showBucket(server: S3Server): Promise<boolean> {
  const client = new S3Client({
    endpoint: server.url,
    region: "us-east-1",
    credentials: defaultCredential,
    forcePathStyle: true,
  });
  const site = join(root, "examples/site");
  const files = (await readdir(site, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
  let same = 0;
  console.log(`\nThe bucket ${bucket}, as the AWS SDK reads it:`);
  for (const { Key = "", Size = 0 } of Contents) {
    const { Body, ContentType = "" } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
    const stored = await Body?.transformToByteArray();
    const isSame =
      Buffer.compare(stored ?? Buffer.alloc(0), await readFile(join(site, Key.replace(/^www\//, "")))) === 0;
    if (isSame) same++;
    console.log(`  ${String(Size).padStart(6)}  ${ContentType.padEnd(42)}${Key}${isSame ? "" : "  DIFFERS"}`);
  }
  console.log(`${same} of ${files.length} files are there, byte for byte.`);
  client.destroy();
  return same === files.length && Contents.length === files.length;
}

process.exitCode = (await demo()) ? 0 : 1;
