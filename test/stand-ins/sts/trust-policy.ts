/** One or several. */
type Texts = string | readonly string[];

/** A role's trust policy, as IAM has it in JSON. */
export interface TrustPolicy {
  readonly Version?: string;
  readonly Statement: readonly TrustStatement[];
}

export interface TrustStatement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal: "*" | { readonly AWS?: Texts; readonly Federated?: Texts };
  readonly Action: Texts;
  /** By operator, then by condition key. */
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, Texts>>>>;
}

/** What a trust policy is asked. */
export interface TrustQuestion {
  readonly action: string;
  /** Who asks: the names by which a policy may mean just this caller. */
  readonly names: readonly string[];
  /** The caller's account; undefined for a web identity, which has none. */
  readonly account: string | undefined;
  /** Condition keys, in any case, and their values. */
  readonly context: ReadonlyMap<string, readonly string[]>;
}

/** `account`: the policy leaves it to the account which of its principals may. */
export type TrustAnswer = "allowed" | "account" | "unmentioned" | "denied";

/**
 * Asks a trust policy.
 * Source: "IAM JSON policy evaluation logic" and "IAM JSON policy elements", IAM User Guide.
 * @throws Error for a condition operator that this stand-in does not know
 */
export function askTrustPolicy({ Statement }: TrustPolicy, question: TrustQuestion): TrustAnswer {
  const answers = Statement.filter((statement) => fits(statement, question)).map((statement) =>
    statement.Effect === "Deny" ? "denied" : meansOf(statement, question),
  );
  for (const answer of ["denied", "allowed", "account"] as const) if (answers.includes(answer)) return answer;
  return "unmentioned";
}

function fits(statement: TrustStatement, question: TrustQuestion): boolean {
  return (
    listOf(statement.Action).some((pattern) => like(question.action.toLowerCase(), pattern.toLowerCase())) &&
    meansOf(statement, question) !== "unmentioned" &&
    Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) => holds(operator, valuesOf(question, key), listOf(wanted))),
    )
  );
}

function meansOf({ Principal }: TrustStatement, { names, account }: TrustQuestion): TrustAnswer {
  if (Principal === "*") return "allowed";
  const principals = [...listOf(Principal.AWS), ...listOf(Principal.Federated)];
  if (principals.some((principal) => principal === "*" || names.includes(principal))) return "allowed";
  const isAccount = (principal: string) =>
    principal === account || new RegExp(`^arn:[\\w-]+:iam::${account}:root$`).test(principal);
  return account !== undefined && principals.some(isAccount) ? "account" : "unmentioned";
}

function valuesOf({ context }: TrustQuestion, key: string): readonly string[] {
  for (const [name, values] of context) if (name.toLowerCase() === key.toLowerCase()) return values;
  return [];
}

function holds(operator: string, values: readonly string[], wanted: readonly string[]): boolean {
  const [, quantifier, comparison = "", ifExists] =
    /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
  const test = comparisons[comparison];
  if (!test) throw new Error(`the STS stand-in does not know the condition operator ${operator}`);
  const passes = (value: string) => wanted.some((each) => test(value, each));
  if (values.length === 0) return quantifier === "ForAllValues" || ifExists !== undefined;
  return quantifier === "ForAnyValue" ? values.some(passes) : values.every(passes);
}

const comparisons: Readonly<Record<string, (value: string, wanted: string) => boolean>> = {
  StringEquals: (value, wanted) => value === wanted,
  StringEqualsIgnoreCase: (value, wanted) => value.toLowerCase() === wanted.toLowerCase(),
  StringLike: like,
  ArnLike: like,
  ArnEquals: like,
};

/** `*` stands for any text, `?` for any character. */
export function like(text: string, pattern: string): boolean {
  const source = pattern
    .split(/([*?])/)
    .map((part) => (part === "*" ? ".*" : part === "?" ? "." : part.replace(/[\\^$.+()[\]{}|/-]/g, "\\$&")))
    .join("");
  return new RegExp(`^${source}$`, "s").test(text);
}

function listOf(texts: Texts | undefined): readonly string[] {
  return texts === undefined ? [] : [texts].flat();
}
