import { isSeq } from "yaml";
import type { YamlSource } from "./yaml-source.ts";

/**
 * Reads `variables:` in either of its forms, a mapping or a list of names and values.
 *
 * @param notes takes a sentence for each thing that only the server knows: groups, templates, expressions.
 */
export function readVariables(node: unknown, source: YamlSource, notes: string[]): Record<string, string> {
  const entries = isSeq(node)
    ? source.list(node, "variables").flatMap((item) => readListed(item, source, notes))
    : Object.entries(source.texts(node, "variables"));
  const known = entries.filter(([name, value]) => {
    const isExpression = /\$\{\{|^\s*\$\[/.test(value);
    if (isExpression) notes.push(`Variable ${name} holds an expression, which only the server evaluates: ${value}`);
    return !isExpression;
  });
  return Object.fromEntries(known);
}

function readListed(item: unknown, source: YamlSource, notes: string[]): [name: string, value: string][] {
  const variable = source.map(item, "A variable");
  const name = source.text(variable.get("name"), "A variable's name");
  if (name !== undefined) return [[name, source.text(variable.get("value"), `The value of ${name}`) ?? ""]];
  const kind = ["group", "template"].find((key) => variable.has(key));
  if (kind === undefined) {
    source.report(item, "A variable needs a name, a group or a template.");
  } else {
    const reference = source.text(variable.get(kind), kind) ?? "";
    notes.push(`${source.placeOf(item)}: variables of ${kind} ${reference} are missing here; give them with --var.`);
  }
  return [];
}
