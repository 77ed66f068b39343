/** The comparisons of a `visibleRule`, joined by one kind of operator. */
export interface VisibleRule {
  readonly joinedBy: "&&" | "||";
  readonly comparisons: readonly VisibleRuleComparison[];
}

export interface VisibleRuleComparison {
  /** The name of the input that is compared. */
  readonly input: string;
  readonly operator: VisibleRuleOperator;
  /** As the rule has it, with its quotes. */
  readonly value: string;
}

export type VisibleRuleOperator = (typeof symbols)[number] | (typeof words)[number];

/** What the server checks of a `task.json` when an extension is published or installed. */
export interface CheckedTask {
  readonly id?: string;
  readonly name?: string;
  readonly friendlyName?: string;
  readonly inputs?: readonly CheckedInput[];
  readonly groups?: readonly CheckedGroup[];
}

export interface CheckedInput {
  readonly name: string;
  readonly groupName?: string;
  readonly visibleRule?: string;
  readonly aliases?: readonly string[];
}

export interface CheckedGroup {
  readonly name: string;
  readonly visibleRule?: string;
}

// The longer ones first, as a regular expression takes the first that fits.
const symbols = ["==", "!=", "<=", ">=", "=", "<", ">"] as const;
const words = ["Contains", "NotContains", "StartsWith", "NotStartsWith", "EndsWith", "NotEndsWith"] as const;

const comparison = new RegExp(
  `^\\s*(?<input>[A-Za-z0-9 ]+?)(?:\\s*(?<symbol>${symbols.join("|")})\\s*|\\s+(?<word>${words.join("|")})\\s+)(?<value>\\S.*?)\\s*$`,
);

/** The server stores no longer title. */
const MAX_FRIENDLY_NAME = 40;

/**
 * Reads a `visibleRule` as the server does (Azure DevOps Server 2022): comparisons joined by `&&` or by `||`, never by
 * both, and without parentheses.
 *
 * @throws Error that says what the server does not accept.
 */
export function parseVisibleRule(rule: string): VisibleRule {
  if (/[()]/.test(rule)) throw new Error(`visibleRule "${rule}" has parentheses, which are not supported.`);
  const hasAnd = rule.includes("&&");
  if (hasAnd && rule.includes("||")) {
    throw new Error(`visibleRule "${rule}" has both && and ||. Use only one of them.`);
  }
  const joinedBy = hasAnd ? "&&" : "||";
  return { joinedBy, comparisons: rule.split(joinedBy).map((part) => parseComparison(part, rule)) };
}

/**
 * Whether a form shows what has the rule.
 *
 * @param presentValue the present value of an input; empty if it has none.
 * @throws Error that says what the server does not accept.
 */
export function isShown(rule: string | undefined, presentValue: (input: string) => string): boolean {
  if (rule === undefined) return true;
  const { joinedBy, comparisons } = parseVisibleRule(rule);
  const holds = ({ input, operator, value }: VisibleRuleComparison) =>
    compare[operator](presentValue(input), value.replace(/^(["'])(.*)\1$/, "$2"));
  return joinedBy === "&&" ? comparisons.every(holds) : comparisons.some(holds);
}

const compare: Readonly<Record<VisibleRuleOperator, (present: string, value: string) => boolean>> = {
  "=": (present, value) => present === value,
  "==": (present, value) => present === value,
  "!=": (present, value) => present !== value,
  "<": (present, value) => Number(present) < Number(value),
  ">": (present, value) => Number(present) > Number(value),
  "<=": (present, value) => Number(present) <= Number(value),
  ">=": (present, value) => Number(present) >= Number(value),
  Contains: (present, value) => present.includes(value),
  NotContains: (present, value) => !present.includes(value),
  StartsWith: (present, value) => present.startsWith(value),
  NotStartsWith: (present, value) => !present.startsWith(value),
  EndsWith: (present, value) => present.endsWith(value),
  NotEndsWith: (present, value) => !present.endsWith(value),
};

function parseComparison(text: string, rule: string): VisibleRuleComparison {
  const { input, symbol, word, value } = comparison.exec(text)?.groups ?? {};
  const operator = (symbol ?? word) as VisibleRuleOperator | undefined;
  if (input === undefined || operator === undefined || value === undefined) {
    throw new Error(
      `visibleRule "${rule}": "${text.trim()}" is not a comparison. Write: input operator value. ` +
        `The operators are ${[...symbols, ...words].join(" ")}.`,
    );
  }
  if (/[|&]/.test(value)) throw new Error(`visibleRule "${rule}": the value ${value} must not contain | or &.`);
  return { input, operator, value };
}

/**
 * Why the server would refuse a task, and with it the whole extension. The rules are those of Azure DevOps Server 2022,
 * the oldest supported one; older servers also want both inputs of a rule in one group.
 *
 * @returns a sentence for each mistake; none means that the task is accepted.
 */
export function refusals(task: CheckedTask): string[] {
  return [
    ...identityRefusals(task),
    ...nameRefusals(task.inputs ?? []),
    ...groupRefusals(task),
    ...(task.inputs ?? []).flatMap((input, index, inputs) => inputRuleRefusals(input, inputs.slice(0, index), inputs)),
    ...(task.groups ?? []).flatMap((group) => groupRuleRefusals(group, task.inputs ?? [])),
  ];
}

function identityRefusals({ id = "", name = "", friendlyName = "" }: CheckedTask): string[] {
  return [
    ...(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id) ? [] : [`The id "${id}" is not a GUID.`]),
    ...(/^[A-Za-z0-9-]+$/.test(name) ? [] : [`The name "${name}" has characters other than letters, digits and -.`]),
    ...(friendlyName.length >= 1 && friendlyName.length <= MAX_FRIENDLY_NAME
      ? []
      : [`The friendlyName "${friendlyName}" must have 1 to ${MAX_FRIENDLY_NAME} characters.`]),
  ];
}

/** Names and aliases, which are one space of names, in any case. */
function nameRefusals(inputs: readonly CheckedInput[]): string[] {
  const owners = new Map<string, string>();
  return inputs.flatMap(({ name, aliases = [] }) => [
    ...(/^[A-Za-z0-9 ]+$/.test(name)
      ? []
      : [`Input ${name}: its name has characters other than letters, digits and spaces.`]),
    ...[name, ...aliases].flatMap((each) => {
      const owner = owners.get(each.toLowerCase());
      owners.set(each.toLowerCase(), name);
      return owner === undefined ? [] : [`Input ${name}: the name ${each} is already a name of input ${owner}.`];
    }),
  ]);
}

function groupRefusals({ groups = [], inputs = [] }: CheckedTask): string[] {
  const names = groups.map(({ name }) => name);
  const twice = names.filter((name, index) => names.indexOf(name) < index);
  return [
    ...twice.map((name) => `Group ${name} is declared twice.`),
    ...inputs.flatMap(({ name, groupName }) =>
      groupName === undefined || names.includes(groupName)
        ? []
        : [`Input ${name}: its group ${groupName} is not declared.`],
    ),
  ];
}

function inputRuleRefusals(
  { name, visibleRule }: CheckedInput,
  earlier: readonly CheckedInput[],
  all: readonly CheckedInput[],
): string[] {
  return ruleRefusals(`Input ${name}`, visibleRule, (named) => {
    if (isIn(earlier, named)) return undefined;
    return isIn(all, named)
      ? `visibleRule "${visibleRule}" names ${named}. Declare ${named} before ${name}.`
      : `visibleRule "${visibleRule}" names ${named}, which is not an input of the task.`;
  });
}

function groupRuleRefusals({ name, visibleRule }: CheckedGroup, inputs: readonly CheckedInput[]): string[] {
  return ruleRefusals(`Group ${name}`, visibleRule, (named) => {
    const input = inputs.find((each) => each.name === named);
    if (input === undefined) return `visibleRule "${visibleRule}" names ${named}, which is not an input of the task.`;
    return input.groupName === name
      ? `visibleRule "${visibleRule}" names ${named}, which is an input of the same group.`
      : undefined;
  });
}

function ruleRefusals(
  subject: string,
  rule: string | undefined,
  refuse: (input: string) => string | undefined,
): string[] {
  if (rule === undefined) return [];
  try {
    const named = new Set(parseVisibleRule(rule).comparisons.map(({ input }) => input));
    return [...named].flatMap((input) => refuse(input) ?? []).map((refusal) => `${subject}: ${refusal}`);
  } catch (error) {
    return [`${subject}: ${(error as Error).message}`];
  }
}

function isIn(inputs: readonly CheckedInput[], name: string): boolean {
  return inputs.some((input) => input.name === name);
}
