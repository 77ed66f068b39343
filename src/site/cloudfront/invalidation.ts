import { ServiceError } from "../../aws/errors/errors.ts";
import { codeOf } from "../../errors/coded-error.ts";
import type { CodedMessage } from "../../errors/coded-message.ts";
import type { ControlPlane } from "../control-plane/control-plane.ts";
import { describeControlPlaneError } from "../control-plane/control-plane-error.ts";
import { growingDelays, type WaitingTools } from "../growing-delays.ts";

/** What to invalidate, and how long to wait for it. */
export interface InvalidationRequest {
  readonly distributionId: string;
  /** Percent-encoded, each with a `/` at its beginning; at least one. */
  readonly paths: readonly string[];
  /** The caller reference. If it is sent again, nothing is invalidated again. */
  readonly callerReference: string;
  readonly waitsForCompletion: boolean;
  /** The time limit for the whole invalidation, from the first attempt. */
  readonly timeoutMs: number;
}

/** The result of an invalidation. It never makes a publish fail, because caches drop old objects by themselves later. */
export type InvalidationOutcome =
  | { readonly kind: "completed" | "started"; readonly id: string }
  /** The message says what has not happened in time, and what to do. */
  | ({ readonly kind: "late"; readonly id?: string } & CodedMessage)
  /** The message says what failed, why, and what to do. */
  | ({ readonly kind: "failed"; readonly id?: string } & CodedMessage);

/** CloudFront only processes a limited number at once; earlier ones of this distribution must finish first. */
const BUSY = "TooManyInvalidationsInProgress";

/**
 * Invalidates paths in CloudFront's caches, and waits for the end if requested.
 *
 * @throws the signal's reason, and nothing else.
 *
 * Source: CreateInvalidation and GetInvalidation in the Amazon CloudFront API Reference.
 */
export async function invalidate(
  controlPlane: ControlPlane,
  request: InvalidationRequest,
  tools: WaitingTools,
): Promise<InvalidationOutcome> {
  const { now = Date.now } = tools;
  const startMs = now();
  const created = await create(controlPlane, request, tools);
  if (created.kind !== "started" || !request.waitsForCompletion) return created;
  return complete(controlPlane, request, created.id, request.timeoutMs - (now() - startMs), tools);
}

async function create(
  controlPlane: ControlPlane,
  { distributionId, paths, callerReference, timeoutMs }: InvalidationRequest,
  tools: WaitingTools,
): Promise<InvalidationOutcome> {
  const batch = { Paths: { Quantity: paths.length, Items: [...paths] }, CallerReference: callerReference };
  const input = { DistributionId: distributionId, InvalidationBatch: batch };
  for await (const _ of growingDelays(
    timeoutMs,
    `CloudFront accepts another invalidation of the distribution ${distributionId}`,
    tools,
  )) {
    try {
      const { Invalidation } = await controlPlane.createInvalidation(input, tools.signal);
      return { kind: "started", id: Invalidation?.Id ?? "" };
    } catch (error) {
      tools.signal.throwIfAborted();
      if (isBusy(error)) continue;
      const why = describeControlPlaneError(error, { action: "cloudfront:CreateInvalidation", id: distributionId });
      const what = `Invalidating the caches of the CloudFront distribution ${distributionId} failed`;
      return { kind: "failed", code: codeOf(error), message: `${what}: ${why}` };
    }
  }
  const message = `CloudFront accepted no new invalidation of the distribution ${distributionId} within ${minutes(timeoutMs)}, because too many others are in progress. Until the caches expire, visitors may see the old site. Publish again, or invalidate "/*", when the others are complete.`;
  return { kind: "late", code: "invalidation-not-started", message };
}

async function complete(
  controlPlane: ControlPlane,
  { distributionId, timeoutMs }: InvalidationRequest,
  id: string,
  remainingMs: number,
  tools: WaitingTools,
): Promise<InvalidationOutcome> {
  for await (const _ of growingDelays(remainingMs, `CloudFront has completed the invalidation ${id}`, tools)) {
    try {
      const input = { DistributionId: distributionId, Id: id };
      const { Invalidation } = await controlPlane.getInvalidation(input, tools.signal);
      if (isCompleted(Invalidation?.Status)) return { kind: "completed", id };
    } catch (error) {
      tools.signal.throwIfAborted();
      const why = describeControlPlaneError(error, { action: "cloudfront:GetInvalidation", id: distributionId });
      const what = `The task could not check whether the invalidation ${id} of the CloudFront distribution ${distributionId} is complete`;
      return { kind: "failed", id, code: codeOf(error), message: `${what}: ${why}` };
    }
  }
  const message = `The invalidation ${id} of the CloudFront distribution ${distributionId} was not complete within ${minutes(timeoutMs)}. CloudFront will complete it; nothing needs to be done. Until then, some visitors may see the old site.`;
  return { kind: "late", id, code: "invalidation-pending", message };
}

function isBusy(error: unknown): boolean {
  return error instanceof ServiceError && error.awsCode === BUSY;
}

/** AWS writes "Completed", others "COMPLETED". */
function isCompleted(status: string | undefined): boolean {
  return status?.toLowerCase() === "completed";
}

function minutes(durationMs: number): string {
  const count = Math.round(durationMs / 6000) / 10;
  return count === 1 ? "one minute" : `${count} minutes`;
}
