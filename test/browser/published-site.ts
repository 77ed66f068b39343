import type { StepRequest, StepResult } from "../../local/agent/agent.ts";
import { startTarget, type Target, type Website } from "../target.ts";
import { runStoreStep } from "../tasks/store-step.ts";

/** A bucket, its website, and the packaged AwsS3PublishSite to fill it. */
export class PublishedSite {
  readonly target: Target;
  readonly bucket: string;
  readonly #website: Website;

  private constructor(target: Target, bucket: string, website: Website) {
    this.target = target;
    this.bucket = bucket;
    this.#website = website;
  }

  /** Nothing is published yet. */
  static async open(): Promise<PublishedSite> {
    const target = await startTarget();
    const bucket = await target.newBucket();
    return new PublishedSite(target, bucket, await target.openWebsite(bucket));
  }

  /** Where visitors are answered by the store itself, with a slash at the end. */
  get url(): string {
    return `${this.#website.url}/`;
  }

  /** Runs the step, which makes the bucket a website that everybody can visit. */
  publish(
    sourceFolder: string,
    inputs: Readonly<Record<string, string>> = {},
    step: Partial<StepRequest> = {},
  ): Promise<StepResult> {
    const hosted = { configureWebsite: "true", publicRead: "true", siteUrl: this.url };
    return runStoreStep(
      "AwsS3PublishSite",
      this.target,
      { bucketName: this.bucket, sourceFolder, ...hosted, ...inputs },
      step,
    );
  }

  async close(): Promise<void> {
    await this.#website.close();
    await this.target.stop();
  }
}
