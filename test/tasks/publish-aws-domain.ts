import assert from "node:assert/strict";
import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import { type AwsBench, awsBench } from "./publish-aws.ts";
import { HOSTED } from "./publish-bench.ts";

/** For each test a built site, and a domain that no other test has. */
export class SiteWithDomain {
  readonly aws: AwsBench = awsBench();
  domain!: string;
  #count = 0;

  register(): this {
    beforeEach(() => {
      this.domain = `shop-${++this.#count}.example`;
      this.aws.source.write({ "index.html": "home", "404.html": "sorry" });
    });
    return this;
  }

  /** Publishes to the website endpoint of a bucket that is named as the domain. */
  publish(inputs: Readonly<Record<string, string>> = {}, env: Readonly<Record<string, string>> = {}) {
    return this.aws.publish({ bucketName: this.domain, domainName: this.domain, ...HOSTED, ...inputs }, env);
  }

  /** The records that are new, by the ids of their hosted zones. All that was there before has to be there still. */
  async recordsMadeBy(act: () => Promise<void>): Promise<Record<string, readonly ResourceRecordSet[]>> {
    const before = await this.aws.account.records();
    await act();
    const after = await this.aws.account.records();
    const lost = Object.entries(before).flatMap(([id, records]) => records.filter(isNotAmong(after[id])));
    assert.deepEqual(lost, [], "nothing is touched");
    const made = Object.entries(after).map(([id, records]) => [id, records.filter(isNotAmong(before[id]))] as const);
    return Object.fromEntries(made.filter(([, records]) => records.length > 0));
  }
}

export function siteWithDomain(): SiteWithDomain {
  return new SiteWithDomain().register();
}

function isNotAmong(records: readonly ResourceRecordSet[] = []): (record: ResourceRecordSet) => boolean {
  const known = new Set(records.map((record) => JSON.stringify(record)));
  return (record) => !known.has(JSON.stringify(record));
}
