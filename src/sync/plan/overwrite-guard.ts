import type { LocalFile } from "../../files/scan.ts";
import type { Overwrite } from "../options.ts";
import { EXISTS, NOT_LOOKED_FOR, nameExamples, type PlanProblem } from "./plan.ts";

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

/**
 * What `overwrite` says of a file or link that has the place of a new file:
 *
 * | overwrite | a file | a link |
 * |---|---|---|
 * | always | replaced | replaced |
 * | never, error | stays | stays |
 * | changed | undefined: a comparison decides | replaced |
 */
export function decideOverwrite(
  overwrite: Overwrite,
  { isLink }: LocalFile,
): { readonly stays: boolean; readonly reason: string } | undefined {
  if (overwrite === "always") return { stays: false, reason: NOT_LOOKED_FOR };
  if (overwrite !== "changed") return { stays: true, reason: EXISTS };
  return isLink ? { stays: false, reason: "is a symbolic link" } : undefined;
}
