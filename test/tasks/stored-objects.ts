import {
  type ChecksumAlgorithm,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { randomFrom } from "../random.ts";
import type { Target } from "../target.ts";

export const MIB = 1024 ** 2;

/** Bytes of any length that no shift and no exchange of pieces leaves as they are. */
export function patternedBytes(sizeBytes: number): Buffer {
  const bytes = Buffer.alloc(sizeBytes, randomFrom(7).bytes(65_537));
  for (let index = 0; index + 4 <= sizeBytes; index += MIB / 4) bytes.writeUInt32LE(index, index);
  return bytes;
}

/** Stores an object in parts of the given sizes. */
export async function putInParts(
  target: Target,
  bucket: string,
  key: string,
  parts: readonly Buffer[],
  settings: Omit<CreateMultipartUploadCommandInput, "Bucket" | "Key"> = {},
): Promise<void> {
  const about = { Bucket: bucket, Key: key };
  const client = target.client();
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...about, ...settings }));
  const algorithm = settings.ChecksumAlgorithm;
  const { SSECustomerAlgorithm, SSECustomerKey, ChecksumType } = settings;
  const customerKey = SSECustomerKey ? { SSECustomerAlgorithm, SSECustomerKey } : {};
  const done: CompletedPart[] = [];
  for (const [index, Body] of parts.entries()) {
    const PartNumber = index + 1;
    const sent = await client.send(
      new UploadPartCommand({
        ...about,
        UploadId,
        PartNumber,
        Body,
        ...(algorithm ? { ChecksumAlgorithm: algorithm } : {}),
        ...customerKey,
      }),
    );
    const checksums = algorithm ? checksumsOf(sent, algorithm) : {};
    done.push({ PartNumber, ETag: sent.ETag, ...checksums });
  }
  await client.send(
    new CompleteMultipartUploadCommand({
      ...about,
      UploadId,
      MultipartUpload: { Parts: done },
      ...(ChecksumType ? { ChecksumType } : {}),
      ...customerKey,
    }),
  );
}

function checksumsOf(sent: object, algorithm: ChecksumAlgorithm): Partial<CompletedPart> {
  const name = `Checksum${algorithm}`;
  return { [name]: (sent as Record<string, string>)[name] };
}

/** Bytes cut into parts of the given sizes. */
export function cutInto(bytes: Buffer, sizesBytes: readonly number[]): Buffer[] {
  let start = 0;
  return sizesBytes.map((size) => {
    start += size;
    return bytes.subarray(start - size, start);
  });
}
