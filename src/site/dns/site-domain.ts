import { ConnectionError } from "../../http/connection-error.ts";
import type { WebsiteRedirect } from "../../s3/buckets/website-configuration.ts";
import type { PlanProblem } from "../../sync/plan/plan.ts";
import { asDone, type Change } from "../change-log.ts";
import { type Distribution, isAlias } from "../cloudfront/distribution.ts";
import type { ControlPlane } from "../control-plane/control-plane.ts";
import { applyRedirectBuckets, planRedirectBuckets, type RedirectBucket } from "../hosting/redirect-buckets.ts";
import { websiteEndpointOf } from "../hosting/website-endpoint.ts";
import type { DomainOptions, SiteOptions } from "../options.ts";
import type { SiteTools } from "../plan/site-tools.ts";
import { BodyEncodingError, fetchAnswer } from "../verify/verify-answer.ts";
import { distributionTarget } from "./alias-records.ts";
import { findDelegation } from "./delegation.ts";
import { applyDns } from "./dns-apply.ts";
import { type DnsPlan, describeDnsPlan, nameServersOf, planDns, type ZonePlan } from "./dns-plan.ts";

/** Route 53 usually updates its name servers within a minute. */
const SPREAD_TIMEOUT_MS = 180_000;

/** What is missing for the site's domain and its redirect domains. */
export interface DomainPlan {
  readonly dns: DnsPlan;
  readonly redirect: WebsiteRedirect;
  readonly redirectBuckets: readonly RedirectBucket[];
}

/**
 * Checks the inputs against the domain's requirements.
 *
 * @returns every wrong input.
 */
export function domainProblems({ domain, access }: SiteOptions, distribution: Distribution | undefined): PlanProblem[] {
  if (!domain) return [];
  const { domainName } = domain;
  const { region } = access.store;
  if (distribution && !isAlias(domainName, distribution)) {
    const names = distribution.aliases.length > 0 ? distribution.aliases.join(", ") : "none";
    const why = `the distribution ${distribution.id} does not have the alternate domain name ${domainName}. It has: ${names}`;
    return [
      {
        input: "domainName",
        code: "distribution-settings-incomplete",
        message: `${why}. Add the domain there, with a certificate for it.`,
      },
    ];
  }
  if (!websiteEndpointOf(access.bucketName, region) && (!distribution || domain.redirectDomains.length > 0)) {
    const why = `the name of the website endpoint in ${region} is not known to this version of the task`;
    return [
      {
        input: "regionName",
        code: "endpoint-not-available",
        message: `${why}. Leave domainName and redirectDomains empty, and create the records yourself.`,
      },
    ];
  }
  return [];
}

/**
 * Finds what is missing for the site's domain. Nothing is changed.
 *
 * @throws {StepError} if Route 53 or S3 refuse, or something else is in the place; the signal's reason.
 */
export async function planDomain(
  domain: DomainOptions,
  { access }: SiteOptions,
  distribution: Distribution | undefined,
  controlPlane: ControlPlane,
  tools: SiteTools,
): Promise<DomainPlan> {
  const { region } = access.store;
  const endpoint = websiteEndpointOf(access.bucketName, region);
  const websiteTarget = { dnsName: endpoint?.dnsName ?? "", hostedZoneId: endpoint?.hostedZoneId ?? "" };
  const request = {
    domain,
    target: distribution ? distributionTarget(distribution.domainName, region) : websiteTarget,
    isIpv6Enabled: distribution?.isIpv6Enabled ?? false,
    redirectTarget: websiteTarget,
  };
  const redirect = {
    redirectAllRequestsTo: { hostName: domain.domainName, ...(distribution ? { protocol: "https" as const } : {}) },
  };
  return {
    dns: await planDns(controlPlane, request, tools.signal),
    redirect,
    redirectBuckets: await planRedirectBuckets(domain.redirectDomains, redirect, tools),
  };
}

/** The changes of a plan; empty if there are none. */
export function describeDomainPlan({ dns, redirectBuckets }: DomainPlan): Change[] {
  const unready = redirectBuckets.filter(({ state }) => state !== "ready");
  return [
    ...unready.map(({ bucket }): Change => `set the bucket ${bucket.name} to redirect its visitors to the site`),
    ...describeDnsPlan(dns),
  ];
}

/** The result of pointing the domains to the site. */
export interface DomainOutcome {
  /** The name servers of hosted zones to which the domains are not delegated yet. */
  readonly nameServers: readonly string[];
  /** Domains in those zones: visitors do not find the site by them yet. */
  readonly undelegated: readonly string[];
}

/**
 * Points the domains to the site.
 *
 * @throws {StepError} if S3 or Route 53 refuse; the signal's reason.
 */
export async function applyDomain(
  plan: DomainPlan,
  { access }: SiteOptions,
  controlPlane: ControlPlane,
  tools: SiteTools,
): Promise<DomainOutcome> {
  const { run, log, signal } = tools;
  await applyRedirectBuckets(plan.redirectBuckets, plan.redirect, access.store.region, signal);
  const limits = { callerReference: run.id, timeoutMs: SPREAD_TIMEOUT_MS };
  const { nameServers, warnings } = await applyDns(controlPlane, plan.dns, limits, { signal, log });
  for (const change of describeDomainPlan(plan)) log.info(asDone(change));
  for (const warning of [...plan.dns.notes, ...warnings]) log.warning(warning.code, warning.message);
  const undelegated: { readonly domains: readonly string[]; readonly nameServers: readonly string[] }[] = [];
  for (const zonePlan of plan.dns.zones) {
    const { zone, domains } = zonePlan;
    const created = nameServers.get(zone.name);
    const servers = created ?? (zone.id ? await nameServersOf(controlPlane, { ...zone, id: zone.id }, signal) : []);
    if (!created && (servers.length === 0 || (await isDelegated(zonePlan, servers, plan, tools)))) continue;
    undelegated.push({ domains, nameServers: servers });
    log.warning(
      "domain-not-delegated",
      `The domain ${zone.name} does not use its hosted zone yet, so visitors do not find ${domains.join(", ")}. Where the domain is registered, set these name servers: ${servers.join(", ")}.`,
    );
  }
  return {
    nameServers: undelegated.flatMap((zone) => zone.nameServers),
    undelegated: undelegated.flatMap((zone) => zone.domains),
  };
}

/**
 * If DNS does not show it, a zone created by a publish counts as delegated as soon as its domain answers. Other zones may have other name
 * servers on purpose, for example in a company's DNS.
 */
async function isDelegated(
  { zone, domains }: ZonePlan,
  nameServers: readonly string[],
  { redirect }: DomainPlan,
  tools: SiteTools,
): Promise<boolean> {
  const delegation = await findDelegation(zone.name, nameServers);
  tools.signal.throwIfAborted();
  if (delegation === "delegated" || delegation === "not delegated") return delegation === "delegated";
  if (delegation === "elsewhere" || !zone.isOfPublish) return !zone.isOfPublish;
  const { protocol = "http" } = redirect.redirectAllRequestsTo;
  try {
    const { status } = await fetchAnswer(`${protocol}://${domains[0]}/`, tools);
    return status < 500;
  } catch (error) {
    tools.signal.throwIfAborted();
    if (error instanceof ConnectionError || error instanceof BodyEncodingError) return false;
    throw error;
  }
}
