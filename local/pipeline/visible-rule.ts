/** How a rule compares an input's value with its own; both in lower case. */
const operators: Readonly<Record<string, (value: string, other: string) => boolean>> = {
  "=": (value, other) => value === other,
  "==": (value, other) => value === other,
  "!=": (value, other) => value !== other,
  contains: (value, other) => value.includes(other),
  notcontains: (value, other) => !value.includes(other),
  startswith: (value, other) => value.startsWith(other),
  notstartswith: (value, other) => !value.startsWith(other),
  endswith: (value, other) => value.endsWith(other),
  notendswith: (value, other) => !value.endsWith(other),
};

/**
 * Whether a `visibleRule` of `task.json` holds: comparisons joined by `&&` and `||`, of which `&&` binds tighter.
 * Values compare without regard to case, with or without quotes.
 *
 * @param lookUp gives the value of an input by its name, undefined for an input that the task does not declare.
 * @throws Error for a rule that no task should have.
 */
export function isVisible(rule: string, lookUp: (input: string) => string | undefined): boolean {
  return rule.split("||").some((all) => all.split("&&").every((comparison) => holds(comparison, rule, lookUp)));
}

function holds(comparison: string, rule: string, lookUp: (input: string) => string | undefined): boolean {
  const [, input = "", operator = "", other = ""] =
    /^\s*(\w+)\s*(==|!=|=|\s\w+(?=\s))\s*(.*?)\s*$/.exec(comparison) ?? [];
  const compare = operators[operator.trim().toLowerCase()];
  if (compare === undefined) throw new Error(`visibleRule "${rule}": "${comparison.trim()}" is no comparison.`);
  const value = lookUp(input);
  if (value === undefined) throw new Error(`visibleRule "${rule}": there is no input ${input}.`);
  return compare(value.toLowerCase(), other.replace(/^(["'])(.*)\1$/, "$2").toLowerCase());
}
