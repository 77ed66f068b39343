import { randomBytes } from "node:crypto";
import type { ChecksumAlgorithm, ChecksumType } from "../body/checksum-algorithms.ts";
import type { Reply } from "../http/reply.ts";
import type { Body } from "./bodies.ts";
import { compareKeys } from "./key-order.ts";
import type { ObjectProperties } from "./object-version.ts";

export interface UploadedPart {
  readonly partNumber: number;
  readonly body: Body;
  readonly sizeBytes: number;
  readonly md5: Buffer;
  /** Without quotation marks. */
  readonly etag: string;
  /** base64, of the upload's algorithm */
  readonly checksum: string | undefined;
  readonly lastModified: Date;
}

/** A multipart upload in progress. */
export interface MultipartUpload extends ObjectProperties {
  readonly uploadId: string;
  readonly key: string;
  readonly initiated: Date;
  /** The ARN of its initiator; undefined for the account. */
  readonly initiatorArn: string | undefined;
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly type: ChecksumType } | undefined;
  readonly parts: Map<number, UploadedPart>;
}

/** What an upload became: a repeated request for that is answered again. */
interface CompletedUpload {
  readonly key: string;
  /** The parts, as they were named. */
  readonly document: string;
  readonly reply: Reply;
}

/** The multipart uploads in progress in one bucket. */
export class UploadTable {
  readonly #uploads = new Map<string, MultipartUpload>();
  readonly #completed = new Map<string, CompletedUpload>();
  #started = 0;

  get size(): number {
    return this.#uploads.size;
  }

  /** Starts an upload. Ids sort in the order in which uploads were started. */
  start(about: Omit<MultipartUpload, "uploadId" | "parts">): MultipartUpload {
    const order = (this.#started++).toString(16).padStart(8, "0");
    const upload = { ...about, uploadId: `${order}${randomBytes(20).toString("hex")}`, parts: new Map() };
    this.#uploads.set(upload.uploadId, upload);
    return upload;
  }

  get(uploadId: string): MultipartUpload | undefined {
    return this.#uploads.get(uploadId);
  }

  delete(uploadId: string): void {
    this.#uploads.delete(uploadId);
  }

  complete(uploadId: string, completed: CompletedUpload): void {
    this.#uploads.delete(uploadId);
    this.#completed.set(uploadId, completed);
  }

  completed(uploadId: string): CompletedUpload | undefined {
    return this.#completed.get(uploadId);
  }

  /** All uploads by key, those of one key by time of their start. */
  sorted(): MultipartUpload[] {
    return [...this.#uploads.values()].sort((a, b) => compareKeys(a.key, b.key) || compareKeys(a.uploadId, b.uploadId));
  }
}
