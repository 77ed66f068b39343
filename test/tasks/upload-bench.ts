import assert from "node:assert/strict";
import { HeadObjectCommand, PutObjectCommand, type PutObjectCommandInput } from "@aws-sdk/client-s3";
import type { StepRequest, StepResult } from "../../local/agent/agent.ts";
import type { FaultAction, FaultMatch, S3ServerOptions } from "../../local/s3/server.ts";
import { startEmbeddedTarget, startTarget, type Target } from "../target.ts";
import { StepBench } from "./step-bench.ts";
import { listKeys, readBucket, readObject, runUpload, SourceFolder } from "./upload-step.ts";

/** How a step ended, without its log. Numbers are those of the output variables. */
export interface Outcome {
  readonly result: string;
  readonly errors?: readonly string[];
  readonly warnings?: readonly string[];
  /** `uploaded`, `updated`, `unchanged`, `deleted` and `bytes`: those that are not 0. */
  readonly counts?: Readonly<Record<string, number>>;
}

const COUNTERS = {
  filesUploaded: "uploaded",
  filesUpdated: "updated",
  filesUnchanged: "unchanged",
  filesDeleted: "deleted",
  bytesUploaded: "bytes",
} as const;

/** What belongs to an answer rather than to the object, or differs from run to run. */
const NOT_OF_THE_OBJECT = ["$metadata", "AcceptRanges", "ETag", "LastModified", "VersionId", "ServerSideEncryption"];

/** A server, and for each test a bucket, a folder to upload and a job of its own. */
export class UploadBench extends StepBench<SourceFolder> {
  constructor(start: () => Promise<Target>) {
    super(start, () => new SourceFolder());
  }

  get source(): SourceFolder {
    return this.folder;
  }

  /** Runs the step. */
  async upload(inputs: Record<string, string> = {}, step: Partial<StepRequest> = {}): Promise<StepResult> {
    const given = { bucketName: this.bucket, sourceFolder: this.source.path, ...inputs };
    return this.runInJob((own) => runUpload(this.target, given, own), step);
  }

  /** Lets requests go wrong while `work` runs. */
  async during<T>(match: FaultMatch, action: FaultAction, work: () => Promise<T>): Promise<T> {
    const fault = this.addFault({ match, action });
    try {
      return await work();
    } finally {
      fault.remove();
    }
  }

  put(Key: string, more: Partial<PutObjectCommandInput> = {}) {
    // Of an empty body the SDK wants to be told the length.
    const body = more.Body === undefined ? { Body: "", ContentLength: 0 } : {};
    return this.target.client().send(new PutObjectCommand({ Bucket: this.bucket, Key, ...body, ...more }));
  }

  keys(): Promise<string[]> {
    return listKeys(this.target, this.bucket);
  }

  /** Key to content. */
  contents(): Promise<Record<string, string>> {
    return readBucket(this.target, this.bucket);
  }

  bytesOf(key: string): Promise<Buffer> {
    return readObject(this.target, this.bucket, key);
  }

  /** All that HEAD tells of an object, but for what is the same of all, or new each time. */
  async head(Key: string, more: object = {}): Promise<Record<string, unknown>> {
    const input = { Bucket: this.bucket, Key, ChecksumMode: "ENABLED" as const, ...more };
    const { StorageClass = "STANDARD", ...head } = await this.target.client().send(new HeadObjectCommand(input));
    // S3 names the class only where it is another one, and other servers always do.
    const entries = Object.entries(StorageClass === "STANDARD" ? head : { ...head, StorageClass });
    return Object.fromEntries(
      entries.filter(([name, value]) => value !== undefined && !NOT_OF_THE_OBJECT.includes(name)),
    );
  }

  /** Compares how many requests of each kind the last step made, where the server tells. */
  assertOperations(expected: Record<string, number>): void {
    if (this.target.server) assert.deepEqual(this.operations(), expected);
  }

  /** How many requests of each kind the last step made. */
  operations(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { operation } of this.requests) counts[operation] = (counts[operation] ?? 0) + 1;
    return counts;
  }

  /** Each action of the plan as `action key: reason`. */
  reasons(result: StepResult): string[] {
    return this.planOf(result).actions.map(({ action, key, reason }) => `${action} ${key}: ${reason}`);
  }
}

/** Makes a bench for a suite; `embedded` where the suite orders faults, or sets the clock. */
export function uploadBench(where: "anywhere" | "embedded" = "anywhere", options: S3ServerOptions = {}): UploadBench {
  return new UploadBench(where === "embedded" ? () => startEmbeddedTarget(options) : startTarget).register();
}

export const denied: FaultAction = { kind: "status", status: 403, code: "AccessDenied", message: "Access Denied" };

export function outcomeOf(result: StepResult): Outcome {
  const messages = (type: string) =>
    result.issues
      .filter((issue) => issue.type === type)
      .map(({ message }) => message.replace(/, request id [^)]+/, ""));
  const [errors, warnings] = [messages("error"), messages("warning")];
  const counts = Object.entries(COUNTERS).flatMap(([name, shown]) => {
    const value = Number(result.outputVariables[name]?.value ?? 0);
    return value > 0 ? [[shown, value] as const] : [];
  });
  return {
    result: result.result,
    ...(errors.length > 0 ? { errors } : {}),
    ...(warnings.length > 0 ? { warnings } : {}),
    ...(counts.length > 0 ? { counts: Object.fromEntries(counts) } : {}),
  };
}

/** Compares how a step ended; request ids are cut out. */
export function assertOutcome(result: StepResult, expected: Outcome): void {
  assert.deepEqual(outcomeOf(result), expected, result.log.join("\n"));
}

export function assertDone(result: StepResult, counts: Readonly<Record<string, number>>): void {
  assertOutcome(result, { result: "Succeeded", ...(Object.keys(counts).length > 0 ? { counts } : {}) });
}

export function assertFailed(result: StepResult, errors: readonly string[], counts?: Record<string, number>): void {
  assertOutcome(result, { result: "Failed", errors, ...(counts ? { counts } : {}) });
}
