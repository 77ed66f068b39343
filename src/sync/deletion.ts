import type { TransferOptions } from "./options.ts";
import type { DeleteAction, PlanProblem } from "./plan.ts";

/**
 * Guards against a step that would empty its target by mistake.
 *
 * @param total how many objects (or, in a download, files) there are under the target.
 * @param place where, for the message.
 * @returns what is wrong, where the step would delete more than it may.
 */
export function checkDeletions(
  deletions: readonly DeleteAction[],
  total: number,
  { maxDelete: limit, dryRun }: Pick<TransferOptions, "maxDelete" | "dryRun">,
  place: string,
): PlanProblem | undefined {
  const allowed = limit.kind === "count" ? limit.count : Math.floor((total * limit.percent) / 100);
  if (deletions.length <= allowed) return undefined;
  const limitText = limit.kind === "count" ? String(limit.count) : `${limit.percent}%, which is ${allowed}`;
  const examples = deletions.slice(0, 3).map(({ name }) => name);
  const more = deletions.length > examples.length ? ", …" : "";
  const list = dryRun
    ? "All of them are in the log above or, where there are many, in the plan file."
    : "A dry run (dryRun: true) names them all.";
  return {
    input: "maxDelete",
    message:
      `deleteExtra would delete ${deletions.length} of ${total} under ${place}, and the limit is ${limitText} (${examples.join(", ")}${more}). ` +
      `If that is what you want, raise maxDelete; if not, check the source and the patterns. ${list}`,
  };
}
