import type * as Route53 from "@aws-sdk/client-route-53";
import { plainName } from "./hosted-zone.ts";

/** The target of an alias record. */
export interface AliasTarget {
  readonly dnsName: string;
  /** AWS's own hosted zone for targets of this kind. */
  readonly hostedZoneId: string;
}

/** A Route 53 record that points a domain to an AWS resource instead of IP addresses. */
export interface AliasRecord {
  readonly name: string;
  readonly type: "A" | "AAAA";
  readonly target: AliasTarget;
}

/**
 * The alias target for a distribution.
 *
 * @param region any region of the distribution's partition.
 *
 * Sources: AliasTarget in the Amazon Route 53 API Reference; "Amazon Route 53" in Getting Started with Amazon Web Services in China.
 */
export function distributionTarget(domainName: string, region: string): AliasTarget {
  return { dnsName: domainName, hostedZoneId: region.startsWith("cn-") ? "Z3RFFRIM2A3IF5" : "Z2FDTNDATAQYW2" };
}

/** How a wanted record compares with the existing ones of its name. */
export type RecordState =
  | { readonly kind: "missing" | "equal" }
  /** Another record is in its place; the text names it. */
  | { readonly kind: "taken"; readonly by: string };

/**
 * Compares a record with all that its name has, of any type.
 *
 * | what the name has                     | state   |
 * |---------------------------------------|---------|
 * | the same alias, under a simple routing policy | equal   |
 * | another record of the type            | taken   |
 * | a CNAME, beside which nothing may be  | taken   |
 * | neither                               | missing |
 */
export function compareRecord(wanted: AliasRecord, existing: readonly Route53.ResourceRecordSet[]): RecordState {
  const rival = existing.find(({ Type }) => Type === wanted.type || Type === "CNAME");
  if (!rival) return { kind: "missing" };
  const isSimple = rival.SetIdentifier === undefined;
  const isEqual = rival.Type === wanted.type && isSimple && isSameTarget(wanted, rival.AliasTarget);
  return isEqual ? { kind: "equal" } : { kind: "taken", by: describeRecord(rival) };
}

/** Describes a record and its target, for example "A www.example.com (alias of d111111abcdef8.cloudfront.net)". */
export function describeRecord(record: Route53.ResourceRecordSet): string {
  const { Name = "", Type, AliasTarget, ResourceRecords = [], SetIdentifier } = record;
  const target = AliasTarget
    ? `alias of ${plainName(AliasTarget.DNSName ?? "")}`
    : ResourceRecords.map(({ Value }) => Value).join(", ");
  const routing = SetIdentifier === undefined ? "" : `, one of several, "${SetIdentifier}"`;
  return `${Type} ${plainName(Name)} (${target}${routing})`;
}

/** The request that creates a record, or changes it to the wanted form. */
export function upsertOf({ name, type, target }: AliasRecord): Route53.Change {
  return {
    Action: "UPSERT",
    ResourceRecordSet: {
      Name: name,
      Type: type,
      AliasTarget: {
        DNSName: target.dnsName,
        HostedZoneId: target.hostedZoneId,
        // Neither CloudFront nor a single website has a health status for DNS.
        EvaluateTargetHealth: false,
      },
    },
  };
}

/** Some tools put the bucket's name before a website endpoint. Both lead to the same website. */
function isSameTarget({ name, target }: AliasRecord, alias: Route53.AliasTarget | undefined): boolean {
  if (!alias) return false;
  const dnsName = plainName(alias.DNSName ?? "");
  const wanted = plainName(target.dnsName);
  return alias.HostedZoneId === target.hostedZoneId && (dnsName === wanted || dnsName === `${name}.${wanted}`);
}
