import type { PathPatterns } from "../files/patterns.ts";
import type { Encryption } from "../s3/encryption.ts";
import type { BucketAccess, ChecksumChoice, DeleteLimit } from "../sync/options.ts";
import type { PullRequest } from "./previews/pull-request.ts";

/** What a publish is asked to do. */
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
  /** Of pages and redirects; a share is of those that the manifest holds. */
  readonly maxDelete: DeleteLimit;
  readonly keepRemovedDays: number;
  /** How many releases before the live one can come back. */
  readonly keepReleases: number;
  readonly dryRun: boolean;
  /** Requests under way at once; absent for the automatic number. */
  readonly concurrency?: number;
  readonly partSizeBytes?: number;
  /** The name of the document that stands for a folder, as `index.html`. */
  readonly indexDocument: string;
  /** Relative to the site; absent for `404.html`, where the site has one. */
  readonly errorDocument?: string;
  readonly singlePageApp: boolean;
  readonly cleanUrls: boolean;
  readonly compress: "off" | "gzip" | "brotli";
  readonly configureWebsite: boolean;
  readonly publicRead: boolean;
  readonly distribution?: DistributionOptions;
  readonly domain?: DomainOptions;
  readonly verify: boolean;
  /** Where visitors find the site, where that is entered; else it is derived. Its path ends with a `/`. */
  readonly siteUrl?: URL;
  /** If it is a preview of a pull request: what of it others need to know. */
  readonly preview?: PreviewOptions;
}

/** A preview, one of several beside each other. */
export interface PreviewOptions {
  readonly name: string;
  /** The key prefix of all of them: empty, or with a `/` at its end. */
  readonly rootPrefix: string;
  readonly pullRequest: PullRequest;
}

/** What a rollback is asked to do. How the site answers is what the release says that comes back. */
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
   * What contentType, contentEncoding, metadata, storageClass and cacheControl name for a file, by its path: lower-case names. A `_headers` file
   * comes over it.
   */
  headersFor(path: string): Readonly<Record<string, string>>;
  /** What the `headers` input names for a file; it comes over all else. */
  ruledHeadersFor(path: string): Readonly<Record<string, string>>;
  /** Undefined where the inputs say nothing of tags. */
  readonly tags: ReadonlyMap<string, string> | undefined;
  readonly checksumAlgorithm: ChecksumChoice;
}

/** A CloudFront distribution before the bucket, and what to do about its caches. */
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
  /** Domains that lead to `domainName`. */
  readonly redirectDomains: readonly string[];
  /** Absent where the zone is to be found by its name. */
  readonly hostedZoneId?: string;
  readonly createHostedZone: boolean;
}
