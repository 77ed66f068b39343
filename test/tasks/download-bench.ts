import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import type { StepRequest, StepResult } from "../../local/agent/agent.ts";
import type { FaultAction, FaultMatch, FaultRule, S3Server, SeenRequest } from "../../local/s3/server.ts";
import { startEmbeddedTarget, startTarget, type Target } from "../target.ts";
import { countsOf, LandingFolder, putObjects, runDownload, type StoredContent } from "./download-step.ts";
import { assertFailed, assertSucceeded } from "./step-result.ts";

type CountName = "new" | "updated" | "unchanged" | "deleted" | "bytes";

/** Counts as a step tells them; those that are zero need not be given. */
export type Counts = Partial<Record<CountName, number>>;

/** A server, and for each test a bucket, a folder to download to and a job of its own. */
export class DownloadBench {
  target!: Target;
  bucket!: string;
  landing!: LandingFolder;
  /** Steps that share it are of one job. */
  workFolder!: string;
  /** What the server has seen of the last step; empty where it does not tell. */
  requests: readonly SeenRequest[] = [];
  readonly #start: () => Promise<Target>;

  constructor(start: () => Promise<Target>) {
    this.#start = start;
  }

  register(): this {
    before(async () => {
      this.target = await this.#start();
    });
    after(() => this.target.stop());
    beforeEach(async () => {
      this.bucket = await this.target.newBucket();
      this.landing = new LandingFolder();
      this.workFolder = mkdtempSync(join(tmpdir(), "job-"));
    });
    afterEach(() => {
      this.landing.remove();
      rmSync(this.workFolder, { recursive: true, force: true });
    });
    return this;
  }

  /** The embedded server. @throws where the target is another one */
  get server(): S3Server {
    assert.ok(this.target.server, "this needs the embedded server");
    return this.target.server;
  }

  /** Ends a test that a server cannot take. `why` is for who reads the test. */
  skipOn(test: Mocha.Context, name: string, why: string): void {
    assert.ok(why);
    if (this.target.name === name) test.skip();
  }

  put(objects: Readonly<Record<string, StoredContent>>): Promise<void> {
    return putObjects(this.target, this.bucket, objects);
  }

  async remove(Key: string): Promise<void> {
    await this.target.client().send(new DeleteObjectCommand({ Bucket: this.bucket, Key }));
  }

  /** Runs the step. */
  async download(inputs: Record<string, string> = {}, step: Partial<StepRequest> = {}): Promise<StepResult> {
    const { target, bucket, landing, workFolder } = this;
    target.server?.clearRequests();
    const given = { bucketName: bucket, targetFolder: landing.path, ...inputs };
    const result = await runDownload(target, given, { workFolder, ...step });
    this.requests = [...(target.server?.requests ?? [])];
    return result;
  }

  /** Lets requests to the test's own bucket go wrong from now on. */
  fault(match: FaultMatch, action: FaultAction, rule: Omit<FaultRule, "match" | "action"> = {}) {
    return this.server.addFault({ match: { bucket: this.bucket, ...match }, action, ...rule });
  }

  /** What the last step asked for: operation, key, part, range and condition. Undefined where the server does not tell. */
  asked(): string[] | undefined {
    if (!this.target.server) return undefined;
    return this.requests.map(({ operation, key, headers, query }) =>
      [
        operation,
        key ?? (query.prefix && `${query.prefix}…`),
        query.partNumber && `part ${query.partNumber}`,
        headers.range,
        headers["if-match"] && "if-match",
      ]
        .filter(Boolean)
        .join(" "),
    );
  }

  /** Compares what the last step asked for, where the server tells. */
  assertAsked(expected: readonly string[]): void {
    const asked = this.asked();
    if (asked) assert.deepEqual(asked, expected);
  }

  planOf(result: StepResult): Plan {
    return JSON.parse(readFileSync(result.outputVariables.planFile?.value ?? "", "utf8"));
  }

  /** Each action of the plan as `action key → path: reason, status`. */
  actions(result: StepResult): string[] {
    return this.planOf(result).actions.map(
      ({ action, key, path, reason, status }) => `${action} ${key} → ${path}: ${reason}, ${status}`,
    );
  }
}

/** A plan file, as far as it is looked at. */
export interface Plan {
  readonly bucket: string;
  readonly prefix: string;
  readonly folder: string;
  readonly dryRun: boolean;
  readonly problems: readonly { readonly input: string; readonly message: string }[];
  readonly actions: readonly Readonly<Record<"action" | "path" | "key" | "reason" | "status" | "error", string>>[];
}

/** Makes a bench for a suite; `embedded` where the suite orders faults. */
export function downloadBench(where: "anywhere" | "embedded" = "anywhere"): DownloadBench {
  return new DownloadBench(where === "embedded" ? startEmbeddedTarget : startTarget).register();
}

/** Checks that a step succeeded without a warning, and what it counted. */
export function assertDownloaded(result: StepResult, counts: Counts): void {
  assertSucceeded(result);
  assert.deepEqual(countsOf(result), allCounts(counts), result.log.join("\n"));
}

/** Checks that a step failed with these errors, and what it had done. */
export function assertFailedWith(result: StepResult, errors: readonly string[], counts: Counts = {}): void {
  assertFailed(result, errors);
  // Where there was no plan, nothing was counted.
  if (result.outputVariables.planFile) assert.deepEqual(countsOf(result), allCounts(counts));
  else assert.deepEqual([countsOf(result), counts], [{}, {}]);
}

function allCounts({ new: filesDownloaded = 0, updated = 0, unchanged = 0, deleted = 0, bytes = 0 }: Counts) {
  return {
    filesDownloaded,
    filesUpdated: updated,
    filesUnchanged: unchanged,
    filesDeleted: deleted,
    bytesDownloaded: bytes,
  };
}
