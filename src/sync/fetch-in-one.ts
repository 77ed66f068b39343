import { open, writeFile } from "node:fs/promises";
import type { ResponseHead } from "../aws/transport.ts";
import { createDigest, type Digest } from "../checksums/algorithms.ts";
import { type ByteSink, FileSink, MemorySink } from "../files/byte-sink.ts";
import { customerKeyHeaders } from "../s3/encryption.ts";
import { getObject } from "../s3/get-object.ts";
import { type ObjectHead, readObjectHead } from "../s3/head-object.ts";
import { checksumOf, type ObjectChecksum } from "../s3/object-checksum.ts";
import { ChecksumError, type FetchContext, type FetchedObject } from "./fetched-object.ts";

/** Up to this size a file is kept in memory until it is whole, and written in one go. */
const SMALL_FILE_BYTES = 256 * 1024;

/**
 * Brings an object to a new file with one request, and computes its checksum as the bytes come.
 *
 * @throws {ObjectReplacedError} where it is not the one that was listed; {ChecksumError}; Node's error; what `Bucket.send` throws.
 */
export function fetchInOne(context: FetchContext, object: FetchedObject, newPath: string): Promise<ObjectHead> {
  const isSmall = object.sizeBytes <= SMALL_FILE_BYTES;
  return context.slots.run(isSmall ? 1 : context.slots.largeBodyWeight, async () => {
    context.signal.throwIfAborted();
    if (isSmall) {
      const sink = new MemorySink();
      const head = await receive(context, object, sink);
      await writeFile(newPath, sink.bytes(), { flag: "wx" });
      return head;
    }
    const file = await open(newPath, "wx");
    try {
      return await receive(context, object, new FileSink(file, 0));
    } finally {
      await file.close();
    }
  });
}

async function receive(context: FetchContext, { key, etag }: FetchedObject, sink: ByteSink): Promise<ObjectHead> {
  const { bucket, encryption, signal } = context;
  let head: ObjectHead | undefined;
  let checksum: ObjectChecksum | undefined;
  let digest: Digest | undefined;
  const reader = {
    start(response: ResponseHead) {
      head = readObjectHead(response);
      checksum = checksumOf(head);
      // One of parts is not to be had from the whole.
      if (checksum && checksum.partsCount === undefined) digest = createDigest(checksum.algorithm);
    },
    take(chunk: Buffer) {
      digest?.update(chunk);
      context.onStored(chunk.length);
      return sink.write(chunk);
    },
  };
  await getObject(bucket, key, reader, { etag, headers: customerKeyHeaders(encryption), signal });
  await sink.flush();
  // What starts is called before anything is received; the compiler does not see it.
  const fetched = head as unknown as ObjectHead;
  if (sink.writtenBytes !== fetched.sizeBytes) throw new ChecksumError("size");
  if (digest && checksum && !digest.digest().equals(checksum.digest)) throw new ChecksumError(checksum.algorithm);
  return fetched;
}
