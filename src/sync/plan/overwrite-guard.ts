import { nameExamples, type PlanProblem } from "./plan.ts";

/**
 * Guards what exists already, where `overwrite` is `error`.
 *
 * @param names of what exists, relative to the place.
 * @param pathOf gives the whole key or path, which names a single one.
 * @param place that of all.
 * @returns what is wrong, where anything exists; one problem however much it is.
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
