import assert from "node:assert/strict";
import { cancellation } from "../../../src/agent/cancellation.ts";
import { FileDigester } from "../../../src/files/digest/file-digest.ts";
import { parsePatterns } from "../../../src/files/patterns.ts";
import { createTransport, type Transport } from "../../../src/http/transport.ts";
import { type Bucket, openBucket } from "../../../src/s3/bucket.ts";
import type { GivenUp } from "../../../src/s3/store/given-up.ts";
import { applyDownload } from "../../../src/sync/download/download.ts";
import type { DownloadOptions, ObjectSettings, TransferOptions, UploadOptions } from "../../../src/sync/options.ts";
import type { Counts, Plan } from "../../../src/sync/plan/plan.ts";
import { planDownload } from "../../../src/sync/plan/plan-download.ts";
import { planUpload } from "../../../src/sync/plan/plan-upload.ts";
import { applyUpload } from "../../../src/sync/upload/upload.ts";
import type { Target } from "../../target.ts";
import { TreeFolder } from "./random-tree.ts";

export const SETTINGS: ObjectSettings = {
  headersFor: () => ({}),
  rules: [],
  tags: undefined,
  cannedAcl: undefined,
  checksumAlgorithm: "auto",
};

/** Uploads and downloads without the tasks around them, so that a test can make many of them. */
export class SyncBench {
  target!: Target;
  bucket!: Bucket;
  /** What the bucket was found not to have. */
  givenUp: GivenUp[] = [];
  #transport!: Transport;
  readonly #digester = new FileDigester();
  readonly #folders: TreeFolder[] = [];
  readonly #signal = cancellation();

  constructor(start: () => Promise<Target>) {
    before(async () => {
      this.target = await start();
      this.#transport = createTransport({ maxConnections: 64, idleTimeoutMs: 30_000 });
      await this.newBucket();
    });
    after(async () => {
      for (const folder of this.#folders) folder.remove();
      this.#transport.close();
      await this.#digester.close();
      await this.target.stop();
    });
  }

  async newBucket(): Promise<void> {
    this.#open(await this.target.newBucket());
  }

  /** Opens the bucket as a new run does, which knows nothing of its store. */
  reopen(): void {
    this.#open(this.bucket.name);
  }

  folder(): TreeFolder {
    const folder = new TreeFolder();
    this.#folders.push(folder);
    return folder;
  }

  planUpload(source: string, prefix: string, more: Partial<UploadOptions> = {}): Promise<Plan> {
    return planUpload(this.#uploadOptions(source, prefix, more), this.#tools());
  }

  planDownload(prefix: string, target: string, more: Partial<DownloadOptions> = {}): Promise<Plan> {
    return planDownload(this.#downloadOptions(prefix, target, more), this.#tools());
  }

  async upload(source: string, prefix: string, more: Partial<UploadOptions> = {}): Promise<Counts> {
    const options = this.#uploadOptions(source, prefix, more);
    const plan = await planUpload(options, this.#tools());
    assert.deepEqual(plan.problems, []);
    const journal = { has: () => false, add: () => undefined };
    const report = await applyUpload(plan, options, { ...this.#tools(), journal });
    assert.deepEqual(report.errors, []);
    return report.counts;
  }

  async download(prefix: string, target: string, more: Partial<DownloadOptions> = {}): Promise<Counts> {
    const options = this.#downloadOptions(prefix, target, more);
    const plan = await planDownload(options, this.#tools());
    assert.deepEqual(plan.problems, []);
    const report = await applyDownload(plan, options, this.#tools());
    assert.deepEqual(report.errors, []);
    return report.counts;
  }

  #open(bucketName: string): void {
    this.givenUp = [];
    this.bucket = openBucket({
      ...this.#access(bucketName),
      name: bucketName,
      transport: this.#transport,
      userAgent: "test",
      onGivenUp: (what) => void this.givenUp.push(what),
    });
  }

  #tools() {
    return {
      bucket: this.bucket,
      digester: this.#digester,
      observer: { moved: () => undefined, actionDone: () => undefined },
      signal: this.#signal,
      warn: ({ path }: { path: string }) => assert.fail(path),
    };
  }

  #access(bucketName: string) {
    const { accessKeyId, secretAccessKey, url, region } = this.target;
    return {
      bucketName,
      store: { endpoint: new URL(url), region, addressingStyle: "path" as const },
      credentials: () => ({ accessKeyId, secretAccessKey }),
      requesterPays: false,
    };
  }

  #sharedOptions(): TransferOptions {
    return {
      access: this.#access(this.bucket.name),
      patterns: parsePatterns(["**"]),
      flattenFolders: false,
      overwrite: "changed",
      compareBy: "checksum",
      deleteExtra: true,
      maxDelete: { kind: "share", percent: 100 },
      dryRun: false,
      ifNoFilesFound: "ignore",
    };
  }

  #uploadOptions(source: string, prefix: string, more: Partial<UploadOptions>): UploadOptions {
    const own = { source, prefix, settings: SETTINGS, followSymlinks: true, createBucket: false };
    return { ...this.#sharedOptions(), ...own, ...more };
  }

  #downloadOptions(source: string, target: string, more: Partial<DownloadOptions>): DownloadOptions {
    return { ...this.#sharedOptions(), source, target, keepPrefix: false, ...more };
  }
}
