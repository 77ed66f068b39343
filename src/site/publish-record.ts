import type { CodedMessage } from "../errors/coded-message.ts";
import type { ActionFailure } from "../sync/apply.ts";
import type { Action } from "../sync/plan/plan.ts";
import { makeReport, type TransferObserver, type TransferReport } from "../sync/report.ts";
import type { DomainOutcome } from "./dns/site-domain.ts";
import type { SiteOptions } from "./options.ts";
import type { ReleaseRecord } from "./releases/release-record.ts";

/** What a publish came to. */
export interface SiteReport extends TransferReport {
  readonly invalidationId?: string;
  /** Of hosted zones to which their domains are not delegated yet. */
  readonly nameServers: readonly string[];
  /** How many URLs were fetched; absent if the site was not checked. */
  readonly checksCount?: number;
  /** The one that visitors get now; absent if releases are not kept, or the publish did not end well. */
  readonly release?: ReleaseRecord;
  /** All that are kept; absent if that did not change. */
  readonly releases?: readonly ReleaseRecord[];
}

/** What a publish has come to so far. It is kept while the publish runs, so that one that breaks off can tell of it too. */
export class PublishRecord {
  /** Beside those of single objects. */
  readonly errors: CodedMessage[] = [];
  domain: DomainOutcome = { nameServers: [], undelegated: [] };
  invalidationId: string | undefined;
  checksCount: number | undefined;
  release: ReleaseRecord | undefined;
  releases: readonly ReleaseRecord[] | undefined;
  readonly #observer: TransferObserver;
  readonly #done: Action[] = [];
  readonly #failures: ActionFailure[] = [];
  #sentBytes = 0;
  #stoppedEarly = false;

  /** @param observer is told of each action too. */
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

  /** @param stoppedEarly whether others were left, because they would have failed alike. */
  failed(failures: readonly ActionFailure[], stoppedEarly = false): void {
    this.#failures.push(...failures);
    this.#stoppedEarly ||= stoppedEarly;
  }

  /** @param planned whatever was to be done. */
  report(planned: readonly Action[], { access, prefix }: SiteOptions): SiteReport {
    const { bucketName } = access;
    const report = makeReport({
      bucket: bucketName,
      target: `s3://${bucketName}/${prefix}`,
      planned,
      done: this.#done,
      failures: this.#failures,
      bytesTransferred: this.#sentBytes,
      stoppedEarly: this.#stoppedEarly,
      keyOf: ({ relativeKey }) => prefix + relativeKey,
    });
    return {
      ...report,
      errors: [...report.errors, ...this.errors],
      ...(this.invalidationId === undefined ? {} : { invalidationId: this.invalidationId }),
      nameServers: this.domain.nameServers,
      ...(this.checksCount === undefined ? {} : { checksCount: this.checksCount }),
      ...(this.release ? { release: this.release } : {}),
      ...(this.releases ? { releases: this.releases } : {}),
    };
  }
}
