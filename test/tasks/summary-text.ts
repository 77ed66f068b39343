import assert from "node:assert/strict";
import type { StepResult } from "../../local/agent/agent.ts";

/** The only summary of a step, as lines of text: what Markdown escapes is written plainly. */
export function summaryOf(result: StepResult): { readonly title: string; readonly lines: readonly string[] } {
  const summaries = result.attachments.filter(({ type }) => type === "DistributedTask.Core.Summary");
  assert.equal(summaries.length, 1, result.log.join("\n"));
  const { name = "", content = "" } = summaries[0] ?? {};
  return { title: name, lines: unescaped(content).split("\n") };
}

function unescaped(markdown: string): string {
  const named: Record<string, string> = { lt: "<", gt: ">", amp: "&" };
  return markdown
    .replaceAll(/&(lt|gt|amp);/g, (_, name) => named[name] ?? "")
    .replaceAll(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replaceAll(/\\([^a-zA-Z0-9\s])/g, "$1");
}
