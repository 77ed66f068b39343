import { parsePatterns } from "../../files/patterns.ts";
import type { CopiedObject } from "../../s3/copying/copy-object.ts";
import { REDIRECT_HEADER } from "../../s3/system-metadata.ts";
import type { PlanProblem, PutAction } from "../../sync/plan/plan.ts";
import { SkippedPaths } from "../../sync/plan/skipped-paths.ts";
import { isAlias } from "../cloudfront/distribution.ts";
import { readEdge, type SiteEdge } from "../cloudfront/read-edge.ts";
import { isPage } from "../content/cache-preset.ts";
import type { Encoding } from "../content/compress.ts";
import { ownPartOf, shareWebsite } from "../hosting/shared-website.ts";
import { foreignWebsiteProblem } from "../hosting/site-bucket.ts";
import { listSome } from "../list-some.ts";
import type { ManifestEntry } from "../manifest/manifest.ts";
import type { RollbackOptions, SiteOptions, SiteSettings } from "../options.ts";
import { COMPRESSION, sharedHeaders } from "../plan/desired-headers.ts";
import { logEarlierState, logSharedWebsite } from "../plan/log-plan.ts";
import { planSite } from "../plan/plan-site.ts";
import type { PreparedSite } from "../plan/prepared-site.ts";
import { type PublishedObjects, readHosting, readPublishedObjects } from "../plan/read-published.ts";
import { findSiteAddress } from "../plan/site-address.ts";
import type { SiteObject } from "../plan/site-object.ts";
import type { ListedObject } from "../plan/site-plan.ts";
import type { SiteTools } from "../plan/site-tools.ts";
import { describeRelease, findRelease } from "./find-release.ts";
import type { ReleasesBefore } from "./kept-releases.ts";
import { planKeeping } from "./plan-keeping.ts";
import { runOf } from "./plan-releases.ts";
import { readReleases } from "./read-releases.ts";
import type { ReleasedSite, ReleaseRecord } from "./release-record.ts";

/** A planned rollback, and its options. */
export interface PreparedRollback {
  readonly site: PreparedSite;
  readonly options: SiteOptions;
}

/** Of more names, the rest is counted. */
const MAX_NAMED_FILES = 10;

/**
 * Finds the release to restore, and plans the rollback. Nothing is changed.
 *
 * @throws {StepError} if there is no such release, or the bucket cannot be read; the signal's reason.
 */
export async function prepareRollback(asked: RollbackOptions, tools: SiteTools): Promise<PreparedRollback> {
  const { log } = tools;
  const published = await readPublishedObjects(asked, tools, false);
  const before = await readReleasesOf(asked, published, tools);
  const target = findRelease(asked.rollbackTo, before, published.manifest);
  log.info(`Restoring the release ${describeRelease(target)}`);
  const { options, ...edge } = await findEdge(optionsFor(asked, target.site), target.site, tools);
  const { siteUrl } = edge.address;
  const { presentWebsite, neighbours } = await readHosting(published, options, tools);
  const ownWebsite = target.site.website ?? { indexDocument: options.indexDocument, routingRules: [] };
  const shared = shareWebsite(presentWebsite, ownWebsite, neighbours);
  const { listed, manifest, store } = published;
  const nowMs = (tools.now ?? Date.now)();
  const objects = objectsOf(target, asked);
  const digests = new Map([...target.entries].map(([name, { sha256 }]) => [name, sha256]));
  const plan = planSite(options, {
    ...{ objects, digests, listed, manifest, nowMs },
    // Those of the release cannot be changed; rules of sites that came later go first.
    routingRules: [],
    skippedPaths: new SkippedPaths(),
  });
  const puts = plan.groups.flatMap(({ actions }) => actions);
  const { sources, missing } = findSources(puts, target, before, listed, options.prefix);
  if (shared) logSharedWebsite(shared, ownWebsite, options, log);
  logEarlierState({ manifest, listed, objects, kept: plan.kept }, options, log);
  const site: PreparedSite = {
    ...plan,
    problems: [
      ...plan.problems,
      ...missingProblems(missing, target),
      ...(shared ? [] : [foreignWebsiteProblem("rollbackTo", tools.bucket.name)]),
    ],
    filesFound: [...objects.values()].filter(({ kind }) => kind !== "redirect").length,
    objects,
    digests,
    listed,
    manifest,
    store,
    isNewBucket: false,
    ...edge,
    ownWebsite,
    website: shared?.website ?? ownWebsite,
    ...(presentWebsite ? { presentWebsite } : {}),
    neighbours,
    forCloudFront: {},
    releases: {
      before,
      keepings: planKeeping(plan, listed, before, options.prefix),
      target,
      site: { ...target.site, ...(siteUrl ? { siteUrl: siteUrl.href } : {}) },
      run: runOf(tools),
      nowMs,
    },
    sources,
    nowMs,
  };
  return { site, options };
}

/** The live release may have no record. Then the settings come from the release before it, and from the bucket. */
function readReleasesOf(
  { prefix }: RollbackOptions,
  published: PublishedObjects,
  tools: SiteTools,
): Promise<ReleasesBefore> {
  const { bucket, signal } = tools;
  const { listedReleases: listed, manifest } = published;
  return readReleases({ bucket, prefix, listed, manifest, signal }, async (last) => {
    const site = last?.site ?? { indexDocument: "index.html", singlePageApp: false };
    if (!site.website) return site;
    const { presentWebsite, neighbours } = await readHosting(published, { prefix, configureWebsite: true }, tools);
    return { ...site, website: ownPartOf(presentWebsite, site.website, neighbours) ?? site.website };
  });
}

/**
 * The options of a publish that stores the content of the release. No limit of deletions applies, because another release has all that is
 * deleted.
 */
function optionsFor({ rollbackTo: _, ...asked }: RollbackOptions, released: ReleasedSite): SiteOptions {
  const { indexDocument, errorDocument, singlePageApp, website } = released;
  return {
    ...asked,
    settings: { ...asked.settings, ...NO_SETTINGS },
    source: "",
    patterns: parsePatterns([]),
    followSymlinks: false,
    maxDelete: { kind: "share", percent: 100 },
    keepReleases: 0,
    indexDocument,
    ...(errorDocument === undefined ? {} : { errorDocument }),
    singlePageApp,
    cleanUrls: false,
    compress: "off",
    configureWebsite: website !== undefined,
    publicRead: false,
  };
}

/** Reads the distribution, if there is one. Without an input, visitors find the site where they found the release, if it still is there. */
async function findEdge(
  asked: SiteOptions,
  { siteUrl: recorded }: ReleasedSite,
  tools: SiteTools,
): Promise<SiteEdge & { readonly options: SiteOptions }> {
  const edge = await readEdge(asked, tools);
  const siteUrl = recorded === undefined ? undefined : new URL(recorded);
  if (asked.siteUrl || !siteUrl || !isShownBy(siteUrl, edge)) return { ...edge, options: asked };
  const options = { ...asked, siteUrl };
  return { ...edge, options, address: findSiteAddress(options, edge.distribution) };
}

/** The release may be older than the distribution: then its URL is that of the website endpoint. */
function isShownBy({ protocol, hostname }: URL, { distribution }: SiteEdge): boolean {
  return !distribution || (protocol === "https:" && isAlias(hostname, distribution));
}

/** The headers of restored objects are those of the release. */
const NO_SETTINGS: Omit<SiteSettings, "tags"> = {
  cachePreset: "none",
  headersFor: () => ({}),
  ruledHeadersFor: () => ({}),
  checksumAlgorithm: "none",
};

/** The objects of a release, as a publish would store them, with encryption and tags from the inputs. */
function objectsOf({ entries, site }: ReleaseRecord, asked: RollbackOptions): Map<string, SiteObject> {
  const ofInputs = new Set([...HEADERS_OF_INPUTS, ...Object.keys(sharedHeaders(asked))]);
  return new Map([...entries].map(([name, entry]) => [name, objectOf(name, entry, site, ofInputs)]));
}

/** Names whose values are digests in the manifest, or that are not headers. */
const HEADERS_OF_INPUTS = [
  COMPRESSION,
  "x-amz-tagging",
  "x-amz-server-side-encryption",
  "x-amz-server-side-encryption-aws-kms-key-id",
  "x-amz-server-side-encryption-bucket-key-enabled",
];

function objectOf(
  relativeKey: string,
  { headers: all, sizeBytes, reusesName }: ManifestEntry,
  { indexDocument }: ReleasedSite,
  ofInputs: ReadonlySet<string>,
): SiteObject {
  const headers = Object.fromEntries(Object.entries(all).filter(([name]) => !ofInputs.has(name)));
  const compression = all[COMPRESSION] as Encoding | undefined;
  const isDocument = isPage(headers["content-type"] ?? "");
  const kind = relativeKey === indexDocument ? "index" : isDocument ? "page" : "asset";
  return {
    relativeKey,
    kind: headers[REDIRECT_HEADER] === undefined ? kind : "redirect",
    storedBytes: sizeBytes,
    headers,
    ...(compression ? { compression } : {}),
    ...(reusesName ? { reusesName } : {}),
  };
}

/** The source of each object: a kept copy, or the object itself, perhaps with other headers. */
function findSources(
  puts: readonly PutAction[],
  { entries }: ReleaseRecord,
  { listing }: ReleasesBefore,
  listed: ReadonlyMap<string, ListedObject>,
  prefix: string,
): { readonly sources: ReadonlyMap<string, CopiedObject>; readonly missing: readonly string[] } {
  const sources = new Map<string, CopiedObject>();
  const missing: string[] = [];
  for (const { relativeKey: name } of puts) {
    const entry = entries.get(name) as ManifestEntry;
    const kept = listing.find(entry);
    const present = listed.get(name);
    const inPlace = present?.etag === entry.etag ? { ...present, name } : undefined;
    const found = kept ?? inPlace;
    if (found) sources.set(name, { key: prefix + found.name, sizeBytes: found.sizeBytes, etag: found.etag });
    else missing.push(name);
  }
  return { sources, missing };
}

function missingProblems(missing: readonly string[], { number }: ReleaseRecord): PlanProblem[] {
  if (missing.length === 0) return [];
  const names = listSome(missing, MAX_NAMED_FILES);
  const why = "Another process replaced or deleted them";
  const message = `release ${number} cannot be restored, because these objects of it are missing: ${names}. ${why}. Choose another release, or run the stage of the earlier run again.`;
  return [{ input: "rollbackTo", code: "release-incomplete", message }];
}
