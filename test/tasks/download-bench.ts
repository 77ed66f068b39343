import assert from "node:assert/strict";
import type { StepRequest, StepResult } from "../../local/agent/agent.ts";
import type { FaultAction, FaultMatch, FaultRule } from "../../local/s3/server.ts";
import { startEmbeddedTarget, startTarget, type Target } from "../target.ts";
import { countsOf, LandingFolder, putObjects, runDownload, type StoredContent } from "./download-step.ts";
import { StepBench } from "./step-bench.ts";
import { assertFailed, assertSucceeded } from "./step-result.ts";

type CountName = "new" | "updated" | "unchanged" | "deleted" | "bytes";

/** Counts as a step tells them; those that are zero need not be given. */
export type Counts = Partial<Record<CountName, number>>;

/** A server, and for each test a bucket, a folder to download to and a job of its own. */
export class DownloadBench extends StepBench<LandingFolder> {
  constructor(start: () => Promise<Target>) {
    super(start, () => new LandingFolder());
  }

  get landing(): LandingFolder {
    return this.folder;
  }

  put(objects: Readonly<Record<string, StoredContent>>): Promise<void> {
    return putObjects(this.target, this.bucket, objects);
  }

  /** Runs the step. */
  async download(inputs: Record<string, string> = {}, step: Partial<StepRequest> = {}): Promise<StepResult> {
    const given = { bucketName: this.bucket, targetFolder: this.landing.path, ...inputs };
    return this.runInJob((own) => runDownload(this.target, given, own), step);
  }

  /** Lets requests to the test's own bucket go wrong from now on, until the test ends. */
  fault(match: FaultMatch, action: FaultAction, rule: Omit<FaultRule, "match" | "action"> = {}) {
    return this.addFault({ match: { bucket: this.bucket, ...match }, action, ...rule });
  }

  /** What the last step asked for: operation, key, part, range and condition. Undefined if the server does not tell. */
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

  /** Each action of the plan as `action key → path: reason, status`. */
  actions(result: StepResult): string[] {
    return this.planOf(result).actions.map(
      ({ action, key, path, reason, status }) => `${action} ${key} → ${path}: ${reason}, ${status}`,
    );
  }
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
