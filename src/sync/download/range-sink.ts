import type { FileHandle } from "node:fs/promises";
import { createDigest, type DigestAlgorithm, isQuick } from "../../checksums/algorithms.ts";
import { FileSink } from "../../files/byte-sink.ts";
import type { Carrier } from "../../http/transport.ts";
import type { ByteRange } from "../../s3/byte-range.ts";
import type { ObjectReader } from "../../s3/get-object.ts";
import type { FetchContext } from "./fetched-object.ts";

/** Takes the bytes of a range. */
export interface RangeSink extends ObjectReader {
  /** Sends the requests, if another thread takes the bytes. */
  readonly carrier?: Carrier | undefined;
  /** Bytes in the file. */
  readonly writtenBytes: number;
  /** Digest of all bytes, after `flush`; undefined if it was not computed as they arrived. */
  readonly digest: Buffer | undefined;
  /** Writes the rest after all bytes arrived. @throws Node's error; {ThreadLostError} if the range must be fetched again. */
  flush(): Promise<void>;
  /** Must be called before the file is closed. */
  close(): Promise<void>;
}

/** What a sink of a range needs. */
interface SinkOptions extends Pick<FetchContext, "bucket" | "largeBlocks" | "onMoved"> {
  readonly file: FileHandle;
  readonly range: ByteRange;
  readonly digestedBy: DigestAlgorithm | undefined;
}

/** A sink in a worker thread; undefined if there is no thread. */
export function threadSink({ bucket, onMoved, file, range, digestedBy }: SinkOptions): RangeSink | undefined {
  return bucket.threads?.receiver({ ...range, descriptor: file.fd }, digestedBy, onMoved);
}

/** A sink in this thread. It computes a digest only if that is faster than reading the bytes again. */
export function ownSink({ largeBlocks, onMoved, file, range, digestedBy }: SinkOptions): RangeSink {
  const running = digestedBy !== undefined && isQuick(digestedBy) ? createDigest(digestedBy) : undefined;
  const sink = new FileSink(file, range.startByte, largeBlocks, (bytes) => running?.update(bytes));
  let digest: Buffer | undefined;
  return {
    reserve: () => sink.reserve(),
    commit: (sizeBytes) => {
      onMoved(sizeBytes);
      return sink.commit(sizeBytes);
    },
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
