import assert from "node:assert/strict";
import { eventLoopTurns } from "../../../src/scheduling/event-loop-turns.ts";
import { describeWarnings } from "../../../src/site/rules/line-message.ts";
import { compileRedirects } from "../../../src/site/rules/redirects.ts";
import { parseRedirectsFile } from "../../../src/site/rules/redirects-file.ts";
import { amount } from "../../amounts.ts";

const LINES = amount(45_000, 4_500);
const CONTEXT = {
  names: new Set(Array.from({ length: 1_000 }, (_, index) => `base/page-${index}.html`)),
  prefix: "",
  indexDocument: "index.html",
  hosting: "website" as const,
  routingRulesOfOthers: 0,
};

/** Forms of lines of which sites have tens of thousands, each with its number. */
const FORMS: Readonly<Record<string, (index: number) => string>> = {
  "to one path": (index) => `/base/some-${index} /base/another-${index}`,
  "with a status that S3 cannot give": (index) => `/base/some-${index} /base/another-${index} 302`,
  "with the same path twice": (index) => `/base/some-${index >> 1} /base/another-${index}`,
  "of folders": (index) => `/base-${index}/* /new/:splat`,
  "of forced folders, and paths in them": (index) => `/f-${index >> 1}/${index % 2 ? "*" : "x"} /new/ 301!`,
  "with placeholders": (index) => `/base-${index}/:id /new/:id`,
};

describe(`${LINES.toLocaleString("en")} redirects`, function () {
  this.timeout(120_000);
  for (const [what, lineOf] of Object.entries(FORMS)) {
    it(`${what} are compiled in a time that grows with their number, and told in a few warnings`, async () => {
      const few = await timeOf(LINES / 10, lineOf);
      const all = await timeOf(LINES, lineOf);
      // Ten times as many: a quadratic compiler takes a hundred times as long.
      assert.ok(all.ms < 45 * Math.max(few.ms, 20), `${few.ms} ms, then ${all.ms} ms`);
      assert.ok(all.warnings.length <= 3, all.warnings.slice(0, 5).join("\n"));
    });
  }

  async function timeOf(count: number, lineOf: (index: number) => string) {
    const text = Array.from({ length: count }, (_, index) => lineOf(index)).join("\n");
    const start = process.cpuUsage();
    const { rules } = parseRedirectsFile(text);
    const { warnings } = await compileRedirects(rules, CONTEXT, eventLoopTurns(new AbortController().signal));
    // Whatever else the machine does adds no time of this process.
    return { ms: process.cpuUsage(start).user / 1_000, warnings: describeWarnings("_redirects", warnings) };
  }

  it("are given up as soon as the step is cancelled", async () => {
    const { rules } = parseRedirectsFile(
      Array.from({ length: LINES }, (_, index) => `/${"deep/".repeat(20)}${index} /new`).join("\n"),
    );
    const cancelled = new AbortController();
    setImmediate(() => cancelled.abort(new Error("cancelled")));
    await assert.rejects(compileRedirects(rules, CONTEXT, eventLoopTurns(cancelled.signal)), { message: "cancelled" });
  });
});
