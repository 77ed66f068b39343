import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { StepRequest, StepResult } from "../../local/agent/agent.ts";
import { type S3ServerOptions, websiteOperation } from "../../local/s3/server.ts";
import { noWebsites, startEmbeddedTarget, startTarget, type Website } from "../target.ts";
import { runStoreStep } from "./store-step.ts";
import { UploadBench } from "./upload-bench.ts";

/** The object below the site's prefix that tells the next publish what is there. */
export const MANIFEST = ".s3-site.json";

/** A module that lets the time pass at once for which a task waits, on its clock too; timeouts of requests stay as they are. */
const NO_WAITING = `
  const timers = require("node:timers/promises");
  const { setTimeout: wait } = timers;
  const { now } = Date;
  let skippedMs = 0;
  Date.now = () => now() + skippedMs;
  timers.setTimeout = (delayMs, ...rest) => {
    skippedMs += delayMs;
    return wait(0, ...rest);
  };
`;

/** A server, and for each test a bucket, its website, and a folder for a built site. */
export class PublishBench extends UploadBench {
  website!: Website;

  override register(): this {
    before(function () {
      if (noWebsites !== undefined) this.skip();
    });
    super.register();
    beforeEach(async () => {
      this.website = await this.target.openWebsite(this.bucket);
    });
    afterEach(() => this.website.close());
    return this;
  }

  /** Runs the step, with the bucket's website as the site's URL. */
  publish(inputs: Record<string, string> = {}, step: Partial<StepRequest> = {}): Promise<StepResult> {
    const given = { bucketName: this.bucket, sourceFolder: this.source.path, siteUrl: this.siteUrl, ...inputs };
    return this.runInJob((own) => runStoreStep("AwsS3PublishSite", this.target, given, own), step);
  }

  get siteUrl(): string {
    return `${this.website.url}/`;
  }

  /** What a step needs for its waits to take no time. */
  withoutWaiting(): Partial<StepRequest> {
    const module = join(this.workFolder, "no-waiting.cjs");
    writeFileSync(module, NO_WAITING);
    return { env: { NODE_OPTIONS: `--require=${module}` } };
  }

  /** What a browser gets at a path: content encodings undone, and redirects not followed. */
  async visit(path: string): Promise<Answer> {
    const response = await fetch(`${this.website.url}${path}`, { redirect: "manual" });
    const { status, headers } = response;
    const location = headers.get("location")?.replace(this.website.url, "");
    return { status, body: await response.text(), headers, ...(location === undefined ? {} : { location }) };
  }

  /** The status and the body that visitors get at paths. */
  async pages(...paths: readonly string[]): Promise<Record<string, string>> {
    const answers = paths.map(async (path) => {
      const { status, body, location } = await this.visit(path);
      return [path, location === undefined ? `${status} ${body}` : `${status} to ${location}`];
    });
    return Object.fromEntries(await Promise.all(answers));
  }

  /** How many requests of each kind the last step made to S3, without those of a visitor. */
  override operations(): Record<string, number> {
    const { [websiteOperation]: _, ...operations } = super.operations();
    return operations;
  }
}

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Headers;
  /** Where the answer leads; the website's own address is left out. */
  readonly location?: string;
}

/** Makes a bench for a suite; `embedded` where the suite orders faults, or looks at requests. */
export function publishBench(where: "anywhere" | "embedded" = "anywhere", options: S3ServerOptions = {}): PublishBench {
  return new PublishBench(where === "embedded" ? () => startEmbeddedTarget(options) : startTarget).register();
}
