import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  GetBucketPolicyCommand,
  GetBucketWebsiteCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import type { StepRequest } from "../../local/agent/agent.ts";
import type { Fault, FaultAction } from "../../local/s3/faults.ts";
import type { S3ServerOptions } from "../../local/s3/server.ts";
import { type EmbeddedTarget, startEmbeddedTarget } from "../target.ts";
import { connectionId, connectionTo, taskFolderOf } from "../tasks/store-step.ts";

export type TaskName = "AwsS3Upload" | "AwsS3Download" | "AwsS3PublishSite";

/** A server on the stage, of which faults are ordered. */
export interface FaultyServer {
  readonly name: "S3" | "STS" | "Azure DevOps" | "CloudFront and Route 53";
  /** The operations that it was asked for, in order. */
  calls(): readonly string[];
  addFault(operation: string, action: FaultAction, times: number, after: number): Fault;
}

/** All that is there after a run, each thing by its name: objects, files, settings, records. Large ones by their digest. */
export type Findings = Readonly<Record<string, string>>;

export interface UnfinishedUpload {
  readonly uploadId: string;
  readonly key: string;
  readonly parts: number;
}

/** Where one step runs, with servers and folders of its own. */
export interface Stage {
  readonly servers: readonly FaultyServer[];
  /** The step, less how its script is run. */
  readonly step: StepRequest;
  /** The name servers that DNS knows of each domain. */
  readonly nameServers?: readonly string[];
  /** Puts the folders and servers into the state in which the step finds them. */
  prepare(): Promise<void>;
  /** What the step's own work has come to. */
  find(): Promise<Findings>;
  /** States on the way that are neither the old nor the new one. */
  readonly passing?: Findings;
  /** What must not be there after a run that ended by itself: partial files, for example. Empty if all is well. */
  leftovers(): readonly string[];
  /** Multipart uploads that were begun, and neither completed nor aborted. */
  unfinishedUploads(): Promise<readonly UnfinishedUpload[]>;
  /** Whatever must not be in a log. */
  secrets(): readonly string[];
  /** Lets the next run find nothing that the scenario itself had ordered to go wrong. */
  clear(): void;
  close(): Promise<void>;
}

/** A step, and what it finds. */
export interface Scenario {
  /** Of its rows on the page, for example `upload of new files`. */
  readonly name: string;
  readonly task: TaskName;
  /** Its requests get all faults for themselves, beside those of the task's other scenarios. */
  readonly mode?: string;
  open(): Promise<Stage>;
}

export const BUCKET = "releases";

/** A stage with an S3 server and a folder; scenarios add to it. */
export class StoreStage implements Stage {
  readonly target: EmbeddedTarget;
  readonly folder = mkdtempSync(join(tmpdir(), "reliability-"));
  readonly servers: FaultyServer[] = [];
  readonly #task: TaskName;
  #standing: Fault[] = [];

  constructor(task: TaskName, target: EmbeddedTarget) {
    this.#task = task;
    this.target = target;
    const { server } = target;
    this.servers.push({
      name: "S3",
      calls: () => server.requests.map(({ operation }) => operation),
      addFault: (operation, action, times, after) => server.addFault({ match: { operation }, action, times, after }),
    });
  }

  static async newTarget(options: S3ServerOptions = {}): Promise<EmbeddedTarget> {
    const target = await startEmbeddedTarget(options);
    target.server.createBucket(BUCKET);
    return target;
  }

  get client(): S3Client {
    return this.target.client();
  }

  /** The local end. */
  get files(): string {
    return join(this.folder, "files");
  }

  get workFolder(): string {
    return join(this.folder, "work");
  }

  get step(): StepRequest {
    return {
      taskFolder: taskFolderOf(this.#task),
      workFolder: this.workFolder,
      connections: [connectionTo(this.target)],
      // All that the task would say of itself is looked at for secrets.
      variables: { "System.Debug": "true" },
      inputs: { awsCredentials: connectionId, regionName: "", bucketName: BUCKET, ...this.inputs() },
    };
  }

  /** Of the step, beside the bucket. */
  inputs(): Record<string, string> {
    return {};
  }

  async prepare(): Promise<void> {}

  /** Orders what is wrong from the beginning, in the scenario itself. */
  stand(operation: string, action: FaultAction, partNumber?: number): void {
    const match = { operation, ...(partNumber === undefined ? {} : { partNumber }) };
    this.#standing.push(this.target.server.addFault({ match, action }));
  }

  clear(): void {
    for (const fault of this.#standing.splice(0)) fault.remove();
  }

  find(): Promise<Findings> {
    return this.objects();
  }

  leftovers(): readonly string[] {
    const temporary = join(this.workFolder, "_temp");
    const isScratch = (name: string) => name.startsWith("s3-site-") || name.endsWith(".part");
    return existsSync(temporary) ? readdirSync(temporary).filter(isScratch) : [];
  }

  /** The objects of all buckets, and the settings by which buckets are websites. */
  protected async objects(): Promise<Findings> {
    const { Buckets = [] } = await this.client.send(new ListBucketsCommand({}));
    const found: [string, string][] = [];
    for (const { Name: Bucket = "" } of Buckets) {
      const { Contents = [] } = await this.client.send(new ListObjectsV2Command({ Bucket }));
      const objects = await Promise.all(Contents.map(({ Key = "" }) => this.#object(Bucket, Key)));
      found.push([`bucket ${Bucket}`, "exists"], ...objects.flat());
    }
    return Object.fromEntries(found);
  }

  async #object(Bucket: string, Key: string): Promise<[string, string][]> {
    // They name the run, and a folder by chance.
    if (Key.includes(".s3-site")) return [];
    const object = await this.client.send(new GetObjectCommand({ Bucket, Key }));
    const { ContentType, CacheControl, Metadata, WebsiteRedirectLocation, TagCount } = object;
    const bytes = Buffer.from((await object.Body?.transformToByteArray()) ?? []);
    const headers = { ContentType, CacheControl, Metadata, WebsiteRedirectLocation, TagCount };
    return [[`object ${Bucket}/${Key}`, withoutPorts(`${textOf(bytes)} ${JSON.stringify(headers)}`)]];
  }

  protected async bucketSettings(Bucket: string): Promise<Findings> {
    const settings = {
      website: () => this.client.send(new GetBucketWebsiteCommand({ Bucket })),
      policy: () => this.client.send(new GetBucketPolicyCommand({ Bucket })),
      "public access": () => this.client.send(new GetPublicAccessBlockCommand({ Bucket })),
    };
    const found = Object.entries(settings).map(async ([name, read]) => {
      const setting = await read().then(
        ({ $metadata: _, ...value }) => withoutPorts(JSON.stringify(value)),
        () => "none",
      );
      return [`${name} of ${Bucket}`, setting] as const;
    });
    return Object.fromEntries(await Promise.all(found));
  }

  async unfinishedUploads(): Promise<readonly UnfinishedUpload[]> {
    const { Uploads = [] } = await this.client.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }));
    const counted = Uploads.map(async ({ Key: key = "", UploadId: uploadId = "" }) => {
      const upload = { Bucket: BUCKET, Key: key, UploadId: uploadId };
      const { Parts = [] } = await this.client.send(new ListPartsCommand(upload));
      return { uploadId, key, parts: Parts.length };
    });
    return Promise.all(counted);
  }

  secrets(): readonly string[] {
    const signatures = this.target.server.requests.flatMap(
      ({ headers }) => /Signature=(\w+)/.exec(headers.authorization ?? "")?.[1] ?? [],
    );
    return [this.target.secretAccessKey, ...signatures];
  }

  async close(): Promise<void> {
    await this.target.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Each stage has ports of its own. */
function withoutPorts(text: string): string {
  return text.replace(/127\.0\.0\.1:\d+/g, "127.0.0.1");
}

/** A short text as it is, of a long one its length and digest. */
export function textOf(bytes: Buffer): string {
  if (bytes.length <= 100) return JSON.stringify(bytes.toString("latin1"));
  return `${bytes.length} bytes ${createHash("md5").update(bytes).digest("hex")}`;
}
