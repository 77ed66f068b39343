import { ServiceError } from "../aws/errors/errors.ts";
import { CodedError } from "../errors/coded-error.ts";
import type { BodyReceiver } from "../http/body-receiver.ts";
import { ConnectionError } from "../http/connection-error.ts";
import type { ResponseHead } from "../http/messages.ts";
import type { Carrier } from "../http/transport.ts";
import type { Bucket } from "./bucket.ts";
import type { ByteRange } from "./byte-range.ts";
import type { ObjectHead } from "./head-object.ts";
import type { ObjectHeaders } from "./put-object.ts";
import { withChecksumMode } from "./store/checksum-support.ts";
import { notS3 } from "./xml-body.ts";

const SCRAP_BYTES = 64 * 1024;

/** The object was replaced while it was read. */
export class ObjectReplacedError extends CodedError {
  override readonly name: string = "ObjectReplacedError";

  constructor() {
    super("object-changed", "it was replaced while it was read");
  }
}

/** The answer contains other bytes than the requested range. They would make a broken file. */
class RangeIgnoredError extends CodedError {
  override readonly name: string = "RangeIgnoredError";

  constructor(startByte: number) {
    const advice = "Large objects need a store, and a proxy, that support Range requests";
    super(
      "range-not-supported",
      `the task asked for the bytes from ${startByte}, but the server sent others. ${advice}`,
    );
  }
}

/** The receiver of an object's bytes. */
export interface ObjectReader extends BodyReceiver {
  /** Called once, with the head of the first answer, before any bytes. */
  start?(head: ResponseHead): void;
}

export interface GetOptions {
  /** A range of the object; absent for all of it. */
  readonly range?: ByteRange;
  /** The ETag that the object must have, without quotation marks. */
  readonly etag?: string;
  /** A customer's key. */
  readonly headers?: ObjectHeaders;
  /** Sends the requests, if another thread takes the bytes. */
  readonly carrier?: Carrier | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * Reads an object, or a range of it, from its first byte to its last. If an answer breaks off, the next request continues from there, but
 * only if the object is still the same.
 *
 * @throws {ObjectReplacedError} {RangeIgnoredError}; what `Bucket.send` and the reader throw.
 */
export async function getObject(bucket: Bucket, key: string, reader: ObjectReader, options: GetOptions): Promise<void> {
  const { range, signal } = options;
  let etag = options.etag || undefined;
  /** NaN until it is known. */
  let wantedBytes = Number.NaN;
  let receivedBytes = 0;
  let hasStarted = false;

  const counted: BodyReceiver = {
    reserve: () => reader.reserve(),
    commit(sizeBytes) {
      receivedBytes += sizeBytes;
      return reader.commit(sizeBytes);
    },
  };

  function receive(head: ResponseHead): BodyReceiver {
    const sentEtag = head.headers.etag?.replaceAll('"', "");
    if (!sentEtag) throw notS3(head, "the answer has no ETag");
    if (etag !== undefined && sentEtag !== etag) throw new ObjectReplacedError();
    let knownBytes = countKnownBytes(head, range, receivedBytes);
    etag = sentEtag;
    if (!hasStarted) {
      reader.start?.(head);
      wantedBytes = range?.sizeBytes ?? Number(head.headers["content-length"]);
    }
    hasStarted = true;
    if (knownBytes === 0) return counted;
    // Bytes that the reader already has are sent again. They go into memory that nobody reads.
    const scrap = Buffer.allocUnsafe(Math.min(knownBytes, SCRAP_BYTES));
    return {
      reserve: () => (knownBytes > 0 ? scrap.subarray(0, Math.min(knownBytes, scrap.length)) : counted.reserve()),
      commit(sizeBytes) {
        if (knownBytes === 0) return counted.commit(sizeBytes);
        knownBytes -= sizeBytes;
      },
    };
  }

  const request = (mode: Readonly<Record<string, string>>) => ({
    method: "GET" as const,
    key,
    headers: {
      ...options.headers,
      ...rangeHeaders(range, receivedBytes),
      ...(range || receivedBytes > 0 ? {} : mode),
      ...(etag === undefined ? {} : { "if-match": `"${etag}"` }),
    },
    receive,
    carrier: options.carrier,
    signal,
  });
  try {
    await withChecksumMode(bucket, (mode) => bucket.send(() => request(mode), signal));
  } catch (error) {
    // If it broke off after the last byte, nothing is left to request.
    if (receivedBytes === wantedBytes && isOfAnswer(error)) return;
    throw error instanceof ServiceError && error.awsCode === "PreconditionFailed" ? new ObjectReplacedError() : error;
  }
}

/**
 * The ETag of an object, also where its HEAD has none: some stores give it only with the content, so that one byte is read.
 *
 * @param head what the HEAD says.
 * @returns the ETag without quotation marks; empty if the store never gives it, or if there is no byte to read.
 * @throws {ObjectReplacedError} if the object has another size by now; else as `getObject`.
 */
export async function etagOfObject(
  bucket: Bucket,
  key: string,
  head: Pick<ObjectHead, "etag" | "sizeBytes">,
  options: Pick<GetOptions, "headers" | "signal">,
): Promise<string> {
  if (head.etag !== "" || head.sizeBytes === 0) return head.etag;
  let etag = "";
  const byte = Buffer.alloc(1);
  const reader: ObjectReader = {
    start({ headers }) {
      const sizeBytes = /\/(\d+)$/.exec(headers["content-range"] ?? "")?.[1];
      if (sizeBytes !== undefined && Number(sizeBytes) !== head.sizeBytes) throw new ObjectReplacedError();
      etag = headers.etag?.replaceAll('"', "") ?? "";
    },
    reserve: () => byte,
    commit: () => undefined,
  };
  await getObject(bucket, key, reader, { ...options, range: { startByte: 0, sizeBytes: 1 } });
  return etag;
}

/** Whether an error is about the answer, and not about the use of its bytes. */
function isOfAnswer(error: unknown): boolean {
  return error instanceof ServiceError || error instanceof ConnectionError || error instanceof RangeIgnoredError;
}

function rangeHeaders(range: ByteRange | undefined, receivedBytes: number): { range?: string } {
  if (range) return { range: `bytes=${range.startByte + receivedBytes}-${range.startByte + range.sizeBytes - 1}` };
  return receivedBytes > 0 ? { range: `bytes=${receivedBytes}-` } : {};
}

/**
 * How many of the bytes that now come have come before: none, but all of them where the whole object was to go on from where it broke
 * off, and the server knows nothing of ranges.
 *
 * @throws {RangeIgnoredError} if they are not those that were asked for.
 */
function countKnownBytes(head: ResponseHead, range: ByteRange | undefined, receivedBytes: number): number {
  if (!range && receivedBytes === 0) return 0;
  if (!range && head.status === 200) return receivedBytes;
  const startByte = (range?.startByte ?? 0) + receivedBytes;
  const sentStart = /^bytes (\d+)-/.exec(head.headers["content-range"] ?? "")?.[1];
  if (head.status === 206 && Number(sentStart) === startByte) return 0;
  throw new RangeIgnoredError(startByte);
}
