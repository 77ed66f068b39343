import { formatCount } from "../errors/counts.ts";

/** Joins the first of many texts for a message: `a, b, c and 12 more`. */
export function listSome(texts: readonly string[], max: number): string {
  const hidden = texts.length - max;
  return texts.slice(0, max).join(", ") + (hidden > 0 ? ` and ${formatCount(hidden)} more` : "");
}
