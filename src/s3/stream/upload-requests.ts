import { Readable } from "node:stream";
import { bodyOf, type SdkRequest } from "../../aws/sdk-requests.ts";
import type { Body } from "../../http/messages.ts";
import type { Bucket } from "../bucket.ts";
import { checksumHeaders } from "../digest.ts";
import { completeUpload, createUpload, type SentPart, sendPart } from "../multipart/multipart-steps.ts";
import { type ObjectWrite, putObject, type StoredObject } from "../put-object.ts";
import type { SdkResponse } from "../sdk/open-client.ts";
import { escapeXml, S3_NAMESPACE } from "../xml-body.ts";
import { collectGarbage } from "./collect-garbage.ts";

/** What the SDK's client reads of an answer. */
interface SdkAnswer {
  readonly response: SdkResponse;
}

export interface UploadRequestsOptions {
  readonly bucket: Bucket;
  readonly key: string;
  readonly write: ObjectWrite;
  /** Aborts running requests. The request that begins the upload gets some time to return the upload's id. */
  readonly signal: AbortSignal;
  /** Called with the id of the upload as soon as it is begun. */
  onBegun(uploadId: string): void;
  /** Called with what a request failed with. */
  onFailed(error: unknown): void;
}

/** A request that begins an upload is waited for so long after its end is asked for: an upload without an id cannot be aborted. */
const BEGIN_GRACE_MS = 4_000;

/**
 * Sends the requests of an `Upload` of the SDK as those of every other upload are sent: with the same signatures, retries, checksums and
 * ways around what a store does not accept. What the SDK decides is where the stream is cut, and which part goes when.
 */
export class UploadRequests {
  readonly #options: UploadRequestsOptions;
  readonly #parts = new Map<number, SentPart>();
  readonly #underWay = new Set<Promise<unknown>>();
  /** What is stored, once all of it is. */
  stored: StoredObject | undefined;
  uploadId: string | undefined;

  constructor(options: UploadRequestsOptions) {
    this.#options = options;
  }

  /** The request handler of the SDK's client. */
  async handle(request: SdkRequest): Promise<SdkAnswer> {
    const answer = this.#send(request);
    this.#underWay.add(answer);
    try {
      return await answer;
    } catch (error) {
      this.#options.onFailed(error);
      throw error;
    } finally {
      this.#underWay.delete(answer);
    }
  }

  /** Waits for the requests that are under way. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }

  /** How many bytes have been sent and stored. */
  get sentBytes(): number {
    return [...this.#parts.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  /** The operations of an upload differ in method and query. Source: the Amazon S3 API Reference. */
  async #send({ method, query = {}, body }: SdkRequest): Promise<SdkAnswer> {
    if (method === "POST" && "uploads" in query) return this.#begin();
    if (method === "PUT" && "partNumber" in query) return this.#sendPart(Number(query.partNumber), bodyOf(body));
    if (method === "POST" && "uploadId" in query) return this.#complete();
    if (method === "PUT") return this.#putWhole(bodyOf(body));
    throw new Error(`an upload has no request ${method}`);
  }

  async #begin(): Promise<SdkAnswer> {
    const { signal, onBegun } = this.#options;
    signal.throwIfAborted();
    this.uploadId = await createUpload({ ...this.#options, signal: withGrace(signal, BEGIN_GRACE_MS) });
    onBegun(this.uploadId);
    signal.throwIfAborted();
    return answer({}, "InitiateMultipartUploadResult", `<UploadId>${escapeXml(this.uploadId)}</UploadId>`);
  }

  async #sendPart(partNumber: number, body: Body): Promise<SdkAnswer> {
    const { bucket, key, write, signal } = this.#options;
    const upload = { bucket, key, write, uploadId: this.#begunId() };
    const part = await sendPart(upload, partNumber, body, signal);
    this.#parts.set(partNumber, part);
    collectGarbage();
    const { checksumAlgorithm } = write;
    return answer({ etag: part.etag, ...checksumHeaders(checksumAlgorithm, part.checksum) });
  }

  async #complete(): Promise<SdkAnswer> {
    const numbers = [...this.#parts.keys()].sort((one, other) => one - other);
    if (numbers.some((number, index) => number !== index + 1)) throw new Error("the upload lacks a part");
    const parts = numbers.map((number) => this.#parts.get(number) as SentPart);
    this.stored = await completeUpload({ ...this.#options, uploadId: this.#begunId() }, parts);
    const { etag } = this.stored;
    return answer({}, "CompleteMultipartUploadResult", `<ETag>${escapeXml(etag)}</ETag>`);
  }

  async #putWhole(body: Body): Promise<SdkAnswer> {
    const { bucket, key, write, signal } = this.#options;
    this.stored = await putObject(bucket, key, body, write, signal);
    this.#parts.set(1, { etag: this.stored.etag, checksum: undefined, sizeBytes: body.sizeBytes });
    return answer({ etag: this.stored.etag });
  }

  #begunId(): string {
    if (this.uploadId === undefined) throw new Error("the upload has not been begun");
    return this.uploadId;
  }
}

function answer(headers: Record<string, string>, rootName?: string, content = ""): SdkAnswer {
  const xml = rootName === undefined ? "" : `<${rootName} xmlns="${S3_NAMESPACE}">${content}</${rootName}>`;
  return { response: { statusCode: 200, headers, body: Readable.from([Buffer.from(xml)]) } };
}

/** A signal that is aborted some time after another one. */
function withGrace(signal: AbortSignal, graceMs: number): AbortSignal {
  const late = new AbortController();
  const onAbort = () => setTimeout(() => late.abort(signal.reason), graceMs).unref();
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  return late.signal;
}
