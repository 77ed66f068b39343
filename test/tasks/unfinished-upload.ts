import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  ListMultipartUploadsCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { randomFrom } from "../random.ts";
import type { UploadBench } from "./upload-bench.ts";

const MIB = 1024 ** 2;
/** Three parts of 5 MiB, and a small one. */
export const content = Buffer.concat([Buffer.alloc(15 * MIB, randomFrom(7).bytes(100_003)), Buffer.from("the end")]);
export const IN_PARTS = { partSizeMB: "5" };

/** The numbers of the parts that the last step sent. */
export function partsSent(bench: UploadBench): number[] {
  const parts = bench.requests.filter(({ operation }) => operation === "UploadPart");
  return parts.map(({ query }) => Number(query.partNumber)).sort();
}

export async function unfinishedIn({ target, bucket }: UploadBench): Promise<string[]> {
  const { Uploads = [] } = await target.client().send(new ListMultipartUploadsCommand({ Bucket: bucket }));
  return Uploads.map(({ Key }) => Key ?? "");
}

/** Begins an upload as another tool would, and stores some of its parts; `bytes` are the file's, or what is to be taken for it. */
export async function beginUpload(
  { target, bucket }: UploadBench,
  parts: readonly number[],
  more: Partial<CreateMultipartUploadCommandInput> = {},
  bytes: Buffer = content,
): Promise<string> {
  const object = { Bucket: bucket, Key: "large.bin" };
  const client = target.client();
  const { UploadId = "" } = await client.send(new CreateMultipartUploadCommand({ ...object, ...more }));
  const { ChecksumAlgorithm } = more;
  for (const PartNumber of parts) {
    const Body = bytes.subarray((PartNumber - 1) * 5 * MIB, PartNumber * 5 * MIB);
    await client.send(
      new UploadPartCommand({
        ...object,
        UploadId,
        PartNumber,
        Body,
        ...(ChecksumAlgorithm ? { ChecksumAlgorithm } : {}),
      }),
    );
  }
  return UploadId;
}

/** Makes a step believe that it began an upload itself. */
export function noteAsOwn({ workFolder }: UploadBench, uploadId: string): void {
  mkdirSync(join(workFolder, "_temp"), { recursive: true });
  writeFileSync(join(workFolder, "_temp", "s3-unfinished-uploads.txt"), `${uploadId}\n`);
}
