import type { StepRequest, StepResult } from "../../local/agent/agent.ts";
import { type S3ServerOptions, websiteOperation } from "../../local/s3/server.ts";
import { noWebsites, startEmbeddedTarget, startTarget, type Website } from "../target.ts";
import { runStoreStep } from "./store-step.ts";
import { UploadBench } from "./upload-bench.ts";

/** The object below the site's prefix that tells the next publish what is there. */
export const MANIFEST = ".s3-site.json";

/** What makes a bucket a website that everybody can visit: nothing where the server has no websites, and ours shows the bucket. */
export const HOSTED: Readonly<Record<string, string>> =
  noWebsites === undefined ? { configureWebsite: "true", publicRead: "true" } : {};

/** What a browser gets. */
export interface Answer {
  readonly status: number;
  /** Its content encoding is undone. */
  readonly body: string;
  readonly headers: Headers;
  /** Where the answer leads; the website's own address is left out. */
  readonly location?: string;
}

/** A server, and for each test a bucket, its website, and a folder for a built site. */
export class PublishBench extends UploadBench {
  website!: Website;

  override register(): this {
    super.register();
    beforeEach(async () => {
      this.website = await this.target.openWebsite(this.bucket);
    });
    afterEach(() => this.website.close());
    return this;
  }

  get siteUrl(): string {
    return `${this.website.url}/`;
  }

  /** Runs the step. The site's URL is that of the bucket's website. */
  publish(inputs: Record<string, string> = {}, step: Partial<StepRequest> = {}): Promise<StepResult> {
    const given = { bucketName: this.bucket, sourceFolder: this.source.path, siteUrl: this.siteUrl, ...inputs };
    return this.runInJob((own) => runStoreStep("AwsS3PublishSite", this.target, given, own), step);
  }

  /** Runs a step of another task in the same job, on the same bucket. */
  runOther(task: "AwsS3Upload" | "AwsS3Download", inputs: Record<string, string>): Promise<StepResult> {
    const given = { bucketName: this.bucket, ...inputs };
    return this.runInJob((own) => runStoreStep(task, this.target, given, own), {});
  }

  /** Follows no redirect. */
  async visit(path: string): Promise<Answer> {
    const response = await fetch(`${this.website.url}${path}`, { redirect: "manual" });
    const { status, headers } = response;
    const location = headers.get("location")?.replace(this.website.url, "");
    return { status, body: await response.text(), headers, ...(location === undefined ? {} : { location }) };
  }

  /** What visitors get at paths: the status, and the page or where it leads. */
  async pages(...paths: readonly string[]): Promise<Record<string, string>> {
    const answers = paths.map(async (path) => {
      const { status, body, location } = await this.visit(path);
      return [path, location === undefined ? `${status} ${body}` : `${status} to ${location}`];
    });
    return Object.fromEntries(await Promise.all(answers));
  }

  /** The keys of the site's objects. */
  override async keys(): Promise<string[]> {
    return (await super.keys()).filter((key) => !key.endsWith(MANIFEST));
  }

  /** How many requests of each kind the last step made to S3; what it fetched as a visitor is left out. */
  override operations(): Record<string, number> {
    const { [websiteOperation]: _, ...operations } = super.operations();
    return operations;
  }
}

/** Makes a bench for a suite; `embedded` where the suite orders faults, or looks at requests. */
export function publishBench(where: "anywhere" | "embedded" = "anywhere", options: S3ServerOptions = {}): PublishBench {
  return new PublishBench(where === "embedded" ? () => startEmbeddedTarget(options) : startTarget).register();
}
