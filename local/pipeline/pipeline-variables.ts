import { isSeq } from "yaml";
import { evaluateVariable } from "./condition.ts";
import type { YamlSource } from "./yaml-source.ts";

/**
 * Reads `variables:` in either of its forms, a mapping or a list of names and values. What only the server knows is
 * skipped: groups, templates, expressions that cannot be evaluated here. Others are left for the start of the job.
 */
export function readVariables(node: unknown, source: YamlSource): Record<string, string> {
  const entries = isSeq(node)
    ? source.items(node, "variables").flatMap((item) => readListed(item, source))
    : [...source.members(node, "variables")];
  const known = entries.flatMap(([name, value]) => {
    const text = source.text(value, `The value of ${name}`) ?? "";
    const problem = text.includes("${{") ? "only the server expands it" : findProblem(text);
    if (problem !== undefined) source.skip(value, `variable ${name} is missing here (${problem}): ${text}`);
    return problem === undefined ? [[name, text]] : [];
  });
  return Object.fromEntries(known);
}

/** Of a runtime expression: what is wrong with it does not depend on the values of variables. */
function findProblem(text: string): string | undefined {
  const outcome = evaluateVariable(text, { status: "Succeeded", variable: () => undefined });
  return "problem" in outcome ? outcome.problem : undefined;
}

function readListed(item: unknown, source: YamlSource): [name: string, value: unknown][] {
  const variable = source.map(item, "A variable");
  const name = source.text(variable.get("name"), "A variable's name");
  if (name !== undefined) return [[name, variable.get("value")]];
  const kind = ["group", "template"].find((key) => variable.has(key));
  if (kind === undefined) {
    source.report(item, "A variable needs a name, a group or a template.");
  } else {
    const reference = source.text(variable.get(kind), kind) ?? "";
    source.skip(item, `variables of ${kind} ${reference} are missing here. Give them with --var`);
  }
  return [];
}
