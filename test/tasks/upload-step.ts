import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { runStep, type ServiceConnection, type StepRequest, type StepResult } from "../../local/agent/agent.ts";
import type { Target } from "../target.ts";

export const taskFolder = fileURLToPath(new URL("../../dist/extension/tasks/AwsS3Upload", import.meta.url));
export const connectionId = "5d1b6f0a-93a5-4a2e-8a37-0c6c1f1b2c3d";

/** The service connection that an admin would make for the target. */
export function connectionTo(target: Target): ServiceConnection {
  return {
    id: connectionId,
    name: "store",
    type: "AwsS3",
    url: target.url,
    scheme: "UsernamePassword",
    parameters: { username: target.accessKeyId, password: target.secretAccessKey },
    data: { region: target.region },
  };
}

/** Runs the packaged AwsS3Upload as the agent does: by inputs, of which the usual ones are filled in. */
export function runUpload(
  target: Target,
  inputs: { bucketName: string; sourceFolder: string } & Record<string, string>,
  step: Partial<StepRequest> = {},
): Promise<StepResult> {
  return runStep({
    taskFolder,
    connections: [connectionTo(target)],
    ...step,
    inputs: { awsCredentials: connectionId, regionName: "", globExpressions: "**", targetFolder: "", ...inputs },
  });
}

/** A temporary folder with the given files. */
export class SourceFolder {
  readonly path = mkdtempSync(join(tmpdir(), "upload-"));

  write(files: Readonly<Record<string, string | Buffer>>): this {
    for (const [path, content] of Object.entries(files)) {
      const absolutePath = join(this.path, path);
      mkdirSync(dirname(absolutePath), { recursive: true });
      writeFileSync(absolutePath, content);
    }
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
    const { Body } = await target.client().send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    objects[key] = Buffer.from((await Body?.transformToByteArray()) ?? []).toString("latin1");
  }
  return objects;
}

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
  return keys;
}
