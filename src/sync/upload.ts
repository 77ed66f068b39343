import { join } from "node:path";
import { ServiceError } from "../aws/errors.ts";
import { BlockPool } from "../files/block-pool.ts";
import { guessContentType } from "../files/content-type.ts";
import { scanBase } from "../files/scan.ts";
import type { Bucket } from "../s3/bucket.ts";
import { deleteObjects, MAX_KEYS_PER_DELETE } from "../s3/delete-objects.ts";
import { customerKeyHeaders, encryptionHeaders } from "../s3/encryption.ts";
import { headObject } from "../s3/head-object.ts";
import { getObjectAcl, isOwnerOnly } from "../s3/object-acl.ts";
import { putObjectTags, taggingHeader } from "../s3/object-tags.ts";
import { partSizeFor } from "../s3/part-size.ts";
import type { ObjectHeaders, ObjectWrite } from "../s3/put-object.ts";
import { MAX_REQUESTS, RequestSlots } from "../s3/request-slots.ts";
import { requireTags, UpdateRefusedError, updateObject } from "../s3/update-object.ts";
import { type ActionFailure, applyActions } from "./apply.ts";
import type { UploadOptions } from "./options.ts";
import type { Action, DeleteAction, Plan, PutAction, UpdateAction } from "./plan.ts";
import { makeReport, type TransferObserver, type TransferReport } from "./report.ts";
import { UnfinishedUploads, type UploadJournal } from "./resume.ts";
import { type SendContext, sendFile } from "./send-file.ts";

/** What an upload works with. */
export interface UploadTools {
  readonly bucket: Bucket;
  /** Where the uploads that are begun are noted, so that this job can go on with them. */
  readonly journal: UploadJournal;
  readonly observer: TransferObserver;
  readonly signal: AbortSignal;
  /** Called for each large file whose upload failed, and whose parts wait in the bucket for the next run. */
  onLeftUnfinished?(): void;
}

/**
 * Performs the plan's actions: files first, then, only if all of them succeeded, deletions. A file that fails does not stop the others,
 * unless they would all fail alike.
 *
 * @throws the signal's reason where the step is cancelled.
 */
export async function applyUpload(plan: Plan, options: UploadOptions, tools: UploadTools): Promise<TransferReport> {
  return new Uploader(options, tools).apply(plan);
}

class Uploader {
  readonly #options: UploadOptions;
  readonly #tools: UploadTools;
  readonly #base: string;
  readonly #context: SendContext;
  /** Of every object alike. */
  readonly #sharedHeaders: ObjectHeaders;
  readonly #customerKeyHeaders: ObjectHeaders;
  readonly #unfinished: UnfinishedUploads | undefined;

  constructor(options: UploadOptions, tools: UploadTools) {
    this.#options = options;
    this.#tools = tools;
    this.#base = scanBase(options.source);
    const { settings, encryption, prefix } = options;
    this.#sharedHeaders = {
      ...encryptionHeaders(encryption),
      ...(settings.cannedAcl ? { "x-amz-acl": settings.cannedAcl } : {}),
      ...(settings.tags ? { "x-amz-tagging": taggingHeader(settings.tags) } : {}),
    };
    this.#customerKeyHeaders = customerKeyHeaders(encryption);
    const { bucket, journal, signal, observer } = tools;
    // What an unfinished upload was begun with cannot be read back from it: only what a HEAD tells later, and an update mends.
    const canBeReadBack = !encryption && !settings.tags && !settings.cannedAcl;
    this.#unfinished = canBeReadBack ? new UnfinishedUploads(bucket, prefix, journal, signal) : undefined;
    this.#context = {
      bucket,
      slots: new RequestSlots(options.concurrency),
      pool: new BlockPool(),
      partSizeFor: (sizeBytes) => options.partSizeBytes ?? partSizeFor(sizeBytes),
      signal,
      onStored: (sizeBytes) => observer.stored(sizeBytes),
      onLeftUnfinished: () => tools.onLeftUnfinished?.(),
    };
  }

  async apply(plan: Plan): Promise<TransferReport> {
    const { signal, observer, bucket } = this.#tools;
    const deletions = plan.actions.filter((action) => action.kind === "delete");
    const transfers = plan.actions.filter(({ kind }) => kind === "put" || kind === "update");
    const result = await applyActions(transfers, {
      parallelActions: this.#options.concurrency ?? MAX_REQUESTS,
      perform: (action) => this.#perform(action),
      onDone: (action) => observer.actionDone(action),
      signal,
    });
    signal.throwIfAborted();
    const failures = [...result.failures];
    const done = [...result.done];
    if (failures.length === 0) {
      const deleted = await this.#delete(deletions);
      failures.push(...deleted.failures);
      done.push(...deleted.done);
    }
    signal.throwIfAborted();
    return makeReport({
      ...result,
      bucket: bucket.name,
      target: `s3://${bucket.name}/${this.#options.prefix}`,
      planned: plan.actions,
      done,
      failures,
      bytesTransferred: result.bytesDone,
      keyOf: (action) => this.#keyOf(action),
    });
  }

  async #perform(action: Action): Promise<number> {
    if (action.kind === "put") return this.#put(action);
    if (action.kind === "update") await this.#context.slots.run(1, () => this.#update(action));
    return 0;
  }

  async #update({ path, name, etag, isTagsOnly }: UpdateAction): Promise<void> {
    const { bucket, signal } = this.#tools;
    const { settings, encryption, prefix } = this.#options;
    const { tags, cannedAcl } = settings;
    const key = prefix + name;
    if (isTagsOnly && tags) return putObjectTags(bucket, key, tags, signal);
    const head = await headObject(bucket, key, { customerKey: encryption, signal });
    if (head.etag !== etag) throw new Error("it was replaced after it was compared; run the step again");
    // A copy, which is stored as all else of the step.
    const change = { headers: settings.headersFor(path), tags, cannedAcl, encryption };
    await updateObject(bucket, key, head, change, { signal, customerKey: encryption });
  }

  async #put(action: PutAction): Promise<number> {
    const key = this.#keyOf(action);
    const write = this.#writeOf(action.path);
    const hasMetadata = Object.keys(write.headers).some((name) => name.startsWith("x-amz-meta-"));
    const file = { path: join(this.#base, action.path), key, sizeBytes: action.sizeBytes, write };
    const sent = await sendFile(this.#context, { ...file, unfinished: hasMetadata ? undefined : this.#unfinished });
    await this.#requireTags(key, sent.sizeBytes);
    if (!sent.isResumed || (await this.#mendHeaders(key, write.headers))) return sent.sizeBytes;
    return (await sendFile(this.#context, { ...file, unfinished: undefined })).sizeBytes;
  }

  /** Stores other than Amazon S3 may lose the tags of what is sent in parts. */
  async #requireTags(key: string, sizeBytes: number): Promise<void> {
    const { settings, encryption, access } = this.#options;
    const isInParts = sizeBytes > this.#context.partSizeFor(sizeBytes);
    if (!settings.tags?.size || !isInParts || !access.store.endpoint) return;
    await requireTags(this.#tools.bucket, key, settings.tags, encryption, this.#tools.signal);
  }

  #writeOf(path: string): ObjectWrite {
    const named = this.#options.settings.headersFor(path);
    return {
      headers: { "content-type": guessContentType(path), ...named, ...this.#sharedHeaders },
      customerKeyHeaders: this.#customerKeyHeaders,
      checksumAlgorithm: this.#options.settings.checksumAlgorithm,
    };
  }

  /**
   * An upload that an earlier run began has the headers that it gave.
   *
   * @returns whether the object now has those of this run; where they cannot be read or changed, only sending it whole makes it right.
   */
  async #mendHeaders(key: string, headers: ObjectHeaders): Promise<boolean> {
    const { bucket, signal } = this.#tools;
    try {
      const head = await headObject(bucket, key, { signal });
      if (Number(head.headers["x-amz-tagging-count"] ?? 0) > 0 || (await this.#hasGrants(key))) return false;
      const own = Object.entries(head.headers).filter(([name]) => name in headers || !isGiven(name));
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

  /** Whether others were granted something on the object; where that may not be read, it is taken for none. */
  async #hasGrants(key: string): Promise<boolean> {
    const { bucket, signal } = this.#tools;
    try {
      return !isOwnerOnly(await getObjectAcl(bucket, key, signal));
    } catch (error) {
      if (error instanceof ServiceError && error.details.status === 403) return false;
      throw error;
    }
  }

  async #delete(deletions: readonly DeleteAction[]): Promise<{ done: Action[]; failures: ActionFailure[] }> {
    const { bucket, signal, observer } = this.#tools;
    const done: Action[] = [];
    const failures: ActionFailure[] = [];
    for (let start = 0; start < deletions.length; start += MAX_KEYS_PER_DELETE) {
      const batch = new Map(
        deletions.slice(start, start + MAX_KEYS_PER_DELETE).map((action) => [this.#keyOf(action), action]),
      );
      try {
        for (const { key, error } of await deleteObjects(bucket, [...batch.keys()], signal)) {
          const action = batch.get(key);
          if (action) failures.push({ action, error });
          batch.delete(key);
        }
      } catch (error) {
        signal.throwIfAborted();
        failures.push(...[...batch.values()].map((action) => ({ action, error })));
        break;
      }
      for (const action of batch.values()) observer.actionDone(action);
      done.push(...batch.values());
    }
    return { done, failures };
  }

  #keyOf({ name }: Action): string {
    return this.#options.prefix + name;
  }
}

/** Whether a header is one that whoever stores an object gives it; the others are the store's. */
function isGiven(name: string): boolean {
  return /^(cache-control|content-|expires$|x-amz-meta-|x-amz-website-redirect-location$)/.test(name);
}
