import { open } from "node:fs/promises";
import { createDigest } from "../../checksums/algorithms.ts";
import type { Digest } from "../../checksums/digest.ts";
import { BLOCK_SIZE_BYTES } from "../../files/block-pool.ts";
import { BlockSink, type ByteSink, FileSink, SinkFullError } from "../../files/byte-sink.ts";
import { setModified, writeWhole } from "../../files/temporary-file.ts";
import type { ResponseHead } from "../../http/messages.ts";
import { customerKeyHeaders } from "../../s3/encryption.ts";
import { getObject } from "../../s3/get-object.ts";
import { type ObjectHead, readObjectHead } from "../../s3/head-object.ts";
import { checksumOf, type ObjectChecksum } from "../../s3/object-checksum.ts";
import { ChecksumError, type FetchContext, type FetchedObject } from "./fetched-object.ts";

/**
 * Downloads an object to a new file with one request, and computes its checksum meanwhile.
 *
 * @throws {ObjectReplacedError} if it was replaced since it was listed; {ChecksumError}; Node's error; what `Bucket.send` throws.
 */
export function fetchInOne(context: FetchContext, object: FetchedObject, newPath: string): Promise<ObjectHead> {
  const isSmall = object.sizeBytes <= BLOCK_SIZE_BYTES;
  const weight = isSmall ? 1 : context.slots.largeBodyWeight;
  return context.slots.run(weight, async () => {
    context.signal.throwIfAborted();
    return isSmall ? await fetchSmall(context, object, newPath) : await fetchMedium(context, object, newPath);
  });
}

/** Keeps the file in memory until it is complete, and writes it at once. */
async function fetchSmall(context: FetchContext, object: FetchedObject, newPath: string): Promise<ObjectHead> {
  const block = context.smallBlocks.take();
  try {
    const fetch = new CheckedFetch(context, object);
    const sink = new BlockSink(block, fetch.watch);
    const head = await fetch.into(sink);
    await context.target.confirm(object.path, context.disk);
    await writeWhole(newPath, sink.bytes(), head.lastModifiedMs, context.disk);
    return head;
  } finally {
    context.smallBlocks.giveBack(block);
  }
}

async function fetchMedium(context: FetchContext, object: FetchedObject, newPath: string): Promise<ObjectHead> {
  await context.target.confirm(object.path, context.disk);
  const file = await open(newPath, "wx");
  try {
    const fetch = new CheckedFetch(context, object);
    const sink = new FileSink(file, 0, context.largeBlocks, fetch.watch);
    try {
      const head = await fetch.into(sink);
      await setModified(file, head.lastModifiedMs);
      return head;
    } finally {
      await sink.close();
    }
  } finally {
    await file.close();
  }
}

/** Computes an object's checksum while its bytes arrive. */
class CheckedFetch {
  readonly #context: FetchContext;
  readonly #object: FetchedObject;
  #head: ObjectHead | undefined;
  #checksum: ObjectChecksum | undefined;
  #digest: Digest | undefined;

  constructor(context: FetchContext, object: FetchedObject) {
    this.#context = context;
    this.#object = object;
  }

  /** For the sink that takes the bytes. */
  readonly watch = (bytes: Buffer): void => this.#digest?.update(bytes);

  async into(sink: ByteSink): Promise<ObjectHead> {
    const { bucket, encryption, signal, onMoved } = this.#context;
    const { key, etag } = this.#object;
    const reader = {
      start: (response: ResponseHead) => this.#start(response),
      reserve: () => sink.reserve(),
      commit: (sizeBytes: number) => {
        onMoved(sizeBytes);
        return sink.commit(sizeBytes);
      },
    };
    try {
      await getObject(bucket, key, reader, { etag, headers: customerKeyHeaders(encryption), signal });
    } catch (error) {
      throw error instanceof SinkFullError ? new ChecksumError("size") : error;
    }
    await sink.flush();
    return this.#check(sink.writtenBytes);
  }

  #start(response: ResponseHead): void {
    this.#head = readObjectHead(response, this.#object.sizeBytes);
    this.#checksum = checksumOf(this.#head);
    // A checksum of parts cannot be computed from the whole.
    const isOfAll = this.#checksum?.partsCount === undefined;
    if (this.#checksum && isOfAll) this.#digest = createDigest(this.#checksum.algorithm);
  }

  #check(writtenBytes: number): ObjectHead {
    const head = this.#head as ObjectHead;
    // An object with the listed ETag must have the listed size, even if the answer has another one.
    if (writtenBytes !== head.sizeBytes || writtenBytes !== this.#object.sizeBytes) throw new ChecksumError("size");
    const checksum = this.#checksum;
    if (this.#digest && checksum && !this.#digest.digest().equals(checksum.digest)) {
      throw new ChecksumError(checksum.algorithm);
    }
    return head;
  }
}
