import { describeFailure } from "../../aws/errors/error-hints.ts";
import { ServiceError } from "../../aws/errors/errors.ts";
import { shorten } from "../../errors/bounded-text.ts";
import { CodedError, codeOf } from "../../errors/coded-error.ts";
import { countOf } from "../../errors/counts.ts";
import { CollectedBody } from "../../http/body-receiver.ts";
import type { Body, ResponseHead } from "../../http/messages.ts";
import type { Bucket } from "../../s3/bucket.ts";
import { type Encryption, encryptionHeaders, mayNeedCustomerKey } from "../../s3/encryption.ts";
import { getObject } from "../../s3/get-object.ts";
import { headObject } from "../../s3/head-object.ts";
import { putObject } from "../../s3/put-object.ts";
import { DEFAULT_ALGORITHM } from "../../s3/store/checksum-support.ts";
import { StepError } from "../../sync/step-error.ts";
import { formatManifest, MAX_MANIFEST_BYTES, type Manifest, ManifestError } from "./manifest.ts";
import { parseManifest } from "./read-manifest.ts";

/** Another publish has written the manifest since this one read it. */
export class OtherPublishError extends CodedError {
  override readonly name: string = "OtherPublishError";
  /** The other publish, described for people, and the time of its write. */
  readonly other: string;

  constructor(other: string) {
    super(
      "concurrent-publish",
      `Another publish to the same place began during this one: ${other}. The files that this one uploaded stay, and it deleted nothing. ` +
        "To publish this one, run it again when the other one has ended. An exclusive lock check on an environment lets only one run at a time.",
    );
    this.other = other;
  }
}

export interface ManifestStoreOptions {
  readonly bucket: Bucket;
  readonly key: string;
  readonly encryption: Encryption | undefined;
  /** Further headers with which the manifest is stored, for example metadata. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** The largest manifest that can be read; absent for the usual limit. */
  readonly maxBytes?: number;
}

/**
 * The part of the limit up to which a manifest may get more files. The rest is for a publish of fewer files: until those that leave are
 * deleted, their entries are longer.
 */
const GROWING_SHARE = 0.75;

/** The manifest as it is stored. */
interface StoredManifest {
  readonly text: string;
  readonly etag: string;
  /** Lower-case names. */
  readonly headers: ResponseHead["headers"];
}

/** Codes of stores without conditional writes. */
const UNSUPPORTED_STATUSES = [400, 405, 501];

/**
 * Keeps the manifest in the bucket. Each write names the manifest that it replaces, so that one of two concurrent publishes notices the
 * other.
 */
export class ManifestStore {
  readonly #options: ManifestStoreOptions;
  /** Of the manifest that was last read or written; undefined if there is none. */
  #etag: string | undefined;
  /** How many entries that one has. */
  #entriesCount = 0;
  #storedHeaders: ResponseHead["headers"] = {};
  #honoursConditions: boolean | undefined;
  /** Quotation marks around an ETag in If-Match. radosgw 16 only recognizes its own ETag without them. */
  #quotes = '"';

  constructor(options: ManifestStoreOptions) {
    this.#options = options;
    // Other stores are tested.
    if (options.bucket.isAmazon) this.#honoursConditions = true;
  }

  /** False as soon as the store has ignored the condition of a write. */
  get isGuarded(): boolean {
    return this.#honoursConditions !== false;
  }

  /** With which headers the manifest was stored that was last read: lower-case names. */
  get storedHeaders(): Readonly<Record<string, string | undefined>> {
    return this.#storedHeaders;
  }

  /** When it was stored: milliseconds since 1970; not a number if there was none. */
  get storedMs(): number {
    return Date.parse(this.#storedHeaders["last-modified"] ?? "");
  }

  /**
   * Reads the manifest.
   *
   * @returns undefined if the site has none.
   * @throws {StepError} if it cannot be read.
   */
  async read(): Promise<Manifest | undefined> {
    return this.#attempt("Reading", "s3:GetObject", async () => {
      const stored = await this.#readStored();
      this.#etag = stored?.etag;
      this.#storedHeaders = stored?.headers ?? {};
      const manifest = stored && parseManifest(stored.text);
      this.#entriesCount = manifest?.entries.size ?? 0;
      return manifest;
    });
  }

  /**
   * Replaces the manifest that was last read or written.
   *
   * @throws {OtherPublishError} if another publish has written one since; {StepError} if it cannot be written, or could not be read again.
   */
  async write(manifest: Manifest): Promise<void> {
    const text = formatManifest(manifest);
    this.#checkSize(text, manifest.entries.size);
    await this.#attempt("Writing", "s3:PutObject", async () => {
      if (!this.#honoursConditions) await this.#compare();
      this.#etag = await this.#put(text);
      // A condition that cannot hold shows whether the store supports conditions.
      this.#honoursConditions ??= !(await this.#takes(text, { "if-none-match": "*" }));
    });
    this.#entriesCount = manifest.entries.size;
  }

  /**
   * Checks that no other publish has written the manifest meanwhile.
   *
   * @throws {OtherPublishError} if one has; {StepError} if this cannot be checked.
   */
  async confirm(): Promise<void> {
    await this.#attempt("Reading", "s3:GetObject", () => this.#compare());
  }

  get #maxBytes(): number {
    return this.#options.maxBytes ?? MAX_MANIFEST_BYTES;
  }

  #checkSize(text: string, entriesCount: number): void {
    const maxBytes = this.#maxBytes * (entriesCount > this.#entriesCount ? GROWING_SHARE : 1);
    if (Buffer.byteLength(text) <= maxBytes) return;
    const { bucket, key } = this.#options;
    throw new StepError(
      "manifest-too-large",
      `The manifest s3://${bucket.name}/${key}, in which this task keeps what it has published, would be too large: with ${countOf(entriesCount, "file")} it would have more than ${maxBytes / 1024 ** 2} MiB. These are the files of the site, and those that it no longer has and that are not deleted yet. ${SMALLER_SITE}`,
    );
  }

  async #put(text: string): Promise<string> {
    if (this.#honoursConditions === false) return this.#send(text, {});
    try {
      return await this.#send(text, this.#condition());
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      if (isUnmetCondition(error)) return this.#afterRefusal(text);
      if (this.#honoursConditions || !UNSUPPORTED_STATUSES.includes(error.details.status)) throw error;
      this.#honoursConditions = false;
      return this.#send(text, {});
    }
  }

  #condition(): Record<string, string> {
    if (this.#etag === undefined) return { "if-none-match": "*" };
    return { "if-match": this.#quotes + this.#etag + this.#quotes };
  }

  /**
   * If the answer to a write was lost, its retry finds what it has stored itself. If the manifest is still the one to replace, the store
   * did not understand the condition.
   */
  async #afterRefusal(text: string): Promise<string> {
    const stored = await this.#readStored();
    if (stored?.text === text) return stored.etag;
    if (!stored || stored.etag !== this.#etag) throw this.#overtaken(stored?.text);
    if (this.#quotes === "") this.#honoursConditions = false;
    this.#quotes = "";
    return this.#put(text);
  }

  async #compare(): Promise<void> {
    const { bucket, key, signal } = this.#options;
    const head = await headObject(bucket, key, { signal }).catch(undefinedWhereMissing);
    if (head?.etag === this.#etag) return;
    const stored = await this.#readStored();
    // Some stores return the ETag only with the content.
    if (head?.etag !== "" || stored?.etag !== this.#etag) throw this.#overtaken(stored?.text);
  }

  #overtaken(text: string | undefined): OtherPublishError {
    return new OtherPublishError(text === undefined ? "another process that deleted the manifest" : describeRun(text));
  }

  async #takes(text: string, condition: Record<string, string>): Promise<boolean> {
    try {
      this.#etag = await this.#send(text, condition);
      return true;
    } catch (error) {
      if (error instanceof ServiceError && isUnmetCondition(error)) return false;
      if (error instanceof ServiceError && UNSUPPORTED_STATUSES.includes(error.details.status)) return true;
      throw error;
    }
  }

  async #send(text: string, condition: Record<string, string>): Promise<string> {
    const { bucket, key, encryption, headers: further, signal } = this.#options;
    const bytes = Buffer.from(text);
    const body: Body = { sizeBytes: bytes.length, chunks: () => [bytes] };
    const headers = {
      "content-type": "application/json",
      "cache-control": "no-store",
      ...encryptionHeaders(encryption),
      ...further,
      ...condition,
    };
    const write = { headers, customerKeyHeaders: {}, checksumAlgorithm: DEFAULT_ALGORITHM };
    return (await putObject(bucket, key, body, write, signal)).etag;
  }

  async #readStored(): Promise<StoredManifest | undefined> {
    const { bucket, key, signal } = this.#options;
    const collected = new CollectedBody(this.#maxBytes, () => {
      const maxMib = this.#maxBytes / 1024 ** 2;
      return new ManifestError("manifest-invalid", `it has more than ${maxMib} MiB`);
    });
    let headers: ResponseHead["headers"] = {};
    const reader = {
      start: (head: ResponseHead) => {
        headers = head.headers;
      },
      reserve: () => collected.reserve(),
      commit: (sizeBytes: number) => collected.commit(sizeBytes),
    };
    const isThere = await getObject(bucket, key, reader, { signal }).then(() => true, undefinedWhereMissing);
    const etag = headers.etag?.replaceAll('"', "") ?? "";
    return isThere ? { text: collected.bytes().toString("utf8"), etag, headers } : undefined;
  }

  #unusable(error: ManifestError): StepError {
    const { bucket, key } = this.#options;
    const message = `The manifest s3://${bucket.name}/${key}, in which this task keeps what it has published, cannot be used: ${error.message}. If a later version of the task wrote it, publish with that version. Otherwise find out who else writes to the bucket, and delete the manifest: the next publish then stores the whole site, and deletes nothing.`;
    return new StepError(error.code, message, { cause: error });
  }

  async #attempt<T>(what: string, permission: string, act: () => Promise<T>): Promise<T> {
    const { bucket, key, signal } = this.#options;
    try {
      return await act();
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof OtherPublishError) throw error;
      if (error instanceof ManifestError) throw this.#unusable(error);
      const why =
        permission === "s3:GetObject" && mayNeedCustomerKey(error)
          ? `${error.message}. ${UNREADABLE}`
          : describeFailure(error, bucket.name, key, permission);
      throw new StepError(codeOf(error), `${what} the manifest s3://${bucket.name}/${key} failed: ${why}`, {
        cause: error,
      });
    }
  }
}

const SMALLER_SITE =
  "Publish fewer files (globExpressions), or divide the site into several, each with its own targetFolder. " +
  "If files of earlier runs take the room, first publish the site of the last run again, with a shorter keepRemovedDays or without some of its files: that deletes them.";

const UNREADABLE =
  "Another tool may have stored it with a customer-provided key (SSE-C). Delete it: then the site is published again, and nothing is deleted.";

function undefinedWhereMissing(error: unknown): undefined {
  if (error instanceof ServiceError && error.details.status === 404 && error.awsCode !== "NoSuchBucket")
    return undefined;
  throw error;
}

/** Where there is nothing, If-Match is answered with 404 ("How to prevent object overwrites with conditional writes" in the Amazon S3 User Guide). */
function isUnmetCondition({ awsCode, details }: ServiceError): boolean {
  return details.status === 412 || (details.status === 404 && awsCode === "NoSuchKey");
}

/** For messages. The name comes from the writer of the manifest. */
const MAX_RUN_NAME_LENGTH = 200;

function describeRun(text: string): string {
  try {
    const { run, writtenMs } = parseManifest(text);
    return `${shorten(run.name, MAX_RUN_NAME_LENGTH)}, at ${new Date(writtenMs).toISOString()}`;
  } catch {
    return "one by another version of the task";
  }
}
