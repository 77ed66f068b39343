import { randomBytes } from "node:crypto";
import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  type MultipartUpload,
  S3Client,
  type S3ClientConfig,
} from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { defaultCredential, type S3Server, type S3ServerOptions, startS3Server } from "../local/s3/server.ts";
import { openSiteServer } from "./site-server.ts";
import { openWebsiteFront, type Website } from "./website-front.ts";

export type { Website } from "./website-front.ts";

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

/**
 * The server that suites run against: `embedded`, or what `S3_TEST_SERVER` names. Then `S3_TEST_ENDPOINT`,
 * `S3_TEST_ACCESS_KEY`, `S3_TEST_SECRET_KEY` and `S3_TEST_REGION` say how to reach it.
 */
export const targetName: string = process.env.S3_TEST_ENDPOINT ? needed("S3_TEST_SERVER") : "embedded";

/** The place of the bucket's name in `S3_TEST_WEBSITE_HOST`. */
const bucketMark = "{bucket}";

/**
 * Why the server has no websites to visit, for a suite to skip them; undefined if it has. `S3_TEST_WEBSITE` says
 * where it answers visitors, and `S3_TEST_WEBSITE_HOST` under which names, such as `{bucket}.website.test`.
 */
export const noWebsites: string | undefined =
  targetName === "embedded" || process.env.S3_TEST_WEBSITE
    ? undefined
    : "S3_TEST_WEBSITE does not say where the server answers visitors of websites";

/** A running S3 server for a suite. */
export interface Target {
  readonly name: string;
  readonly url: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Only where the server is the embedded one. */
  readonly server?: S3Server;
  /** An SDK client for it, the same one each time. */
  client(): S3Client;
  /** Makes a bucket with a name of its own. */
  newBucket(): Promise<string>;
  /**
   * Opens a bucket's website to plain requests: where the server has none, by a web server that shows its objects. It ends
   * with the target, if it has not been closed before.
   */
  openWebsite(bucket: string): Promise<Website>;
  /** Empties and deletes the buckets made by `newBucket`, and ends what has been started. */
  stop(): Promise<void>;
}

/**
 * Starts the embedded server, or reaches the one that the environment names.
 * @throws when the environment names an endpoint and leaves out how to use it
 */
export async function startTarget(): Promise<Target> {
  if (targetName !== "embedded") {
    return connect({
      name: targetName,
      url: needed("S3_TEST_ENDPOINT"),
      region: needed("S3_TEST_REGION"),
      accessKeyId: needed("S3_TEST_ACCESS_KEY"),
      secretAccessKey: needed("S3_TEST_SECRET_KEY"),
    });
  }
  return startEmbeddedTarget();
}

/** A target whose server a test may disturb and look into. */
export type EmbeddedTarget = Target & { readonly server: S3Server };

/** Starts the embedded server, whatever the environment says: for suites that order faults, or set its clock. */
export async function startEmbeddedTarget(options: S3ServerOptions = {}): Promise<EmbeddedTarget> {
  const server = await startS3Server(options);
  const { region = "us-east-1" } = options;
  return {
    ...connect({ name: "embedded", url: server.url, region, ...defaultCredential, server }),
    server,
  };
}

function connect(about: Omit<Target, "client" | "newBucket" | "openWebsite" | "stop">): Target {
  const { url, region, accessKeyId, secretAccessKey, server } = about;
  const buckets: string[] = [];
  const fronts: Website[] = [];
  const settings: S3ClientConfig = {
    endpoint: url,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
    // Not every store knows additional checksums: a suite that is about them asks for them.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: new NodeHttpHandler({ socketTimeout: 30_000 }),
  };
  const client = new S3Client({ ...settings, maxAttempts: 1 });
  // For what prepares and clears up: between tests a server may have closed connections.
  const patient = new S3Client({ ...settings, maxAttempts: 5 });
  return {
    ...about,
    client: () => client,
    async newBucket() {
      const name = `conformance-${randomBytes(6).toString("hex")}`;
      await patient.send(new CreateBucketCommand({ Bucket: name, ...locationIn(region) }));
      buckets.push(name);
      return name;
    },
    async openWebsite(bucket) {
      if (server !== undefined) return server.openWebsite(bucket);
      const front = await (noWebsites === undefined ? openFront(bucket) : openSiteServer(client, bucket));
      fronts.push(front);
      return front;
    },
    async stop() {
      await Promise.all(fronts.map((front) => front.close()));
      // The embedded server's buckets go with it.
      if (server === undefined) await Promise.all(buckets.map((bucket) => deleteBucket(patient, bucket)));
      patient.destroy();
      client.destroy();
      await server?.close();
    },
  };
}

function openFront(bucket: string): Promise<Website> {
  const hostPattern = needed("S3_TEST_WEBSITE_HOST");
  return openWebsiteFront(needed("S3_TEST_WEBSITE"), hostPattern.replace(bucketMark, bucket));
}

/** S3 wants no location in us-east-1, and the region's own anywhere else. */
function locationIn(region: string): Partial<ConstructorParameters<typeof CreateBucketCommand>[0]> {
  if (region === "us-east-1") return {};
  return { CreateBucketConfiguration: { LocationConstraint: region as "eu-west-1" } };
}

async function deleteBucket(client: S3Client, Bucket: string): Promise<void> {
  for (const { Key, UploadId } of await unfinishedUploads(client, Bucket)) {
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
  }
  for (let isTruncated: boolean | undefined = true; isTruncated; ) {
    const page = await client.send(new ListObjectsV2Command({ Bucket }));
    await Promise.all((page.Contents ?? []).map(({ Key }) => client.send(new DeleteObjectCommand({ Bucket, Key }))));
    isTruncated = page.IsTruncated;
  }
  await client.send(new DeleteBucketCommand({ Bucket }));
}

async function unfinishedUploads(client: S3Client, Bucket: string): Promise<MultipartUpload[]> {
  try {
    return (await client.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads ?? [];
  } catch (error) {
    // gofakes3 answers so where there are none.
    if ((error as Error).name === "NoSuchUpload") return [];
    throw error;
  }
}

function needed(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`S3_TEST_ENDPOINT is set, so ${name} must be set too.`);
  return value;
}
