import type { Bucket } from "../../s3/bucket.ts";
import { bucketExists } from "../../s3/buckets/create-bucket.ts";
import type { WebsiteHosting } from "../../s3/buckets/website-configuration.ts";
import { listPrefix } from "../../sync/plan/remote-listing.ts";
import { readDistribution } from "../cloudfront/distribution.ts";
import { type ControlPlane, openControlPlane } from "../control-plane/control-plane.ts";
import { domainProblems, planDomain } from "../dns/site-domain.ts";
import { bucketStep } from "../hosting/bucket-step.ts";
import { isManifestName, MANIFEST_NAME } from "../manifest/manifest.ts";
import { ManifestStore } from "../manifest/manifest-store.ts";
import type { SiteOptions } from "../options.ts";
import { type CompiledRedirects, compileRedirects } from "../rules/redirects.ts";
import { digestSite } from "./digest-site.ts";
import { logDistribution, logEarlierState, logRules } from "./log-plan.ts";
import { planSite } from "./plan-site.ts";
import type { PreparedSite } from "./prepared-site.ts";
import { findSiteAddress, siteAddressProblems } from "./site-address.ts";
import type { SiteObject } from "./site-object.ts";
import type { ListedObject } from "./site-plan.ts";
import { readSiteRules } from "./site-rules.ts";
import type { SiteTools } from "./site-tools.ts";
import { errorDocumentOf, readSiteTree } from "./site-tree.ts";

const LISTING_ADVICE = "A publish has to know what is there.";

/**
 * Reads the built site, the bucket and what stands before it, and decides what a publish is to do. Nothing is changed.
 *
 * @throws {StepError} where the bucket, its manifest or the distribution cannot be read; {ScanError}; the signal's reason.
 */
export async function prepareSite(options: SiteOptions, tools: SiteTools): Promise<PreparedSite> {
  const { bucket, signal } = tools;
  const controlPlane = await openFor(options, tools);
  const origin = { bucketName: bucket.name, prefix: options.prefix };
  const distribution =
    options.distribution &&
    controlPlane &&
    (await readDistribution(controlPlane, options.distribution.id, origin, signal));
  const address = findSiteAddress(options, distribution);
  const problems = [...siteAddressProblems(options, address), ...domainProblems(options, distribution)];
  const rules = readSiteRules(options.source, address.siteUrl);
  const tree = readSiteTree({
    options,
    headersFile: rules.headersFile,
    hasWebsiteEndpoint: address.answersBy === "website",
    warn: tools.warn,
  });
  const redirects = compileRedirects(rules.redirects, {
    names: new Set(tree.objects.keys()),
    prefix: options.prefix,
    indexDocument: options.indexDocument,
    hosting: address.answersBy === "rest" ? "rest" : "website",
    ...(address.siteUrl ? { siteUrl: address.siteUrl } : {}),
  });
  const objects = withRedirects(tree.objects, redirects);
  const isNewBucket = options.configureWebsite && !(await exists(bucket, signal));
  const [digests, { store, manifest, listed }] = await Promise.all([
    digestSite(objects.values(), tools.digester),
    readPublished(options, tools, isNewBucket),
  ]);
  const domain =
    options.domain && controlPlane && problems.length === 0
      ? await planDomain(options.domain, options, distribution, controlPlane, tools)
      : undefined;
  const nowMs = (tools.now ?? Date.now)();
  const plan = planSite(options, {
    objects,
    digests,
    listed,
    manifest,
    skippedPaths: tree.skippedPaths,
    nowMs,
  });
  logRules(rules, redirects, options, tools.log);
  if (distribution) logDistribution(distribution, options, tools.log);
  logEarlierState({ manifest, listed, objects, kept: plan.kept }, options, tools.log);
  return {
    ...plan,
    problems: [...problems, ...rules.problems, ...tree.problems, ...plan.problems],
    // With their further names, and redirects, as all else is counted.
    filesFound: tree.filesFound && objects.size,
    objects,
    digests,
    listed,
    manifest,
    store,
    isNewBucket,
    address,
    website: websiteOf(options, tree.objects, redirects),
    ...(distribution ? { distribution } : {}),
    ...(controlPlane ? { controlPlane } : {}),
    ...(domain ? { domain } : {}),
    forCloudFront: {
      ...(redirects.cloudFrontFunction ? { function: redirects.cloudFrontFunction } : {}),
      ...(rules.headersFile.responseHeadersPolicies.length > 0
        ? { responseHeadersPolicies: rules.headersFile.responseHeadersPolicies }
        : {}),
    },
    nowMs,
  };
}

async function openFor(
  { access, distribution, domain }: SiteOptions,
  tools: SiteTools,
): Promise<ControlPlane | undefined> {
  if (!distribution && !domain) return undefined;
  const { store, credentials } = access;
  const { transport, userAgent } = tools;
  return openControlPlane({ region: store.region, credentials, transport, userAgent });
}

function exists(bucket: Bucket, signal: AbortSignal): Promise<boolean> {
  return bucketStep("Looking for", bucket, "s3:ListBucket", signal, () => bucketExists(bucket, signal));
}

/** What an earlier publish has left, and what is there now. */
async function readPublished(options: SiteOptions, tools: SiteTools, isNewBucket: boolean) {
  const { prefix, encryption, access } = options;
  const { bucket, signal } = tools;
  const key = prefix + MANIFEST_NAME;
  const store = new ManifestStore({ bucket, key, encryption, isAmazon: !access.store.endpoint, signal });
  const listed = new Map<string, ListedObject>();
  if (isNewBucket) return { store, manifest: undefined, listed };
  // What is listed is at least as new as what the manifest tells of.
  const manifest = await store.read();
  for await (const object of listPrefix(bucket, prefix, LISTING_ADVICE, signal)) {
    tools.considered?.();
    if (object.key !== key) listed.set(object.key.slice(prefix.length), object);
  }
  return { store, manifest, listed };
}

function withRedirects(
  objects: ReadonlyMap<string, SiteObject>,
  redirects: CompiledRedirects,
): ReadonlyMap<string, SiteObject> {
  const all = new Map(objects);
  for (const { name: relativeKey, location } of redirects.objects) {
    if (isManifestName(relativeKey)) continue;
    all.set(relativeKey, { relativeKey, kind: "redirect", headers: { "x-amz-website-redirect-location": location } });
  }
  return all;
}

function websiteOf(
  options: SiteOptions,
  objects: ReadonlyMap<string, SiteObject>,
  { routingRules }: CompiledRedirects,
): WebsiteHosting {
  const errorDocument = errorDocumentOf(options, objects);
  return {
    indexDocument: options.indexDocument,
    ...(errorDocument === undefined ? {} : { errorDocument: options.prefix + errorDocument }),
    routingRules,
  };
}
