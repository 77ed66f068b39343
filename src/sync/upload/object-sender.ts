import { ServiceError } from "../../aws/errors/errors.ts";
import { BlockPool } from "../../files/block-pool.ts";
import type { FileDigester } from "../../files/digest/file-digest.ts";
import { openReadDisk, READ_BYTES } from "../../files/file-range.ts";
import type { Bucket } from "../../s3/bucket.ts";
import { WeightedSemaphore } from "../../s3/concurrency/weighted-semaphore.ts";
import { headObject } from "../../s3/head-object.ts";
import { partSizeFor } from "../../s3/multipart/part-size.ts";
import { getObjectAcl, isOwnerOnly } from "../../s3/object-acl.ts";
import { areSameTags, getObjectTags, type ObjectTags } from "../../s3/object-tags.ts";
import type { ObjectHeaders, ObjectWrite } from "../../s3/put-object.ts";
import { isObjectMetadata } from "../../s3/system-metadata.ts";
import { ensureTags, UpdateRefusedError, updateObject } from "../../s3/update-object.ts";
import type { BucketAccess, UploadOptions } from "../options.ts";
import { objectWrite, type SharedObjectSettings } from "./object-write.ts";
import { asRefusedSetting } from "./refused-settings.ts";
import { UnfinishedUploads, type UploadJournal } from "./resume.ts";
import { type SendContext, type SentObject, sendFile } from "./send-file.ts";

/** The settings of all objects that a step stores. */
export interface SenderOptions
  extends SharedObjectSettings,
    Pick<UploadOptions, "prefix" | "concurrency" | "partSizeBytes"> {}

export interface SenderTools {
  readonly bucket: Bucket;
  /** Digests large files in threads. */
  readonly digester: FileDigester;
  /** Records the uploads that are begun, so that this job can resume them. If absent, none is resumed. */
  readonly journal?: UploadJournal;
  /** The identity with which the initiator of an unfinished upload is compared. */
  readonly callerArn?: BucketAccess["callerArn"];
  readonly signal: AbortSignal;
  /** Called with the number of bytes that have just been sent. */
  onMoved(sizeBytes: number): void;
  /** Called for each large file whose upload failed, and whose parts wait in the bucket for the next run. */
  onLeftUnfinished?(): void;
}

/** A file, and the object that it is to become. */
export interface ObjectSource {
  /** Absolute path of the file. */
  readonly path: string;
  readonly key: string;
  readonly sizeBytes: number;
  /** The object's own settings, without those that all objects of the step share. */
  readonly headers: ObjectHeaders;
}

/** Stores files as objects, all encrypted, tagged and checked alike. */
export class ObjectSender {
  /** Limits the requests of the whole step. */
  readonly slots: WeightedSemaphore;
  readonly #options: SenderOptions;
  readonly #context: SendContext;
  readonly #writeOf: (headers: ObjectHeaders) => ObjectWrite;
  readonly #unfinished: UnfinishedUploads | undefined;
  /** Whether the first object has the tags that were sent with it. */
  #keepsTags: Promise<boolean> | undefined;

  constructor(options: SenderOptions, tools: SenderTools) {
    const { bucket, digester, journal, callerArn, signal, onMoved, onLeftUnfinished } = tools;
    this.#options = options;
    this.slots = new WeightedSemaphore(options.concurrency);
    const { settings, encryption, prefix } = options;
    this.#writeOf = objectWrite(options);
    // The settings of an unfinished upload cannot be read. A HEAD shows them after it is completed, and an update corrects them.
    const canBeReadBack = !encryption && !settings.tags && !settings.cannedAcl;
    this.#unfinished =
      canBeReadBack && journal ? new UnfinishedUploads({ bucket, prefix, journal, callerArn, signal }) : undefined;
    this.#context = {
      bucket,
      slots: this.slots,
      smallBlocks: new BlockPool(),
      largeBlocks: new BlockPool(READ_BYTES),
      disk: openReadDisk(),
      digester,
      partSizeFor: (sizeBytes) => options.partSizeBytes ?? partSizeFor(sizeBytes),
      signal,
      onMoved,
      onLeftUnfinished: () => onLeftUnfinished?.(),
    };
  }

  /**
   * Stores a file as an object.
   *
   * @throws {UnsupportedInputError} if the store does not have what an input asks for; what `sendFile` throws.
   */
  async send(source: ObjectSource): Promise<SentObject> {
    try {
      return await this.#send(source);
    } catch (error) {
      if (this.#context.bucket.isAmazon) throw error;
      throw asRefusedSetting(error, this.#writeOf(source.headers));
    }
  }

  async #send({ headers, ...file }: ObjectSource): Promise<SentObject> {
    const write = this.#writeOf(headers);
    const hasMetadata = Object.keys(headers).some((name) => name.startsWith("x-amz-meta-"));
    const unfinished = hasMetadata ? undefined : this.#unfinished;
    const sent = await sendFile(this.#context, { ...file, write, unfinished });
    await this.#ensureTags(file.key, sent.sizeBytes);
    if (!sent.isResumed || (await this.#mendHeaders(file.key, write.headers))) return sent;
    return sendFile(this.#context, { ...file, write, unfinished: undefined });
  }

  /** Stores other than Amazon S3 may lose the tags of all objects, or of objects in parts. */
  async #ensureTags(key: string, sizeBytes: number): Promise<void> {
    const { settings, encryption } = this.#options;
    const { bucket, signal, partSizeFor } = this.#context;
    if (!settings.tags?.size || bucket.isAmazon) return;
    if (sizeBytes <= partSizeFor(sizeBytes)) {
      this.#keepsTags ??= this.#hasTags(key, settings.tags).catch((error: unknown) => {
        // The check is repeated with the next object.
        this.#keepsTags = undefined;
        throw error;
      });
      if (await this.#keepsTags) return;
    }
    await ensureTags(bucket, key, settings.tags, encryption, signal);
  }

  /** Whether an object has these tags. If they may not be read, the answer is yes. */
  async #hasTags(key: string, tags: ObjectTags): Promise<boolean> {
    const { bucket, signal } = this.#context;
    try {
      return areSameTags(await getObjectTags(bucket, key, signal), tags);
    } catch (error) {
      if (error instanceof ServiceError && error.details.status === 403) return true;
      throw error;
    }
  }

  /**
   * Corrects the headers of a resumed upload, which has those of the run that began it.
   *
   * @returns whether the object now has the headers of this run. If they cannot be read or changed, the file must be sent again.
   */
  async #mendHeaders(key: string, headers: ObjectHeaders): Promise<boolean> {
    const { bucket, signal } = this.#context;
    try {
      const head = await headObject(bucket, key, { signal });
      if (Number(head.headers["x-amz-tagging-count"] ?? 0) > 0 || (await this.#hasGrants(key))) return false;
      const own = Object.entries(head.headers).filter(([name]) => name in headers || !isObjectMetadata(name));
      const wanted = Object.keys(headers).filter((name) => name !== "x-amz-storage-class");
      const isRight =
        own.length === Object.keys(head.headers).length && wanted.every((name) => head.headers[name] === headers[name]);
      if (!isRight) {
        await updateObject(bucket, key, { ...head, headers: Object.fromEntries(own) }, { headers }, { signal });
      }
      return true;
    } catch (error) {
      if (error instanceof UpdateRefusedError) return false;
      if (error instanceof ServiceError && error.details.status < 500) return false;
      throw error;
    }
  }

  /** Whether the object has grants for others. If this may not be read, the answer is no. */
  async #hasGrants(key: string): Promise<boolean> {
    const { bucket, signal } = this.#context;
    try {
      return !isOwnerOnly(await getObjectAcl(bucket, key, signal));
    } catch (error) {
      if (error instanceof ServiceError && error.details.status === 403) return false;
      throw error;
    }
  }
}
