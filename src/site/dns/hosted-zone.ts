import { hash } from "node:crypto";
import type * as Route53 from "@aws-sdk/client-route-53";
import { ServiceError } from "../../aws/errors/errors.ts";
import { StepError } from "../../sync/step-error.ts";
import type { ControlPlane } from "../control-plane/control-plane.ts";
import { dnsStep } from "./dns-step.ts";

/** A public hosted zone of Route 53. */
export interface HostedZone {
  /** Without `/hostedzone/` before it. */
  readonly id: string;
  /** In lower case, without a dot at its end. */
  readonly name: string;
  /** Whether a publish has made it. */
  readonly isOfPublish: boolean;
}

/** A hosted zone that was made, and the servers that its domain has to be delegated to. */
export interface NewHostedZone extends HostedZone {
  readonly nameServers: readonly string[];
}

/** Begins the caller references of hosted zones that publishes make. */
const CALLER = "AwsS3PublishSite-";
/** This much of a digest is enough to distinguish references; Route 53 accepts 128 characters. */
const REFERENCE_LENGTH = 32;

/** Lower case, and without the dot that Route 53 gives each name at its end. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

/** Whether a domain is the zone's own, or under it. */
export function isInZone(domainName: string, zoneName: string): boolean {
  return domainName === zoneName || domainName.endsWith(`.${zoneName}`);
}

/**
 * The hosted zone of an id.
 *
 * @throws {StepError} if it cannot be read or is private; the signal's reason.
 */
export async function readHostedZone(controlPlane: ControlPlane, id: string, signal: AbortSignal): Promise<HostedZone> {
  const attempt = { action: "route53:GetHostedZone", id };
  const { HostedZone: zone } = await dnsStep(`Reading the hosted zone ${id}`, attempt, signal, () =>
    controlPlane.getHostedZone({ Id: id }, signal),
  );
  if (zone?.Config?.PrivateZone) {
    throw new StepError(
      "hosted-zone-private",
      `The hosted zone ${id} (hostedZoneId) is private, so visitors do not see its records. Enter the ID of a public zone, or leave it empty.`,
    );
  }
  return asHostedZone(zone ?? {});
}

/**
 * The public hosted zone that answers for a domain: of those whose name it ends with, the one with the longest name.
 *
 * @throws {StepError} if zones cannot be listed, or two have the same name; the signal's reason.
 */
export async function findHostedZone(
  controlPlane: ControlPlane,
  domainName: string,
  signal: AbortSignal,
): Promise<HostedZone | undefined> {
  for (const name of parentNames(domainName)) {
    const zones = await publicZonesNamed(controlPlane, name, signal);
    if (zones.length > 1) {
      const ids = zones.map(({ id }) => id).join(", ");
      throw new StepError(
        "hosted-zone-ambiguous",
        `There are ${zones.length} public hosted zones "${name}": ${ids}. Enter the one that the domain uses in hostedZoneId.`,
      );
    }
    if (zones[0]) return zones[0];
  }
  return undefined;
}

/**
 * Creates a public hosted zone.
 *
 * @param run identifies this publish among all publishes of the account.
 * @throws {StepError} if it cannot be made; the signal's reason.
 */
export async function createHostedZone(
  controlPlane: ControlPlane,
  name: string,
  run: string,
  signal: AbortSignal,
): Promise<NewHostedZone> {
  const callerReference = CALLER + hash("sha256", `${run} ${name}`, "hex").slice(0, REFERENCE_LENGTH);
  const attempt = { action: "route53:CreateHostedZone" };
  return dnsStep(`Creating the hosted zone "${name}"`, attempt, signal, async () => {
    const input = { Name: name, CallerReference: callerReference };
    const created = await controlPlane.createHostedZone(input, signal).catch(async (error: unknown) => {
      const isMade = error instanceof ServiceError && error.awsCode === "HostedZoneAlreadyExists";
      const made = isMade ? await findMadeZone(controlPlane, name, callerReference, signal) : undefined;
      if (made === undefined) throw error;
      return made;
    });
    const { HostedZone, DelegationSet } = created;
    return { ...asHostedZone(HostedZone ?? {}), nameServers: (DelegationSet?.NameServers ?? []).map(plainName) };
  });
}

/** If the answer to a creation was lost, the retry finds its own reference already used, by the zone that the first try created. */
async function findMadeZone(
  controlPlane: ControlPlane,
  name: string,
  callerReference: string,
  signal: AbortSignal,
): Promise<Pick<Route53.GetHostedZoneResponse, "HostedZone" | "DelegationSet"> | undefined> {
  try {
    const { HostedZones = [] } = await controlPlane.listHostedZonesByName({ DNSName: name }, signal);
    const made = HostedZones.find((zone) => zone.CallerReference === callerReference);
    return made && (await controlPlane.getHostedZone({ Id: made.Id }, signal));
  } catch {
    // What failed first matters more.
    signal.throwIfAborted();
    return undefined;
  }
}

/** The name itself and its parent domains, except the top-level domain. */
function parentNames(domainName: string): string[] {
  const labels = domainName.split(".");
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join("."));
}

async function publicZonesNamed(controlPlane: ControlPlane, name: string, signal: AbortSignal): Promise<HostedZone[]> {
  const attempt = { action: "route53:ListHostedZonesByName" };
  return dnsStep(`Looking for the hosted zone "${name}"`, attempt, signal, async () => {
    // Zones come in the order of their names, from this one on, 100 at a time: no account has more of one name that are public.
    const { HostedZones = [] } = await controlPlane.listHostedZonesByName({ DNSName: name }, signal);
    return HostedZones.filter(({ Config }) => !Config?.PrivateZone)
      .map(asHostedZone)
      .filter((zone) => zone.name === name);
  });
}

function asHostedZone({ Id = "", Name = "", CallerReference = "" }: Partial<Route53.HostedZone>): HostedZone {
  const isOfPublish = CallerReference.startsWith(CALLER);
  return { id: Id.replace(/^\/hostedzone\//, ""), name: plainName(Name), isOfPublish };
}
