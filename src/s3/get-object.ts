import { ServiceError } from "../aws/errors.ts";
import type { Receiver, ResponseHead } from "../aws/transport.ts";
import type { Bucket } from "./bucket.ts";
import { notS3 } from "./document.ts";
import type { ObjectHeaders } from "./put-object.ts";

/** The object is not the one any more that was being read. */
export class ObjectReplacedError extends Error {
  constructor() {
    super("it was replaced while it was read");
  }
}

/** What takes an object's bytes. */
export interface ObjectReader {
  /** Called once, with the head of the first answer, before any bytes. */
  start?(head: ResponseHead): void;
  /** Takes the next bytes, which are overwritten once the promise has resolved. */
  take(chunk: Buffer): void | Promise<void>;
}

export interface GetOptions {
  /** A piece of the object; absent for all of it. */
  readonly piece?: { readonly startByte: number; readonly sizeBytes: number };
  /** Without quotation marks: what the object's ETag has to be. */
  readonly etag?: string;
  /** A customer's key. */
  readonly headers?: ObjectHeaders;
  readonly signal: AbortSignal;
}

/**
 * Reads an object, or a piece of it, from its first byte to its last. Where an answer breaks off, the next one goes on from there, and
 * only if the object is still the same.
 *
 * @throws {ObjectReplacedError}; what `Bucket.send` and the reader throw.
 */
export async function getObject(bucket: Bucket, key: string, reader: ObjectReader, options: GetOptions): Promise<void> {
  const { piece, signal } = options;
  let { etag } = options;
  let receivedBytes = 0;
  let hasStarted = false;

  function receive(head: ResponseHead): ReturnType<Receiver> {
    const sentEtag = head.headers.etag?.replaceAll('"', "");
    if (!sentEtag) throw notS3({ ...head, body: Buffer.alloc(0) }, "the answer has no ETag");
    if (etag !== undefined && sentEtag !== etag) throw new ObjectReplacedError();
    if (rangeHeaders(piece, receivedBytes).range) checkRange(head, (piece?.startByte ?? 0) + receivedBytes);
    etag = sentEtag;
    if (!hasStarted) reader.start?.(head);
    hasStarted = true;
    return (chunk) => {
      receivedBytes += chunk.length;
      return reader.take(chunk);
    };
  }

  const request = () => ({
    method: "GET" as const,
    key,
    headers: {
      ...options.headers,
      ...rangeHeaders(piece, receivedBytes),
      ...(piece || receivedBytes > 0 ? {} : { "x-amz-checksum-mode": "ENABLED" }),
      ...(etag === undefined ? {} : { "if-match": `"${etag}"` }),
    },
    receive,
    signal,
  });
  try {
    await bucket.send(request, signal);
  } catch (error) {
    throw error instanceof ServiceError && error.code === "PreconditionFailed" ? new ObjectReplacedError() : error;
  }
}

function rangeHeaders(piece: GetOptions["piece"], receivedBytes: number): { range?: string } {
  if (piece) return { range: `bytes=${piece.startByte + receivedBytes}-${piece.startByte + piece.sizeBytes - 1}` };
  return receivedBytes > 0 ? { range: `bytes=${receivedBytes}-` } : {};
}

/** A server that answers with other bytes than were asked for would make a broken file. */
function checkRange(head: ResponseHead, startByte: number): void {
  const sent = /^bytes (\d+)-/.exec(head.headers["content-range"] ?? "")?.[1];
  if (head.status === 206 && Number(sent) === startByte) return;
  throw notS3({ ...head, body: Buffer.alloc(0) }, `asked for the bytes from ${startByte} on, the server sent others`);
}
