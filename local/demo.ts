import { once } from "node:events";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { GetObjectCommand, ListObjectsV2Command, PutBucketWebsiteCommand, S3Client } from "@aws-sdk/client-s3";
import manifest from "../package.json" with { type: "json" };
import type { ServiceConnection } from "./agent/agent.ts";
import { runPipeline } from "./pipeline/run-pipeline.ts";
import { defaultCredential, type S3Server, startS3Server } from "./s3/server.ts";
import { unzip } from "./unzip.ts";

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

const root = fileURLToPath(new URL("..", import.meta.url));
const bucket = "quay-street-bakery";
/** Made by the publish. */
const siteBucket = "quay-street-bakery-site";
/** Made once, by who sets up previews. */
const previewBucket = "quay-street-bakery-previews";
const pullRequest = 12;

/** Files of a folder, by their paths with `/` between the names. */
type Files = ReadonlyMap<string, Buffer>;

/** Runs the example pipelines with the packaged extension on an S3 server of its own, and checks the results. */
async function demo(): Promise<boolean> {
  const server = await startS3Server();
  const website = await server.openWebsite(siteBucket);
  const previews = await server.openWebsite(previewBucket);
  const temporary = await mkdtemp(join(tmpdir(), "s3-tasks-demo-"));
  // In the job's own temporary folder it would be gone after the job.
  const restored = join(temporary, "restored");
  try {
    server.createBucket(bucket);
    await createPreviewBucket(server);
    await unzip(join(root, `dist/s3-tasks-${manifest.version}.vsix`), join(temporary, "extension"));
    const run = (example: string, variables: Record<string, string>) =>
      runPipeline({
        file: join(root, "examples", example),
        tasksFolder: join(temporary, "extension/tasks"),
        connections: [connectionTo(server)],
        variables,
        onLine: console.log,
      });
    if ((await run("upload.yml", { restored })).result !== "Succeeded") return false;
    const site = await readFiles(join(root, "examples/site"));
    const isUploaded = await showBucket(server, site);
    if (!tellWhetherSame("The downloaded folder", await readFiles(restored), site) || !isUploaded) return false;
    console.log();
    const siteUrl = `${website.url}/`;
    const previewUrl = `${previews.url}/pr-${pullRequest}/`;
    const proposed = await proposeChange(join(temporary, "proposed"));
    const preview = {
      folder: proposed,
      pullRequest: `${pullRequest}`,
      siteUrl: `${previews.url}/{preview}/`,
      // Here is no Azure Repos that the step could ask about the pull request.
      "Build.Repository.Provider": "GitHub",
    };
    const broken = await breakSite(join(temporary, "broken"));
    for (const [example, variables] of [
      ["publish.yml", { siteUrl }],
      ["preview.yml", preview],
      ["publish.yml", { siteUrl, folder: broken }],
      ["rollback.yml", { siteUrl }],
    ] as const) {
      if ((await run(example, variables)).result !== "Succeeded") return false;
      console.log();
    }
    if (!(await showRollback(siteUrl, site)) || !(await showPreview(previewUrl, await readFiles(proposed))))
      return false;
    await showSite(siteUrl, previewUrl);
    return true;
  } finally {
    await rm(temporary, { recursive: true });
    await server.close();
  }
}

/** Makes the bucket of the previews, and the website in it: a preview leaves the settings of its bucket alone. */
async function createPreviewBucket(server: S3Server): Promise<void> {
  server.createBucket(previewBucket);
  const client = openClient(server);
  const WebsiteConfiguration = { IndexDocument: { Suffix: "index.html" }, ErrorDocument: { Key: "404.html" } };
  await client.send(new PutBucketWebsiteCommand({ Bucket: previewBucket, WebsiteConfiguration }));
  client.destroy();
}

/** Makes a copy of the site with the change of a pull request, built for the path of its preview. */
async function proposeChange(folder: string): Promise<string> {
  await cp(join(root, "examples/site"), folder, { recursive: true });
  for (const [path, content] of await readFiles(folder)) {
    if (!path.endsWith(".html")) continue;
    const changed = content.toString().replaceAll("Rye, three days long", "Rye, four days long");
    await writeFile(join(folder, path), changed.replaceAll(/(href|src)="\//g, `$1="/pr-${pullRequest}/`));
  }
  return folder;
}

/** Makes a copy of the site as a build would leave it that went wrong: its pages have lost their style. */
async function breakSite(folder: string): Promise<string> {
  await cp(join(root, "examples/site"), folder, { recursive: true });
  for (const [path, content] of await readFiles(folder)) {
    if (path.endsWith(".html")) await writeFile(join(folder, path), content.toString().replaceAll(".css", ".scss"));
  }
  return folder;
}

/** Says whether visitors get the index page of the site again. */
async function showRollback(siteUrl: string, site: Files): Promise<boolean> {
  const page = await (await fetch(siteUrl)).text();
  const isBack = page === site.get("index.html")?.toString();
  console.log(isBack ? "After the rollback, visitors get the first index page again." : `The rollback LEFT ${page}`);
  return isBack;
}

/** Says whether visitors of the preview get its own index page. */
async function showPreview(previewUrl: string, proposed: Files): Promise<boolean> {
  const page = await (await fetch(previewUrl)).text();
  const isRight = page === proposed.get("index.html")?.toString();
  console.log(
    isRight
      ? `Beside it, the preview of pull request ${pullRequest} shows the page of the pull request.`
      : `The preview SHOWS ${page}`,
  );
  return isRight;
}

/** Keeps the site running if a person uses a terminal. Elsewhere, for example in CI, the publish has already checked it. */
async function showSite(siteUrl: string, previewUrl: string): Promise<void> {
  if (!process.stdin.isTTY || !process.stdout.isTTY || process.env.CI) return;
  console.log(
    `\nThe site is at ${siteUrl}, and the preview at ${previewUrl}: open them in a browser. Ctrl+C ends the demo.`,
  );
  await once(process, "SIGINT");
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

function openClient(server: S3Server): S3Client {
  return new S3Client({
    endpoint: server.url,
    region: "us-east-1",
    credentials: defaultCredential,
    forcePathStyle: true,
  });
}

async function readFiles(folder: string): Promise<Files> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map<string, Buffer>();
  for (const entry of entries.filter((item) => item.isFile())) {
    const path = join(entry.parentPath, entry.name);
    files.set(relative(folder, path).replaceAll(sep, "/"), await readFile(path));
  }
  return files;
}

/** Lists the bucket with the AWS SDK, and says whether it holds the site byte for byte. */
async function showBucket(server: S3Server, site: Files): Promise<boolean> {
  const client = openClient(server);
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
  const stored = new Map<string, Buffer>();
  console.log(`\nThe bucket ${bucket}, as the AWS SDK reads it:`);
  for (const { Key = "", Size = 0 } of Contents) {
    const { Body, ContentType = "" } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
    stored.set(Key.replace(/^www\//, ""), Buffer.from((await Body?.transformToByteArray()) ?? []));
    console.log(`  ${String(Size).padStart(6)}  ${ContentType.padEnd(42)}${Key}`);
  }
  client.destroy();
  return tellWhetherSame("The bucket", stored, site);
}

function tellWhetherSame(what: string, files: Files, site: Files): boolean {
  const paths = [...new Set([...site.keys(), ...files.keys()])].sort();
  const different = paths.filter((path) => {
    const [wanted, found] = [site.get(path), files.get(path)];
    return wanted === undefined || found === undefined || !wanted.equals(found);
  });
  console.log(
    different.length === 0
      ? `${what} holds the ${site.size} files of the site, byte for byte.`
      : `${what} DIFFERS from the site in ${different.join(", ")}.`,
  );
  return different.length === 0;
}

process.exitCode = (await demo()) ? 0 : 1;
