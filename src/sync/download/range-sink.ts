import type { FileHandle } from "node:fs/promises";
import { createDigest, type DigestAlgorithm, isQuick } from "../../checksums/algorithms.ts";
import { FileSink } from "../../files/byte-sink.ts";
import type { Carrier } from "../../http/transport.ts";
import type { ByteRange } from "../../s3/byte-range.ts";
import type { ObjectReader } from "../../s3/get-object.ts";
import type { FetchContext } from "./fetched-object.ts";

/** Where the bytes of a range go. */
export interface RangeSink extends ObjectReader {
  /** Sends the request, if the bytes are taken by another thread. */
  readonly carrier?: Carrier | undefined;
  /** How many have arrived in the file. */
  readonly writtenBytes: number;
  /** Of all of them, after `flush`; undefined if it was not computed as they came. */
  readonly digest: Buffer | undefined;
  /** To be called when all have come. @throws Node's error; {ThreadLostError} if they have to be fetched again. */
  flush(): Promise<void>;
  /** To be called before the file is closed. */
  close(): Promise<void>;
}

/** A sink in a thread of its own; undefined if there is none for it. */
export function threadSink(
  { bucket, onStored }: FetchContext,
  file: FileHandle,
  range: ByteRange,
  digestedBy: DigestAlgorithm | undefined,
): RangeSink | undefined {
  return bucket.threads?.receiver({ ...range, descriptor: file.fd }, digestedBy, onStored);
}

/** A sink in this thread. It computes a digest that takes less time than reading the bytes again does. */
export function ownSink(
  { largeBlocks, onStored }: FetchContext,
  file: FileHandle,
  { startByte }: ByteRange,
  digestedBy: DigestAlgorithm | undefined,
): RangeSink {
  const running = digestedBy !== undefined && isQuick(digestedBy) ? createDigest(digestedBy) : undefined;
  const sink = new FileSink(file, startByte, largeBlocks, (bytes) => {
    running?.update(bytes);
    onStored(bytes.length);
  });
  let digest: Buffer | undefined;
  return {
    reserve: () => sink.reserve(),
    commit: (sizeBytes) => sink.commit(sizeBytes),
    get writtenBytes() {
      return sink.writtenBytes;
    },
    get digest() {
      return digest;
    },
    flush: async () => {
      await sink.flush();
      digest = running?.digest();
    },
    close: () => sink.close(),
  };
}
