import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { FAULT_KINDS } from "../reliability/fault-kinds.ts";
import { NEVER } from "../reliability/judgement.ts";
import { type NamedTest, PEER_TESTS, PROMISES } from "../reliability/promises.ts";

const page = readFileSync(new URL("../../docs/reliability.md", import.meta.url), "utf8");

describe("The page on reliability", () => {
  it("promises only what a test shows", () => {
    const named = [...PROMISES.flatMap(({ tests }) => tests), ...PEER_TESTS.flatMap(({ ours }) => ours)];
    const tests = named.filter((each): each is NamedTest => typeof each !== "string");
    const missing = tests.filter((test) => !exists(test)).map(({ file, title }) => `${file}: ${title}`);
    assert.deepEqual(missing, []);
    for (const { promise, tests: own } of PROMISES) assert.ok(own.length > 0, promise);
  });

  it("names only faults that are ordered", () => {
    const known = FAULT_KINDS.map(({ name }) => name);
    const named = PEER_TESTS.flatMap(({ ours }) => ours).filter((each) => typeof each === "string");
    assert.deepEqual(
      named.filter((name) => !known.includes(name)),
      [],
    );
  });

  it("has a row for each promise, each fault, and each thing that never happens, which none did", () => {
    const rows = [...PROMISES.map(({ promise }) => promise), ...FAULT_KINDS.map(({ name }) => name)];
    assert.deepEqual(
      rows.filter((row) => !page.includes(`| ${row} |`)),
      [],
    );
    for (const never of Object.values(NEVER)) assert.ok(page.includes(`| ${never} | 0 |`), never);
  });

  it("counts at least 1,500 faults, 150 kills and 60 cancels", () => {
    const [, ...counts] = /ordered ([\d,]+) faults, killed (\d+) tasks and cancelled (\d+)/.exec(page) ?? [];
    const [faults = 0, kills = 0, cancels = 0] = counts.map((text) => Number(text.replace(",", "")));
    assert.ok(faults >= 1500 && kills >= 150 && cancels >= 60, counts.join(", "));
  });
});

/** Whether there is a test whose title has this in it. */
function exists({ file, title }: NamedTest): boolean {
  const path = fileURLToPath(new URL(`../${file}.test.ts`, import.meta.url));
  return existsSync(path) && readFileSync(path, "utf8").includes(title);
}
