import type { DeleteLimit, TransferOptions } from "../options.ts";
import { type DeleteAction, nameExamples, type PlanProblem } from "./plan.ts";

/** The context of deletions, for the limit and its message. */
export interface DeletionScope {
  /** What would delete them, for example `deleteExtra`. */
  readonly what: string;
  /** Where they are: an S3 URI, or a folder. */
  readonly place: string;
  /** How many objects (or, in a download, files) there are in that place. */
  readonly total: number;
  /** This many may always be deleted, unless they are everything. */
  readonly alwaysAllowed?: number;
}

/** A few deletions are not a mistake, even if they are most of a small folder. Deleting all of it may be one. */
export const FEW_DELETIONS = 10;

/**
 * Guards against a step that would empty its target by mistake.
 *
 * @returns what is wrong, if the step would delete more than it may.
 */
export function checkDeleteLimit(
  deletions: readonly DeleteAction[],
  scope: DeletionScope,
  options: Pick<TransferOptions, "maxDelete" | "dryRun">,
): PlanProblem | undefined {
  const limitText = exceededLimit(deletions.length, scope, options.maxDelete);
  if (limitText === undefined) return undefined;
  const { what, place, total } = scope;
  const examples = nameExamples(deletions.map(({ relativeKey }) => relativeKey));
  const list = options.dryRun
    ? "The log above lists them, or the plan file if there are many."
    : "A dry run (dryRun: true) lists them all.";
  return {
    input: "maxDelete",
    code: "delete-limit-exceeded",
    message:
      `${what} would delete ${deletions.length} of ${total} under ${place}, and the limit is ${limitText} (${examples}). ` +
      `If this is right, increase maxDelete. Otherwise check the source and the patterns. ${list}`,
  };
}

/** @returns the limit for a message, for example `50%, which is 7`, if so many deletions are more than it allows. */
export function exceededLimit(
  count: number,
  { total, alwaysAllowed = 0 }: Pick<DeletionScope, "total" | "alwaysAllowed">,
  limit: DeleteLimit,
): string | undefined {
  const allowed = limit.kind === "count" ? limit.count : allowedShare(limit.percent, total, alwaysAllowed);
  if (count <= allowed) return undefined;
  return limit.kind === "count" ? String(limit.count) : `${limit.percent}%, which is ${allowed}`;
}

/** A share of 0% means nothing, and 100% everything. */
function allowedShare(percent: number, total: number, alwaysAllowed: number): number {
  const share = Math.floor((total * percent) / 100);
  return percent === 0 || percent === 100 ? share : Math.max(share, Math.min(alwaysAllowed, total - 1));
}
