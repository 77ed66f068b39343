import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import type { S3ServerOptions } from "../../local/s3/server.ts";
import { printed } from "../../src/errors/coded-message.ts";
import type { ErrorCode } from "../../src/errors/error-codes.ts";
import { FileDigester } from "../../src/files/digest/file-digest.ts";
import { parsePatterns } from "../../src/files/patterns.ts";
import type { Transport } from "../../src/http/transport.ts";
import type { Bucket } from "../../src/s3/bucket.ts";
import { MANIFEST_NAME } from "../../src/site/manifest/manifest.ts";
import type { RollbackOptions, SiteOptions, SiteSettings } from "../../src/site/options.ts";
import { prepareSite } from "../../src/site/plan/prepare.ts";
import type { PreparedSite } from "../../src/site/plan/prepared-site.ts";
import type { SiteTools } from "../../src/site/plan/site-tools.ts";
import { publishSite } from "../../src/site/publish.ts";
import type { SiteReport } from "../../src/site/publish-record.ts";
import { prepareRollback } from "../../src/site/releases/prepare-rollback.ts";
import { openTargetBucket, openTransport } from "../s3/open-target.ts";
import { type EmbeddedTarget, startEmbeddedTarget, type Target } from "../target.ts";

/** Files by their paths; `undefined` takes one away. */
export type SiteFiles = Readonly<Record<string, string | undefined>>;

export interface PublishResult {
  readonly site: PreparedSite;
  /** Absent if the plan has problems. */
  readonly report?: SiteReport;
  /** What was told, each line with its kind. */
  readonly log: readonly string[];
}

/** What the inputs say by default. */
export const SETTINGS: SiteSettings = {
  cachePreset: "standard",
  headersFor: () => ({}),
  ruledHeadersFor: () => ({}),
  tags: undefined,
  checksumAlgorithm: "auto",
};

/** What a publish meets. */
export interface Surroundings {
  /** Called when the plan is made, and nothing done yet. */
  readonly between?: (scratchFolder: string) => Promise<void>;
  readonly signal?: AbortSignal;
  readonly runName?: string;
  readonly build?: { readonly buildNumber?: string; readonly commit?: string };
  readonly now?: () => number;
  readonly bucket?: Bucket;
}

/** Publishes sites to buckets of a server, in this process. */
export class PublishBench<Server extends Target> {
  target!: Server;
  readonly #start: () => Promise<Server>;
  #transport!: Transport;
  readonly #folders: string[] = [];

  constructor(start: () => Promise<Server>) {
    this.#start = start;
  }

  register(): this {
    before(async () => {
      this.target = await this.#start();
      this.#transport = openTransport();
    });
    after(async () => {
      this.#transport.close();
      await this.target.stop();
      for (const folder of this.#folders) rmSync(folder, { recursive: true });
    });
    return this;
  }

  /** A bucket, and a folder with a site for it. */
  async newPlace(files: SiteFiles, more: Partial<SiteOptions> = {}): Promise<SitePlaceOnBench> {
    const folder = mkdtempSync(join(tmpdir(), "publish-"));
    this.#folders.push(folder);
    const bucketName = await this.target.newBucket();
    const place = new SitePlaceOnBench(this.target, this.#transport, folder, bucketName, more);
    place.edit(files);
    return place;
  }
}

/** Makes a bench for a suite, on an embedded server. */
export function publishBench(options: S3ServerOptions = {}): PublishBench<EmbeddedTarget> {
  return new PublishBench(() => startEmbeddedTarget(options)).register();
}

export class SitePlaceOnBench {
  readonly bucketName: string;
  readonly bucket: Bucket;
  readonly #target: Target;
  readonly #transport: Transport;
  readonly #folder: string;
  readonly #more: Partial<SiteOptions>;

  constructor(target: Target, transport: Transport, folder: string, bucketName: string, more: Partial<SiteOptions>) {
    this.#target = target;
    this.#transport = transport;
    this.#folder = folder;
    this.#more = more;
    this.bucketName = bucketName;
    this.bucket = openTargetBucket(target, bucketName, transport);
  }

  /** Makes the site that of these files alone. */
  replace(files: SiteFiles): void {
    rmSync(this.#folder, { recursive: true });
    mkdirSync(this.#folder);
    this.edit(files);
  }

  edit(files: SiteFiles): void {
    for (const [path, content] of Object.entries(files)) {
      const absolutePath = join(this.#folder, path);
      if (content === undefined) rmSync(absolutePath);
      else {
        mkdirSync(dirname(absolutePath), { recursive: true });
        writeFileSync(absolutePath, content);
      }
    }
  }

  /** Puts a symbolic link in the place of whatever is there. */
  link(path: string, target: string): void {
    const absolutePath = join(this.#folder, path);
    rmSync(absolutePath, { recursive: true, force: true });
    symlinkSync(target, absolutePath);
  }

  publish(more: Partial<SiteOptions> = {}, surroundings: Surroundings = {}): Promise<PublishResult> {
    const options = this.#options(more);
    return this.#run(surroundings, async (tools) => ({ site: await prepareSite(options, tools), options }));
  }

  /** @param rollbackTo as the input has it. */
  rollBack(
    rollbackTo: string,
    more: Partial<Omit<RollbackOptions, "settings">> = {},
    surroundings: Surroundings = {},
  ): Promise<PublishResult> {
    const options = { ...this.#options(more), rollbackTo };
    return this.#run(surroundings, (tools) => prepareRollback(options, tools));
  }

  async #run(
    surroundings: Surroundings,
    prepare: (tools: SiteTools) => Promise<{ readonly site: PreparedSite; readonly options: SiteOptions }>,
  ): Promise<PublishResult> {
    const { between, signal = new AbortController().signal, runName = "a run", now = Date.now } = surroundings;
    const log: string[] = [];
    const digester = new FileDigester();
    const tools = {
      bucket: surroundings.bucket ?? this.bucket,
      digester,
      warn: ({ path, reason }: { path: string; reason: string }) => void log.push(`left out: ${path}: ${reason}`),
      signal,
      transport: this.#transport,
      userAgent: "tests",
      log: {
        info: (line: string) => void log.push(line),
        warning: (code: ErrorCode, message: string) => void log.push(`warning: ${printed({ code, message })}`),
      },
      run: { id: randomUUID(), name: runName },
      ...(surroundings.build ? { build: surroundings.build } : {}),
      now,
      openBucket: (name: string) => openTargetBucket(this.#target, name, this.#transport),
    };
    const scratchFolder = mkdtempSync(join(tmpdir(), "publish-scratch-"));
    try {
      const { site, options } = await prepare(tools);
      if (site.problems.length > 0) return { site, log };
      await between?.(scratchFolder);
      const observer = { moved: () => undefined, actionDone: () => undefined };
      const report = await publishSite(site, options, { ...tools, observer, scratchFolder });
      return { site, report, log };
    } finally {
      await digester.close();
      rmSync(scratchFolder, { recursive: true, force: true });
    }
  }

  /** The names of the site's objects, without the manifest. */
  async names(): Promise<string[]> {
    const { Contents = [] } = await this.#target.client().send(new ListObjectsV2Command({ Bucket: this.bucketName }));
    return Contents.map(({ Key = "" }) => Key).filter((key) => !key.endsWith(MANIFEST_NAME));
  }

  put(Key: string, Body: string) {
    return this.#target.client().send(new PutObjectCommand({ Bucket: this.bucketName, Key, Body }));
  }

  delete(Key: string) {
    return this.#target.client().send(new DeleteObjectCommand({ Bucket: this.bucketName, Key }));
  }

  head(Key: string) {
    return this.#target.client().send(new HeadObjectCommand({ Bucket: this.bucketName, Key }));
  }

  async text(Key: string): Promise<string> {
    const { Body } = await this.#target.client().send(new GetObjectCommand({ Bucket: this.bucketName, Key }));
    return (await Body?.transformToString()) ?? "";
  }

  #options(more: Partial<SiteOptions>): SiteOptions {
    const { url, region, accessKeyId, secretAccessKey } = this.#target;
    return {
      access: {
        bucketName: this.bucketName,
        store: { endpoint: new URL(url), region, addressingStyle: "path" },
        credentials: () => ({ accessKeyId, secretAccessKey }),
        requesterPays: false,
      },
      source: this.#folder,
      prefix: "",
      patterns: parsePatterns(["**"]),
      followSymlinks: true,
      settings: SETTINGS,
      maxDelete: { kind: "share", percent: 50 },
      keepRemovedDays: 7,
      keepReleases: 0,
      dryRun: false,
      indexDocument: "index.html",
      singlePageApp: false,
      cleanUrls: false,
      compress: "off",
      configureWebsite: false,
      publicRead: false,
      verify: false,
      ...this.#more,
      ...more,
    };
  }
}
