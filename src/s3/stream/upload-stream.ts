import { setMaxListeners } from "node:events";
import type { Readable } from "node:stream";
import type { Upload } from "@aws-sdk/lib-storage";
import type { Bucket } from "../bucket.ts";
import { abortUpload } from "../multipart/multipart-requests.ts";
import type { ObjectWrite, StoredObject } from "../put-object.ts";
import { openClient, PLACE } from "../sdk/open-client.ts";
import { UploadRequests } from "./upload-requests.ts";

export interface StreamUpload {
  readonly bucket: Bucket;
  readonly key: string;
  readonly write: ObjectWrite;
  /** The stream is cut into parts of this size, of which so many are in memory at once as `PARALLEL_PARTS` says, and one more. */
  readonly partSizeBytes: number;
  readonly signal: AbortSignal;
  /** Called with the id of an upload in parts as soon as it is begun. */
  onBegun?(uploadId: string): void;
}

/** The result of a stream's upload. */
export interface StoredStream extends StoredObject {
  readonly sizeBytes: number;
}

/** With 8 MiB each, more of them take more memory and no less time. */
const PARALLEL_PARTS = 4;

/**
 * Stores a stream of unknown length as an object, without ever having it whole in memory or on disk: a short one in one piece, others in
 * parts. If it fails or is cancelled, the stream is destroyed, and what has been stored of it is taken back.
 *
 * @throws what the stream fails with, and what `Bucket.send` throws, whichever comes first; the signal's reason.
 */
export async function uploadStream(source: Readable, options: StreamUpload): Promise<StoredStream> {
  const { bucket, key, write, partSizeBytes, signal, onBegun = () => undefined } = options;
  const failure = new FirstFailure();
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  setMaxListeners(0, either);
  const onCancelled = () => failure.report(signal.reason);
  signal.addEventListener("abort", onCancelled, { once: true });
  // The listener stays until the end: an error of a stream that is being destroyed must not end the process.
  source.on("error", failure.report);
  const requests = new UploadRequests({ bucket, key, write, signal: either, onBegun, onFailed: failure.report });
  try {
    signal.throwIfAborted();
    const upload = await prepareUpload(source, requests, partSizeBytes);
    await Promise.race([upload.done(), failure.promise]);
    if (!requests.stored) throw new Error("the upload ended without an object");
    return { ...requests.stored, sizeBytes: requests.sentBytes };
  } catch (error) {
    const cause = await failure.before(error);
    stop.abort(cause);
    source.destroy();
    await requests.settled();
    const { uploadId } = requests;
    if (uploadId !== undefined) await abortUpload({ bucket, key, uploadId });
    throw cause;
  } finally {
    signal.removeEventListener("abort", onCancelled);
  }
}

async function prepareUpload(source: Readable, requests: UploadRequests, partSize: number): Promise<Upload> {
  const { client, sdk } = await openClient({ handle: (request) => requests.handle(request) });
  return new sdk.Upload({
    client,
    params: { ...PLACE, Body: source },
    partSize,
    queueSize: PARALLEL_PARTS,
    // Taking back is ours: the SDK would do it while parts are still under way, and report its failure instead of the first one.
    leavePartsOnError: true,
  });
}

/** Keeps the first error and reports it at once, because the SDK waits for running requests, and for a stream that hangs. */
class FirstFailure {
  readonly promise: Promise<never>;
  readonly report: (error: unknown) => void;

  constructor() {
    let reject: (error: unknown) => void = () => undefined;
    this.promise = new Promise<never>((_resolve, rejectPromise) => {
      reject = rejectPromise;
    });
    this.promise.catch(() => undefined);
    this.report = reject;
  }

  /** @returns what was reported first, or this if nothing was. */
  before(error: unknown): Promise<unknown> {
    return Promise.race([this.promise, Promise.reject(error)]).catch((first: unknown) => first);
  }
}
