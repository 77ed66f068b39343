const MAX_EXAMPLES = 3;

/** The first few names of a list, for a message: `a, b, c, …`. */
export function nameExamples(names: readonly string[]): string {
  return names.slice(0, MAX_EXAMPLES).join(", ") + (names.length > MAX_EXAMPLES ? ", …" : "");
}
