import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import type { StepRequest, StepResult } from "../../local/agent/agent.ts";
import type { Target } from "../target.ts";
import { runStoreStep } from "./store-step.ts";
import { writeFiles } from "./write-files.ts";

/** Runs the packaged AwsS3Upload as the agent does: by inputs, of which the usual ones are filled in. */
export function runUpload(
  target: Target,
  inputs: { bucketName: string; sourceFolder: string } & Record<string, string>,
  step: Partial<StepRequest> = {},
): Promise<StepResult> {
  return runStoreStep("AwsS3Upload", target, { globExpressions: "**", targetFolder: "", ...inputs }, step);
}

/** A temporary folder with the given files. */
export class SourceFolder {
  readonly path = mkdtempSync(join(tmpdir(), "upload-"));

  write(files: Readonly<Record<string, string | Buffer>>): this {
    writeFiles(this.path, files);
    return this;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** All objects of a bucket, read by the SDK: key to content. */
export async function readBucket(target: Target, bucket: string): Promise<Record<string, string>> {
  const objects: Record<string, string> = {};
  for (const key of await listKeys(target, bucket)) {
    objects[key] = (await readObject(target, bucket, key)).toString("latin1");
  }
  return objects;
}

/** The bytes of an object, read by the SDK. */
export async function readObject(target: Target, bucket: string, key: string): Promise<Buffer> {
  const { Body } = await target.client().send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return Buffer.concat(await (Body as Readable).toArray());
}

/** @returns all keys in the order of S3, whatever order the store lists them in. */
export async function listKeys(target: Target, bucket: string): Promise<string[]> {
  const keys: string[] = [];
  let token: string | undefined;
  do {
    const page = await target
      .client()
      .send(new ListObjectsV2Command({ Bucket: bucket, ...(token ? { ContinuationToken: token } : {}) }));
    keys.push(...(page.Contents ?? []).map(({ Key }) => Key ?? ""));
    token = page.NextContinuationToken;
  } while (token);
  return keys.sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
}
