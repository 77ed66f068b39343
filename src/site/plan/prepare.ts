import type { Bucket } from "../../s3/bucket.ts";
import { bucketExists } from "../../s3/buckets/create-bucket.ts";
import type { WebsiteHosting } from "../../s3/buckets/website-configuration.ts";
import { REDIRECT_HEADER } from "../../s3/system-metadata.ts";
import { eventLoopTurns } from "../../scheduling/event-loop-turns.ts";
import type { PlanProblem } from "../../sync/plan/plan.ts";
import { warnOfBasePath } from "../base-path/warn-of-base-path.ts";
import type { Distribution } from "../cloudfront/distribution.ts";
import { readEdge, type SiteEdge } from "../cloudfront/read-edge.ts";
import { domainProblems, planDomain } from "../dns/site-domain.ts";
import { bucketStep } from "../hosting/bucket-step.ts";
import { isReadByEverybody } from "../hosting/public-site.ts";
import { countRulesOfOthers, shareWebsite } from "../hosting/shared-website.ts";
import { foreignWebsiteProblem, partitionOf } from "../hosting/site-bucket.ts";
import { isManifestName } from "../manifest/manifest.ts";
import type { SiteOptions } from "../options.ts";
import { checkPreviewPlace, warnOfSharedOrigin } from "../previews/check-place.ts";
import { previewAccessProblems } from "../previews/preview-access.ts";
import { logRobotsPolicy } from "../previews/robots-policy.ts";
import { planReleases, releasedSite } from "../releases/plan-releases.ts";
import { isReleaseName } from "../releases/release-names.ts";
import { type CompiledRedirects, compileRedirects, type RedirectContext } from "../rules/redirects.ts";
import { checkSecrets, type DoubtfulFiles, findDoubtfulFiles, logDoubtfulFiles } from "./check-secrets.ts";
import { digestSite } from "./digest-site.ts";
import { KEPT_BY_LIMIT } from "./limit-deletions.ts";
import { logDistribution, logEarlierState, logPlusSigns, logRules, logSharedWebsite } from "./log-plan.ts";
import { planSite } from "./plan-site.ts";
import type { PreparedSite } from "./prepared-site.ts";
import { type Published, readPublished } from "./read-published.ts";
import { checkReusedNames, logReusedNames } from "./reused-names.ts";
import { siteAddressProblems } from "./site-address.ts";
import type { SiteObject } from "./site-object.ts";
import { readSiteRules, type SiteRules } from "./site-rules.ts";
import type { SiteTools } from "./site-tools.ts";
import { errorDocumentOf, readSiteTree, type SiteTree } from "./site-tree.ts";

/** What a publish is planned from. */
interface SiteInput extends SiteEdge {
  readonly rules: SiteRules;
  readonly tree: SiteTree;
  /** SHA-256 in hex of each file that becomes an object, by the object's name. */
  readonly fileDigests: ReadonlyMap<string, string>;
  readonly isNewBucket: boolean;
  readonly published: Published;
}

/**
 * Reads the built site, the bucket, distribution and DNS, and decides what a publish will do. Nothing is changed.
 *
 * @throws {StepError} if the bucket, its manifest or the distribution cannot be read; {ScanError}; the signal's reason.
 */
export async function prepareSite(options: SiteOptions, tools: SiteTools): Promise<PreparedSite> {
  const input = await readInput(options, tools);
  const { address, distribution, controlPlane, rules, tree, isNewBucket, published } = input;
  const { store, manifest, listed, presentWebsite, neighbours } = published;
  const redirects = await compileFor(options, input, tools.signal);
  const { objects, digests } = await objectsOf(input, redirects, tools);
  const ownWebsite = websiteOf(options, tree.objects, redirects);
  const shared = shareWebsite(presentWebsite, ownWebsite, neighbours);
  const problems = [
    ...siteAddressProblems(options, address),
    ...domainProblems(options, distribution),
    ...(shared ? [] : [foreignWebsiteProblem("configureWebsite", tools.bucket.name)]),
    ...(await checkPreview(options, input, tools)),
  ];
  const domain =
    options.domain && controlPlane && problems.length === 0
      ? await planDomain(options.domain, options, distribution, controlPlane, tools)
      : undefined;
  problems.push(...(await checkForSecrets(tree, options, distribution, isNewBucket, tools)));
  const nowMs = (tools.now ?? Date.now)();
  const routingRules = options.configureWebsite ? ownWebsite.routingRules : [];
  const { skippedPaths } = tree;
  const plan = planSite(options, { objects, digests, listed, manifest, routingRules, skippedPaths, nowMs });
  const site = releasedSite(options, errorDocumentOf(options, tree.objects), address.siteUrl, ownWebsite);
  const releases = await planReleases(options, site, published, { ...plan, nowMs }, tools);
  logRules(rules, redirects, options, tools.log);
  if (distribution) logDistribution(distribution, options, tools.log);
  if (distribution && options.preview) logRobotsPolicy(distribution.id, tools.log);
  if (shared) logSharedWebsite(shared, ownWebsite, options, tools.log);
  const kept = plan.kept.filter(({ reason }) => reason !== KEPT_BY_LIMIT);
  logEarlierState({ manifest, listed, objects, kept }, options, tools.log);
  return {
    ...plan,
    problems: [...problems, ...rules.problems, ...tree.problems, ...plan.problems],
    // With their additional names, which count as files too.
    filesFound: tree.filesFound && [...objects.values()].filter(({ file }) => file).length,
    objects,
    digests,
    listed,
    manifest,
    store,
    isNewBucket,
    address,
    ownWebsite,
    website: shared?.website ?? ownWebsite,
    ...(presentWebsite ? { presentWebsite } : {}),
    neighbours,
    ...(distribution ? { distribution } : {}),
    ...(controlPlane ? { controlPlane } : {}),
    ...(domain ? { domain } : {}),
    ...(releases ? { releases } : {}),
    forCloudFront: cloudFrontPartsOf(redirects, rules),
    nowMs,
  };
}

async function readInput(options: SiteOptions, tools: SiteTools): Promise<SiteInput> {
  const edge = await readEdge(options, tools);
  const { address } = edge;
  const rules = await readSiteRules(options.source, address.siteUrl, tools.signal);
  const tree = await readSiteTree({
    options,
    headersFile: rules.headersFile,
    hasWebsiteEndpoint: address.answersBy === "website",
    warn: tools.warn,
    signal: tools.signal,
  });
  const isNewBucket = options.configureWebsite && !(await exists(tools.bucket, tools.signal));
  const [fileDigests, published] = await Promise.all([
    digestSite(tree.objects.values(), tools),
    readPublished(options, tools, isNewBucket),
  ]);
  return { ...edge, rules, tree, fileDigests, isNewBucket, published };
}

/** The objects that the site will have, files and redirects, and their digests. */
async function objectsOf(
  { tree, fileDigests, published }: SiteInput,
  redirects: CompiledRedirects,
  tools: SiteTools,
): Promise<Pick<PreparedSite, "objects" | "digests">> {
  const names = checkReusedNames(tree.objects, fileDigests, published.manifest);
  logReusedNames(names, tools.log);
  logPlusSigns(tree.objects.values(), tools.log);
  const objects = withRedirects(names.objects, redirects);
  const digests = new Map([...fileDigests, ...(await digestSite(redirectsOf(objects), tools))]);
  return { objects, digests };
}

function cloudFrontPartsOf(
  { cloudFrontFunction }: CompiledRedirects,
  { headersFile: { responseHeadersPolicies } }: SiteRules,
): PreparedSite["forCloudFront"] {
  return {
    ...(cloudFrontFunction ? { function: cloudFrontFunction } : {}),
    ...(responseHeadersPolicies.length > 0 ? { responseHeadersPolicies } : {}),
  };
}

function exists(bucket: Bucket, signal: AbortSignal): Promise<boolean> {
  return bucketStep("Looking for", bucket, "s3:ListBucket", signal, () => bucketExists(bucket, signal));
}

function compileFor(
  { prefix, indexDocument }: SiteOptions,
  { address, rules, tree, published }: SiteInput,
  signal: AbortSignal,
): Promise<CompiledRedirects> {
  const { answersBy, siteUrl } = address;
  const { presentWebsite, neighbours } = published;
  const context: RedirectContext = {
    names: new Set(tree.objects.keys()),
    prefix,
    indexDocument,
    hosting: answersBy === "rest" ? "rest" : "website",
    routingRulesOfOthers: countRulesOfOthers(presentWebsite, neighbours),
    ...(siteUrl ? { siteUrl } : {}),
  };
  return compileRedirects(rules.redirects, context, eventLoopTurns(signal));
}

/** @returns what stands against a preview; what does not is a warning. */
async function checkPreview(
  options: SiteOptions,
  { tree, address, published }: SiteInput,
  { bucket, log, signal }: SiteTools,
): Promise<readonly PlanProblem[]> {
  const { preview, prefix, publicRead, access } = options;
  if (!preview) return [];
  const problems = checkPreviewPlace(preview, options, published);
  if (publicRead) {
    const wanted = { prefix, rootPrefix: preview.rootPrefix, partition: partitionOf(access.store.region) };
    problems.push(...(await previewAccessProblems(bucket, wanted, signal)));
  }
  await warnOfSharedOrigin(preview, bucket, log, signal);
  const basePath = address.siteUrl?.pathname ?? `/${prefix}`;
  if (basePath !== "/") await warnOfBasePath(tree.objects, basePath, options.indexDocument, log, signal);
  return problems;
}

/** @returns the problems that stop the publish. Others are logged as warnings. */
async function checkForSecrets(
  tree: SiteTree,
  options: SiteOptions,
  distribution: Distribution | undefined,
  isNewBucket: boolean,
  tools: SiteTools,
): Promise<readonly PlanProblem[]> {
  const doubtful = findDoubtfulFiles(tree.objects.values(), options);
  // The bucket's policy is only read if necessary, because this needs a permission.
  const isPublic =
    doubtful.secret.length > 0 && (await isReadable(options, distribution, doubtful, isNewBucket, tools));
  logDoubtfulFiles(doubtful, isPublic, tools.log);
  return checkSecrets(doubtful, isPublic);
}

/** Whether everyone can read the site, or could once it is published. */
async function isReadable(
  { publicRead, prefix, access }: SiteOptions,
  distribution: Distribution | undefined,
  { secret }: DoubtfulFiles,
  isNewBucket: boolean,
  { bucket, signal }: SiteTools,
): Promise<boolean> {
  if (publicRead || distribution) return true;
  const keys = secret.map((path) => prefix + path);
  return !isNewBucket && isReadByEverybody(bucket, keys, partitionOf(access.store.region), signal);
}

function redirectsOf(objects: ReadonlyMap<string, SiteObject>): readonly SiteObject[] {
  return [...objects.values()].filter(({ kind }) => kind === "redirect");
}

function withRedirects(
  objects: ReadonlyMap<string, SiteObject>,
  redirects: CompiledRedirects,
): ReadonlyMap<string, SiteObject> {
  const all = new Map(objects);
  for (const { name: relativeKey, location } of redirects.objects) {
    if (isManifestName(relativeKey) || isReleaseName(relativeKey)) continue;
    all.set(relativeKey, { relativeKey, kind: "redirect", headers: { [REDIRECT_HEADER]: location } });
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
