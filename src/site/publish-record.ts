import type { CodedMessage } from "../errors/coded-message.ts";
import type { ActionFailure } from "../sync/apply.ts";
import type { Action } from "../sync/plan/plan.ts";
import { makeReport, type TransferObserver, type TransferReport } from "../sync/report.ts";
import type { EdgeRefresh } from "./cloudfront/invalidate-changed.ts";
import type { DomainOutcome } from "./dns/site-domain.ts";
import type { SiteOptions } from "./options.ts";
import type { ReleaseRecord } from "./releases/release-record.ts";

/** The result of a publish. */
export interface SiteReport extends TransferReport {
  /** One after the upload, and one after the deletions; none if there was nothing to invalidate. */
  readonly invalidations: readonly EdgeRefresh[];
  /** The name servers of hosted zones to which the domains are not delegated yet. */
  readonly nameServers: readonly string[];
  /** Those domains. */
  readonly undelegated: readonly string[];
  /** Absent if the site was not checked. */
  readonly checks?: SiteChecks;
  /** The release that is live now; absent if releases are not kept, or the publish failed. */
  readonly release?: ReleaseRecord;
  /** All that are kept; absent if that did not change. */
  readonly releases?: readonly ReleaseRecord[];
}

/** How the site answered its visitors. */
export interface SiteChecks {
  readonly checksCount: number;
  readonly failuresCount: number;
  readonly siteUrl: URL;
}

/** The progress of a publish. It is kept while the publish runs, so that one that breaks off can report it too. */
export class PublishRecord {
  /** In addition to those of single objects. */
  readonly errors: CodedMessage[] = [];
  domain: DomainOutcome = { nameServers: [], undelegated: [] };
  checks: SiteChecks | undefined;
  release: ReleaseRecord | undefined;
  releases: readonly ReleaseRecord[] | undefined;
  readonly #observer: TransferObserver;
  readonly #done: Action[] = [];
  #failures: readonly ActionFailure[] = [];
  readonly #invalidations: EdgeRefresh[] = [];
  #sentBytes = 0;
  #stoppedEarly = false;

  /** @param observer is also notified of each action. */
  constructor(observer: TransferObserver) {
    this.#observer = observer;
  }

  get done(): readonly Action[] {
    return this.#done;
  }

  actionDone(action: Action, sentBytes = 0): void {
    this.#done.push(action);
    this.#sentBytes += sentBytes;
    this.#observer.actionDone(action);
  }

  invalidated(refresh: EdgeRefresh): void {
    if (refresh.paths.length > 0) this.#invalidations.push(refresh);
  }

  /** @param stoppedEarly whether others were not tried, because they would have failed for the same reason. */
  failed(failures: readonly ActionFailure[], stoppedEarly = false): void {
    this.#failures = [...this.#failures, ...failures];
    this.#stoppedEarly ||= stoppedEarly;
  }

  /**
   * @param planned the planned actions.
   * @param isRollback whether objects were copied, and not uploaded.
   */
  report(planned: readonly Action[], isRollback: boolean, { access, prefix }: SiteOptions): SiteReport {
    const { bucketName } = access;
    const report = makeReport({
      bucket: bucketName,
      target: `s3://${bucketName}/${prefix}`,
      planned,
      done: this.#done,
      failures: this.#failures,
      bytesTransferred: this.#sentBytes,
      stoppedEarly: this.#stoppedEarly,
      isRollback,
      keyOf: ({ relativeKey }) => prefix + relativeKey,
    });
    return {
      ...report,
      errors: [...report.errors, ...this.errors],
      invalidations: this.#invalidations,
      ...this.domain,
      ...(this.checks ? { checks: this.checks } : {}),
      ...(this.release ? { release: this.release } : {}),
      ...(this.releases ? { releases: this.releases } : {}),
    };
  }
}
