import { join } from "node:path";
import { isStepFatal } from "../aws/advice.ts";
import { BlockPool } from "../files/block-pool.ts";
import { guessContentType } from "../files/content-type.ts";
import { scanBase } from "../files/scan.ts";
import type { Bucket } from "../s3/bucket.ts";
import { deleteObjects } from "../s3/delete-objects.ts";
import { customerKeyHeaders, encryptionHeaders } from "../s3/encryption.ts";
import { headObject } from "../s3/head-object.ts";
import { taggingHeader } from "../s3/object-tags.ts";
import { partSizeFor } from "../s3/part-size.ts";
import type { ObjectHeaders, ObjectWrite } from "../s3/put-object.ts";
import { RequestSlots } from "../s3/request-slots.ts";
import { updateObject } from "../s3/update-object.ts";
import { type ActionFailure, applyActions } from "./apply.ts";
import type { UploadOptions } from "./options.ts";
import type { Action, DeleteAction, Plan, PutAction } from "./plan.ts";
import { makeReport, type TransferObserver, type TransferReport } from "./report.ts";
import { UnfinishedUploads, type UploadJournal } from "./resume.ts";
import { type SendContext, sendFile } from "./send-file.ts";

/** Requests under way at once, as many connections as that: below it latency is not hidden, above it little is gained. */
export const MAX_REQUESTS = 64;
/** What one DeleteObjects takes. */
const DELETE_BATCH = 1000;

/** What an upload works with. */
export interface UploadTools {
  readonly bucket: Bucket;
  /** Where the uploads that are begun are noted, so that this job can go on with them. */
  readonly journal: UploadJournal;
  readonly observer: TransferObserver;
  readonly signal: AbortSignal;
}

export interface UploadReport extends TransferReport {
  /** Large files whose uploads failed, and whose parts wait in the bucket for the next run. */
  readonly leftUnfinished: number;
}

/**
 * Performs the plan's actions: files first, then, only if all of them succeeded, deletions. A file that fails does not stop the others,
 * unless they would all fail alike.
 *
 * @throws the signal's reason where the step is cancelled.
 */
export async function applyUpload(plan: Plan, options: UploadOptions, tools: UploadTools): Promise<UploadReport> {
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
  #leftUnfinished = 0;

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
      slots: new RequestSlots(options.concurrency ?? MAX_REQUESTS),
      pool: new BlockPool(),
      partSizeFor: (sizeBytes) => options.partSizeBytes ?? partSizeFor(sizeBytes),
      signal,
      onStored: (sizeBytes) => observer.stored(sizeBytes),
      onLeftUnfinished: () => {
        this.#leftUnfinished++;
      },
    };
  }

  async apply(plan: Plan): Promise<UploadReport> {
    const { signal, observer, bucket } = this.#tools;
    const deletions = plan.actions.filter((action) => action.kind === "delete");
    const others = plan.actions.filter((action) => action.kind !== "delete");
    const result = await applyActions(others, {
      parallelActions: this.#options.concurrency ?? MAX_REQUESTS,
      perform: (action) => this.#perform(action),
      isFatal: isStepFatal,
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
    const report = makeReport({
      ...result,
      bucket: bucket.name,
      target: `s3://${bucket.name}/${this.#options.prefix}`,
      planned: plan.actions,
      done,
      failures,
      bytesTransferred: result.bytesDone,
      keyOf: (action) => this.#keyOf(action),
    });
    return { ...report, leftUnfinished: this.#leftUnfinished };
  }

  async #perform(action: Action): Promise<number> {
    if (action.kind === "put") return this.#put(action);
    if (action.kind === "update") {
      const { head, change } = action;
      const { signal } = this.#tools;
      await this.#context.slots.run(1, () =>
        updateObject(this.#tools.bucket, this.#keyOf(action), head, change, {
          signal,
          customerKey: this.#options.encryption,
        }),
      );
    }
    return 0;
  }

  async #put(action: PutAction): Promise<number> {
    const key = this.#keyOf(action);
    const write = this.#writeOf(action.path);
    const hasMetadata = Object.keys(write.headers).some((name) => name.startsWith("x-amz-meta-"));
    const { sizeBytes, isResumed } = await sendFile(this.#context, {
      path: join(this.#base, action.path),
      key,
      sizeBytes: action.sizeBytes,
      write,
      unfinished: hasMetadata ? undefined : this.#unfinished,
    });
    if (isResumed) await this.#mendHeaders(key, write.headers);
    return sizeBytes;
  }

  #writeOf(path: string): ObjectWrite {
    const named = this.#options.settings.headersFor(path);
    return {
      headers: { "content-type": guessContentType(path), ...named, ...this.#sharedHeaders },
      customerKeyHeaders: this.#customerKeyHeaders,
      checksumAlgorithm: this.#options.settings.checksumAlgorithm,
    };
  }

  /** An upload that an earlier run began has the headers that it gave. */
  async #mendHeaders(key: string, headers: ObjectHeaders): Promise<void> {
    const { bucket, signal } = this.#tools;
    const head = await headObject(bucket, key, { signal });
    const differs = Object.keys(headers).some(
      (name) => name !== "x-amz-storage-class" && head.headers[name] !== headers[name],
    );
    if (differs) await updateObject(bucket, key, head, { headers }, { signal });
  }

  async #delete(deletions: readonly DeleteAction[]): Promise<{ done: Action[]; failures: ActionFailure[] }> {
    const { bucket, signal, observer } = this.#tools;
    const done: Action[] = [];
    const failures: ActionFailure[] = [];
    for (let start = 0; start < deletions.length; start += DELETE_BATCH) {
      const batch = new Map(
        deletions.slice(start, start + DELETE_BATCH).map((action) => [this.#keyOf(action), action]),
      );
      try {
        for (const { key, error } of await deleteObjects(bucket, [...batch.keys()], signal)) {
          const action = batch.get(key);
          if (!action) continue;
          failures.push({ action, error });
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
