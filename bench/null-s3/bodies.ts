import { createHash } from "node:crypto";
import { digestOf } from "../../src/checksums/algorithms.ts";
import { PATTERN_BYTES } from "./pattern.ts";
import type { RequestHead } from "./request-reader.ts";

/** What is known of the bytes that came under a name. */
export interface KnownBody {
  readonly sizeBytes: number;
  readonly md5: Buffer;
  /** Only of small bodies; large ones are the pattern. */
  readonly content: Buffer | undefined;
}

/** Takes a body's bytes, and says what they are once all have come. */
export interface BodyTaker {
  take(chunk: Buffer): void;
  end(): KnownBody;
}

/**
 * Knows bodies by the key, whatever the bucket, and the size under which they came. The first time it reads them, digests them and holds them against the
 * checksum that came along; from then on it lets them pass, so that what is measured is the client and not this. What is sent under a
 * key must therefore be the same each time, as it is in a benchmark.
 */
export class Bodies {
  readonly #known = new Map<string, KnownBody>();

  taker({ method, path, query, headers }: RequestHead): BodyTaker {
    const decodedLength = headers.get("x-amz-decoded-content-length");
    const sizeBytes = Number(decodedLength ?? headers.get("content-length") ?? 0);
    const key = path.slice(path.indexOf("/", 1));
    const name = `${key} ${query.get("partNumber") ?? ""} ${sizeBytes}`;
    const known = this.#known.get(name);
    if (known) return { take: () => undefined, end: () => known };
    const isChunked = decodedLength !== undefined;
    const hash = createHash("md5");
    const kept: Buffer[] = [];
    const isKept = isChunked || sizeBytes <= PATTERN_BYTES;
    return {
      take(chunk) {
        if (!isChunked) hash.update(chunk);
        if (isKept) kept.push(Buffer.from(chunk));
      },
      end: () => {
        const content = isChunked ? decodeChunks(Buffer.concat(kept)) : isKept ? Buffer.concat(kept) : undefined;
        if (isChunked && content) hash.update(content);
        // Of a POST it is the checksum of the object, not of the document that completes it.
        if (content && method === "PUT") checkCrc(content, headers);
        const isSmall = sizeBytes <= PATTERN_BYTES;
        const body = { sizeBytes, md5: hash.digest(), content: isSmall ? content : undefined };
        this.#known.set(name, body);
        return body;
      },
    };
  }
}

function checkCrc(content: Buffer, headers: ReadonlyMap<string, string>): void {
  const crc32 = headers.get("x-amz-checksum-crc32");
  if (crc32 !== undefined && digestOf("CRC32", content).toString("base64") !== crc32) {
    throw new Error("a body came that does not have the CRC32 sent with it");
  }
}

/** What stands in an `aws-chunked` body: chunks behind lines with their sizes in hex, and a trailer. */
function decodeChunks(encoded: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let position = 0; ; ) {
    const lineEnd = encoded.indexOf("\r\n", position);
    const sizeBytes = Number.parseInt(encoded.toString("latin1", position, lineEnd), 16);
    if (!(sizeBytes > 0)) return Buffer.concat(chunks);
    const start = lineEnd + 2;
    chunks.push(encoded.subarray(start, start + sizeBytes));
    position = start + sizeBytes + 2;
  }
}
