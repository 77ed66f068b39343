/** The position of `$(name)` in a text. `end` is the position after its closing bracket. */
export interface Macro {
  name: string;
  start: number;
  end: number;
}

/** The first `$(…)` at or after a place. Its name is all up to the next bracket, whatever that is. */
export function findMacro(text: string, from: number): Macro | undefined {
  const start = text.indexOf("$(", from);
  const close = start < 0 ? -1 : text.indexOf(")", start + 2);
  return close < 0 ? undefined : { name: text.slice(start + 2, close), start, end: close + 1 };
}

/**
 * Replaces each `$(name)` that `lookUp` knows. A replacement is not searched again, and an unknown name stays as it is
 * written (the agent's VarUtil.ExpandValues).
 */
export function expandMacros(text: string, lookUp: (name: string) => string | undefined): string {
  let expanded = text;
  for (let macro = findMacro(expanded, 0); macro !== undefined; ) {
    const value = lookUp(macro.name);
    if (value !== undefined) expanded = expanded.slice(0, macro.start) + value + expanded.slice(macro.end);
    macro = findMacro(expanded, macro.start + (value?.length ?? 1));
  }
  return expanded;
}
