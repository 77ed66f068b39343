import { nameExamples, type PlanProblem } from "./plan.ts";

/**
 * Protects existing files or objects if `overwrite` is `error`.
 *
 * @param names of what exists, relative to the place.
 * @param pathOf gives the whole key or path, which names a single one.
 * @param place that of all.
 * @returns a problem if anything exists; a single one for all.
 */
export function guardExisting(
  names: readonly string[],
  noun: "objects" | "files",
  pathOf: (name: string) => string,
  place: string,
): PlanProblem | undefined {
  const [first] = names;
  if (first === undefined) return undefined;
  const what =
    names.length === 1
      ? `${pathOf(first)} exists already`
      : `${names.length} ${noun} exist already under ${place}: ${nameExamples(names)}`;
  const advice = "Choose another targetFolder, or set overwrite to changed, always or never.";
  return { input: "overwrite", code: "target-not-empty", message: `${what}. ${advice}` };
}
