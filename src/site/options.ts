import type { PathPatterns } from "../files/patterns.ts";
import type { Encryption } from "../s3/encryption.ts";
import type { BucketAccess, ChecksumChoice, DeleteLimit } from "../sync/options.ts";
import type { PullRequest } from "./previews/pull-request.ts";

/** The options of a publish. */
export interface SiteOptions {
  readonly access: BucketAccess;
  /** Absolute path of the folder with the built site. */
  readonly source: string;
  /** The key prefix, empty or with a `/` at its end. */
  readonly prefix: string;
  readonly patterns: PathPatterns;
  readonly followSymlinks: boolean;
  readonly settings: SiteSettings;
  readonly encryption?: Encryption;
  /** The limit for pages and redirects. A percentage refers to those in the manifest. */
  readonly maxDelete: DeleteLimit;
  readonly keepRemovedDays: number;
  /** The number of releases before the live one that are kept. */
  readonly keepReleases: number;
  readonly dryRun: boolean;
  /** Requests under way at once; absent for the automatic number. */
  readonly concurrency?: number;
  readonly partSizeBytes?: number;
  /** The name of the document that stands for a folder, for example `index.html`. */
  readonly indexDocument: string;
  /** Relative to the site; absent for `404.html`, if the site has one. */
  readonly errorDocument?: string;
  readonly singlePageApp: boolean;
  readonly cleanUrls: boolean;
  readonly compress: "off" | "gzip" | "brotli";
  readonly configureWebsite: boolean;
  readonly publicRead: boolean;
  readonly distribution?: DistributionOptions;
  readonly domain?: DomainOptions;
  readonly verify: boolean;
  /** The site's URL from the inputs; absent if it must be derived. Its path ends with a `/`. */
  readonly siteUrl?: URL;
  /** If it is a preview of a pull request: what of it others need to know. */
  readonly preview?: PreviewOptions;
}

/** A preview, one of several beside each other. */
export interface PreviewOptions {
  readonly name: string;
  /** The key prefix of all of them: empty, or with a `/` at its end. */
  readonly rootPrefix: string;
  /** Whether each preview has a host name of its own. */
  readonly hasOwnHost: boolean;
  readonly pullRequest: PullRequest;
}

/** The options of a rollback. Website settings come from the release. */
export interface RollbackOptions
  extends Pick<
    SiteOptions,
    | "access"
    | "prefix"
    | "encryption"
    | "keepRemovedDays"
    | "dryRun"
    | "concurrency"
    | "distribution"
    | "verify"
    | "siteUrl"
  > {
  readonly settings: Pick<SiteSettings, "tags">;
  /** `previous`, the number of a release or of a build, or a commit. */
  readonly rollbackTo: string;
}

/** What the inputs say of the site's objects. */
export interface SiteSettings {
  readonly cachePreset: "standard" | "none";
  /**
   * The values of contentType, contentEncoding, metadata, storageClass and cacheControl for a file, by its path: lower-case names. A
   * `_headers` file overrides them.
   */
  headersFor(path: string): Readonly<Record<string, string>>;
  /** The values of the `headers` input for a file. They override everything else. */
  ruledHeadersFor(path: string): Readonly<Record<string, string>>;
  /** Undefined if the inputs say nothing of tags. */
  readonly tags: ReadonlyMap<string, string> | undefined;
  readonly checksumAlgorithm: ChecksumChoice;
}

/** The CloudFront distribution in front of the bucket, and the options of its invalidation. */
export interface DistributionOptions {
  readonly id: string;
  readonly invalidate: "changed" | "all" | "none";
  readonly waitForInvalidation: boolean;
  readonly invalidationTimeoutMs: number;
}

/** The domain under which visitors find the site. */
export interface DomainOptions {
  /** In lower case, without a dot at its end. */
  readonly domainName: string;
  /** Domains that redirect to `domainName`. */
  readonly redirectDomains: readonly string[];
  /** Absent if the zone is to be found by its name. */
  readonly hostedZoneId?: string;
  readonly createHostedZone: boolean;
}
