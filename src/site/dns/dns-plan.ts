import type * as Route53 from "@aws-sdk/client-route-53";
import type { CodedMessage } from "../../errors/coded-message.ts";
import { StepError } from "../../sync/step-error.ts";
import type { Change } from "../change-log.ts";
import type { ControlPlane } from "../control-plane/control-plane.ts";
import type { DomainOptions } from "../options.ts";
import { type AliasRecord, type AliasTarget, compareRecord, describeRecord } from "./alias-records.ts";
import { dnsStep } from "./dns-step.ts";
import { findHostedZone, type HostedZone, isInZone, plainName, readHostedZone } from "./hosted-zone.ts";

/** The wanted targets of the domains. */
export interface DnsRequest {
  readonly domain: DomainOptions;
  /** What serves the site: a distribution, or the website endpoint of its bucket. */
  readonly target: AliasTarget;
  /** Whether the target has IPv6 addresses; website endpoints have none. */
  readonly isIpv6Enabled: boolean;
  /** The website endpoint of the redirect domains' buckets. All are in one region. */
  readonly redirectTarget: AliasTarget;
}

/** What is missing in DNS, by hosted zone, and surprising records that are not changed. */
export interface DnsPlan {
  readonly zones: readonly ZonePlan[];
  readonly notes: readonly CodedMessage[];
}

export interface ZonePlan {
  readonly zone: PlannedZone;
  /** Domains of the site that are in the zone. */
  readonly domains: readonly string[];
  readonly missing: readonly AliasRecord[];
}

/** A hosted zone. Without an id, it must still be created. */
export interface PlannedZone {
  readonly name: string;
  readonly id: string | undefined;
  /** Whether a publish has created it, or will. */
  readonly isOfPublish: boolean;
}

/**
 * Finds what is missing in the hosted zones of the domains. Nothing is changed.
 *
 * @throws {StepError} if a domain has no hosted zone of its own, or another record is in the place; the signal's reason.
 */
export async function planDns(controlPlane: ControlPlane, request: DnsRequest, signal: AbortSignal): Promise<DnsPlan> {
  const { domain } = request;
  const given = domain.hostedZoneId ? await readHostedZone(controlPlane, domain.hostedZoneId, signal) : undefined;
  const domains: DomainRecords[] = [];
  for (const [name, wanted] of wantedRecords(request)) {
    const zone = await zoneFor(controlPlane, name, { domain, given }, signal);
    const existing = zone.id === undefined ? [] : await recordsNamed(controlPlane, name, zone.id, signal);
    domains.push(planDomain(zone, name, wanted, existing));
  }
  const taken = [...new Set(domains.flatMap((each) => each.taken))];
  if (taken.length > 0) {
    throw new StepError(
      "dns-record-taken",
      `There are other records in the place of the site's records, and the task does not replace records that it did not create: ${taken.join("; ")}. Delete those that are no longer needed, or remove the domain from domainName and redirectDomains, and run the step again.`,
    );
  }
  return { zones: groupByZone(domains), notes: domains.flatMap(({ notes }) => notes) };
}

/** The changes of a plan; empty if there are none. */
export function describeDnsPlan({ zones }: DnsPlan): Change[] {
  return zones.flatMap(({ zone, missing }) => {
    const changes: Change[] = zone.id === undefined ? [`create the public hosted zone ${zone.name}`] : [];
    for (const { type, name, target } of missing)
      changes.push(`create the record ${type} ${name} (alias of ${target.dnsName}) in the hosted zone ${zone.name}`);
    return changes;
  });
}

/** What is missing for one domain. */
interface DomainRecords extends ZonePlan {
  /** Records in the place of those that are wanted. */
  readonly taken: readonly string[];
  readonly notes: readonly CodedMessage[];
}

function wantedRecords({ domain, target, isIpv6Enabled, redirectTarget }: DnsRequest): Map<string, AliasRecord[]> {
  const name = domain.domainName;
  const types: AliasRecord["type"][] = isIpv6Enabled ? ["A", "AAAA"] : ["A"];
  const records = new Map([[name, types.map((type): AliasRecord => ({ name, type, target }))]]);
  for (const other of domain.redirectDomains) records.set(other, [{ name: other, type: "A", target: redirectTarget }]);
  return records;
}

function planDomain(
  zone: PlannedZone,
  name: string,
  wanted: readonly AliasRecord[],
  existing: readonly Route53.ResourceRecordSet[],
): DomainRecords {
  const states = wanted.map((record) => ({ record, state: compareRecord(record, existing) }));
  const strayIpv6 = wanted.some(({ type }) => type === "AAAA") ? [] : existing.filter(({ Type }) => Type === "AAAA");
  return {
    zone,
    domains: [name],
    missing: states.filter(({ state }) => state.kind === "missing").map(({ record }) => record),
    taken: states.flatMap(({ state }) => (state.kind === "taken" ? [`${state.by} in the hosted zone ${zone.id}`] : [])),
    notes: strayIpv6.map(
      (record): CodedMessage => ({
        code: "dns-record-left",
        message: `The record ${describeRecord(record)} was not changed, although the target of ${name} has no IPv6. Visitors with IPv6 still go to the target of that record. Delete it if this is wrong.`,
      }),
    ),
  };
}

function groupByZone(domains: readonly DomainRecords[]): ZonePlan[] {
  const zones = new Map<string, ZonePlan>();
  for (const { zone, domains: names, missing } of domains) {
    const known = zones.get(zone.name);
    zones.set(zone.name, {
      zone,
      domains: [...(known?.domains ?? []), ...names],
      missing: [...(known?.missing ?? []), ...missing],
    });
  }
  return [...zones.values()];
}

interface ZoneChoice {
  readonly domain: DomainOptions;
  /** The zone that hostedZoneId names. */
  readonly given: HostedZone | undefined;
}

async function zoneFor(
  controlPlane: ControlPlane,
  name: string,
  { domain, given }: ZoneChoice,
  signal: AbortSignal,
): Promise<PlannedZone> {
  if (given && isInZone(name, given.name)) return given;
  if (given && name === domain.domainName) {
    throw new StepError(
      "hosted-zone-wrong",
      `The hosted zone ${given.id} (hostedZoneId) is for ${given.name}, and domainName is ${name}. Enter the ID of a zone that contains the domain, or leave hostedZoneId empty.`,
    );
  }
  const found = await findHostedZone(controlPlane, name, signal);
  if (found) return found;
  if (domain.createHostedZone) return { name: newZoneName(name, domain), id: undefined, isOfPublish: true };
  throw new StepError(
    "hosted-zone-not-found",
    `Route 53 has no public hosted zone for ${name} in this account. Set createHostedZone to true, or remove the domain from domainName and redirectDomains and create its records elsewhere.`,
  );
}

/** One zone is enough for a domain and its subdomains. */
function newZoneName(name: string, { domainName, redirectDomains }: DomainOptions): string {
  const above = [domainName, ...redirectDomains].filter((each) => isInZone(name, each));
  return above.reduce((one, other) => (other.length < one.length ? other : one), name);
}

/** The name servers to which a hosted zone's domain is to be delegated. */
export async function nameServersOf(
  controlPlane: ControlPlane,
  { name, id }: { readonly name: string; readonly id: string },
  signal: AbortSignal,
): Promise<readonly string[]> {
  const records = await recordsNamed(controlPlane, name, id, signal);
  return records
    .filter(({ Type }) => Type === "NS")
    .flatMap(({ ResourceRecords = [] }) => ResourceRecords.map(({ Value = "" }) => plainName(Value)));
}

/** All records of a name, of any type. Route 53 lists the records of a zone in the order of their names, starting at the requested one. */
async function recordsNamed(
  controlPlane: ControlPlane,
  name: string,
  zoneId: string,
  signal: AbortSignal,
): Promise<Route53.ResourceRecordSet[]> {
  const attempt = { action: "route53:ListResourceRecordSets", id: zoneId };
  return dnsStep(`Reading the records of ${name} in the hosted zone ${zoneId}`, attempt, signal, async () => {
    const input = { HostedZoneId: zoneId, StartRecordName: name };
    const { ResourceRecordSets = [] } = await controlPlane.listResourceRecordSets(input, signal);
    return ResourceRecordSets.filter((record) => plainName(record.Name ?? "") === name);
  });
}
