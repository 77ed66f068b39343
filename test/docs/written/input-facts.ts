import { stringify } from "yaml";
import { parseVisibleRule, type VisibleRuleComparison } from "../../../local/pipeline/task-rules.ts";
import type { DeclaredInput } from "../../tasks/inputs/declared-inputs.ts";

/** A value or inputs as a pipeline file has them. All is text to Azure Pipelines, so that nothing is quoted to be text. */
export function inYaml(value: string | Readonly<Record<string, string>>): string {
  return stringify(value, { schema: "failsafe", lineWidth: 0, blockQuote: "literal" });
}

const TYPES: Readonly<Record<string, string>> = {
  string: "string",
  filePath: "path",
  multiLine: "string of several lines",
  boolean: "boolean",
  int: "whole number",
  "connectedService:AwsS3": "service connection of type AWS S3",
  "connectedService:AWS": "service connection of type AWS",
};

/** What a pipeline may write for an input, in words: for one with a list, its values. */
export function typeOf({ name, type, options = {}, properties = {} }: DeclaredInput): string {
  const values = Object.keys(options).filter((value) => value !== "");
  const listed = values.map((value) => `'${value}'`).join(" | ");
  if (values.length > 0) return properties.MultiSelectFlatList ? `several of ${listed}` : listed;
  const words = TYPES[type];
  if (words === undefined) throw new Error(`${name}: no words for the type ${type}`);
  return words;
}

/** When the form shows an input, as a clause: `` if `archive` is `zip` or `tar.gz` ``. */
export function whenShown({ visibleRule }: DeclaredInput): string | undefined {
  if (visibleRule === undefined) return undefined;
  const { joinedBy, comparisons } = parseVisibleRule(visibleRule);
  const inputs = [...new Set(comparisons.map(({ input }) => input))];
  const conditions = inputs.map((input) =>
    conditionOn(
      input,
      comparisons.filter((each) => each.input === input),
    ),
  );
  return `if ${conditions.join(joinedBy === "&&" ? " and " : " or ")}`;
}

function conditionOn(input: string, comparisons: readonly VisibleRuleComparison[]): string {
  const isNegated = comparisons.every(({ operator }) => operator === "!=");
  const isPlain = comparisons.every(({ operator }) => operator === "=" || operator === "==");
  if (!isNegated && !isPlain) throw new Error(`No words for a rule on ${input} that mixes operators`);
  const values = comparisons.map(({ value }) => `\`${value}\``);
  const isOneOf = isNegated ? (values.length > 1 ? "is neither" : "is not") : "is";
  return `\`${input}\` ${isOneOf} ${values.join(isNegated ? " nor " : " or ")}`;
}
