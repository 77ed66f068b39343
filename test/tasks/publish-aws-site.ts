import { rmSync } from "node:fs";
import { join } from "node:path";
import type { StepResult } from "../../local/agent/agent.ts";
import { type AwsBench, awsBench } from "./publish-aws.ts";
import type { TestDistribution } from "./publish-aws-account.ts";
import { assertSucceeded } from "./step-result.ts";

const SITE = {
  "index.html": "home",
  "about.html": "about",
  "old.html": "old",
  "docs/index.html": "docs",
  "docs/guide.html": "guide",
  "docs/a b.html": "blank",
};
const EDITS = { "about.html": "about us", "docs/index.html": "all docs", "docs/a b.html": "blanks", "new.html": "new" };

/** For each test a built site, a bucket for it, and a distribution that shows the bucket. */
export class SiteBehindCloudFront {
  readonly aws: AwsBench = awsBench();
  bucketName!: string;
  distribution!: TestDistribution;
  #count = 0;

  register(): this {
    beforeEach(async () => {
      this.bucketName = `site-${++this.#count}`;
      this.aws.s3.createBucket(this.bucketName);
      this.aws.source.write(SITE);
      this.distribution = await this.aws.account.createDistribution(this.origin);
    });
    return this;
  }

  /** The bucket's REST endpoint, as distributions name it. */
  get origin(): string {
    return `${this.bucketName}.s3.us-east-1.amazonaws.com`;
  }

  publish(inputs: Readonly<Record<string, string>> = {}, env: Readonly<Record<string, string>> = {}) {
    const { bucketName, distribution } = this;
    return this.aws.publish({ bucketName, cloudFrontDistributionId: distribution.id, ...inputs }, env);
  }

  /** Publishes the site. Then three pages become others, one comes, and `old.html` goes: the next publish will find that. */
  async publishAndEdit(inputs: Readonly<Record<string, string>> = {}): Promise<StepResult> {
    const result = await this.publish(inputs);
    assertSucceeded(result);
    this.aws.source.write(EDITS);
    rmSync(join(this.aws.source.path, "old.html"));
    return result;
  }

  /** The paths of all invalidations of the distribution, by their ids. */
  invalidations(): Promise<Record<string, readonly string[]>> {
    return this.aws.account.invalidations(this.distribution.id);
  }
}

export function siteBehindCloudFront(): SiteBehindCloudFront {
  return new SiteBehindCloudFront().register();
}
