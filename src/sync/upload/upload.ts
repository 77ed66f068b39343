import { join } from "node:path";
import { guessContentType } from "../../files/content-type.ts";
import type { FileDigester } from "../../files/digest/file-digest.ts";
import { scanBase } from "../../files/scan.ts";
import type { Bucket } from "../../s3/bucket.ts";
import { applyActions } from "../apply.ts";
import { applyDeletions } from "../apply-deletions.ts";
import type { UploadOptions } from "../options.ts";
import type { Action, Plan, PutAction } from "../plan/plan.ts";
import { makeReport, type TransferObserver, type TransferReport } from "../report.ts";
import { ObjectSender } from "./object-sender.ts";
import type { UploadJournal } from "./resume.ts";
import { updateHeaders } from "./update-headers.ts";

/** The context of an upload. */
export interface UploadTools {
  readonly bucket: Bucket;
  readonly digester: FileDigester;
  /** Records the uploads that are begun, so that this job can resume them. */
  readonly journal: UploadJournal;
  readonly observer: TransferObserver;
  readonly signal: AbortSignal;
  /** Called for each large file whose upload failed and whose parts are kept for the next run. */
  onLeftUnfinished?(): void;
}

/**
 * Performs the plan's actions: files first, then, only if all of them succeeded, deletions. A file that fails does not stop the others,
 * unless all would fail for the same reason.
 *
 * @returns what was done, also if the step is cancelled.
 */
export async function applyUpload(plan: Plan, options: UploadOptions, tools: UploadTools): Promise<TransferReport> {
  return new Uploader(options, tools).apply(plan);
}

class Uploader {
  readonly #options: UploadOptions;
  readonly #tools: UploadTools;
  readonly #base: string;
  readonly #sender: ObjectSender;

  constructor(options: UploadOptions, tools: UploadTools) {
    this.#options = options;
    this.#tools = tools;
    this.#base = scanBase(options.source);
    this.#sender = new ObjectSender(options, {
      ...tools,
      callerArn: options.access.callerArn,
      onMoved: (sizeBytes) => tools.observer.moved(sizeBytes),
    });
  }

  async apply(plan: Plan): Promise<TransferReport> {
    const { signal, observer, bucket } = this.#tools;
    const deletions = plan.actions.filter((action) => action.kind === "delete");
    const transfers = plan.actions.filter(({ kind }) => kind === "put" || kind === "update");
    const result = await applyActions(transfers, {
      parallelActions: () => this.#sender.slots.wanted,
      perform: (action) => this.#perform(action),
      onDone: (action) => observer.actionDone(action),
      signal,
    });
    const mayDelete = result.failures.length === 0 && !signal.aborted;
    const wanted = mayDelete ? deletions : [];
    const deleted = await applyDeletions(wanted, (action) => this.#keyOf(action), this.#tools);
    return makeReport({
      ...result,
      isCancelled: signal.aborted,
      bucket: bucket.name,
      target: `s3://${bucket.name}/${this.#options.prefix}`,
      planned: plan.actions,
      // There may be more deletions than a call of `push` takes arguments.
      done: [...result.done, ...deleted.done],
      failures: [...result.failures, ...deleted.failures],
      bytesTransferred: result.bytesDone,
      keyOf: (action) => this.#keyOf(action),
    });
  }

  async #perform(action: Action): Promise<number> {
    if (action.kind === "put") return this.#put(action);
    if (action.kind === "update")
      await this.#sender.slots.run(1, () => updateHeaders(action, this.#options, this.#tools));
    return 0;
  }

  async #put(action: PutAction): Promise<number> {
    const { path, sizeBytes } = action;
    const headers = { "content-type": guessContentType(path), ...this.#options.settings.headersFor(path) };
    const source = { path: join(this.#base, path), key: this.#keyOf(action), sizeBytes, headers };
    return (await this.#sender.send(source)).sizeBytes;
  }

  #keyOf({ relativeKey }: Action): string {
    return this.#options.prefix + relativeKey;
  }
}
