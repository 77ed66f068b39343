import { codeOf } from "../../errors/coded-error.ts";
import type { CodedMessage } from "../../errors/coded-message.ts";
import { StepError } from "../../sync/step-error.ts";
import type { ControlPlane } from "../control-plane/control-plane.ts";
import { describeControlPlaneError } from "../control-plane/control-plane-error.ts";
import { growingDelays, type WaitingTools } from "../growing-delays.ts";
import { upsertOf } from "./alias-records.ts";
import type { DnsPlan, ZonePlan } from "./dns-plan.ts";
import { dnsStep } from "./dns-step.ts";
import { createHostedZone, type NewHostedZone } from "./hosted-zone.ts";

export interface DnsApplyOptions {
  /** Makes the references of new zones unique among all zones that the account ever had. */
  readonly callerReference: string;
  /** How long to wait until all name servers of Route 53 have the changes. */
  readonly timeoutMs: number;
}

export interface DnsOutcome {
  /** The name servers of new hosted zones, by zone name. Their domains must be delegated to them. */
  readonly nameServers: ReadonlyMap<string, readonly string[]>;
  /** Changes that did not finish in time. */
  readonly warnings: readonly CodedMessage[];
}

/**
 * Creates the missing zones and records, and waits until they are known. All records of a zone are changed together, or none of them.
 *
 * @throws {StepError} if Route 53 refuses; the signal's reason.
 *
 * Source: CreateHostedZone, ChangeResourceRecordSets and GetChange in the Amazon Route 53 API Reference.
 */
export async function applyDns(
  controlPlane: ControlPlane,
  { zones }: DnsPlan,
  { callerReference, timeoutMs }: DnsApplyOptions,
  tools: WaitingTools,
): Promise<DnsOutcome> {
  const { signal } = tools;
  const nameServers = new Map<string, readonly string[]>();
  const changes: PendingChange[] = [];
  for (const { zone, missing } of zones) {
    if (zone.id !== undefined && missing.length === 0) continue;
    const made =
      zone.id === undefined
        ? await createHostedZone(controlPlane, zone.name, callerReference, signal)
        : { id: zone.id, nameServers: [] };
    if (zone.id === undefined) nameServers.set(zone.name, made.nameServers);
    const recordsMade = makeRecords(controlPlane, made.id, missing, signal);
    changes.push({
      id: await recordsMade.catch((error) => rejectWithZone(error, made, zone.name)),
      zoneName: zone.name,
    });
  }

  // Changes spread in parallel, so each has the whole time.
  const warnings = await Promise.all(changes.map((change) => awaitSpread(controlPlane, change, timeoutMs, tools)));
  return { nameServers, warnings: warnings.flat() };
}

/** The next run finds the zone and does not show its name servers again. */
function rejectWithZone(error: unknown, { nameServers }: Pick<NewHostedZone, "nameServers">, zoneName: string): never {
  if (!(error instanceof StepError) || nameServers.length === 0) throw error;
  const zone = `The hosted zone ${zoneName} was created before that. Its name servers are ${nameServers.join(", ")}.`;
  throw new StepError(error.code, `${error.message} ${zone}`, { cause: error });
}

/** A change that Route 53 is sending to its name servers. */
interface PendingChange {
  readonly id: string;
  readonly zoneName: string;
}

async function makeRecords(
  controlPlane: ControlPlane,
  zoneId: string,
  missing: ZonePlan["missing"],
  signal: AbortSignal,
): Promise<string> {
  const attempt = { action: "route53:ChangeResourceRecordSets", id: zoneId };
  return dnsStep(`Creating records in the hosted zone ${zoneId}`, attempt, signal, async () => {
    const { ChangeInfo } = await controlPlane.changeResourceRecordSets(
      { HostedZoneId: zoneId, ChangeBatch: { Changes: missing.map(upsertOf) } },
      signal,
    );
    return ChangeInfo?.Id ?? "";
  });
}

/** @returns what did not finish in time, or could not be checked. */
async function awaitSpread(
  controlPlane: ControlPlane,
  { id, zoneName }: PendingChange,
  timeoutMs: number,
  tools: WaitingTools,
): Promise<CodedMessage[]> {
  for await (const _ of growingDelays(
    timeoutMs,
    `Route 53 has sent the new records in ${zoneName} to its name servers`,
    tools,
  )) {
    try {
      const { ChangeInfo } = await controlPlane.getChange({ Id: id }, tools.signal);
      if (ChangeInfo?.Status === "INSYNC") return [];
    } catch (error) {
      tools.signal.throwIfAborted();
      const why = describeControlPlaneError(error, { action: "route53:GetChange" });
      const what = `The task could not check whether Route 53 has published the new records in ${zoneName}`;
      return [{ code: codeOf(error), message: `${what}: ${why}` }];
    }
  }
  return [
    {
      code: "dns-change-pending",
      message: `Route 53 had not sent the new records in ${zoneName} to all of its name servers within ${Math.round(timeoutMs / 1000)} s. It will complete this; nothing needs to be done. Until then, some visitors may not find the site.`,
    },
  ];
}
