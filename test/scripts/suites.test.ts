import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { minimatch } from "minimatch";
import { suites } from "../../scripts/servers/suites.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const files = readdirSync(`${root}/test`, { recursive: true, encoding: "utf8" })
  .map((path) => `test/${path.replaceAll("\\", "/")}`)
  .filter((path) => path.endsWith(".ts"));

/** The files that mocha takes, by patterns and its option `--ignore`. */
function filesOf(suite: readonly string[]): string[] {
  const ignored = suite.filter((_, index) => suite[index - 1] === "--ignore");
  const patterns = suite.filter((name) => name !== "--ignore" && !ignored.includes(name));
  const isOf = (names: readonly string[]) => (file: string) => names.some((name) => minimatch(file, name));
  return files.filter(isOf(patterns)).filter((file) => !isOf(ignored)(file));
}

describe("The suites of npm run test:servers", () => {
  it("name no file that there is not", () => {
    const names = Object.values(suites).flatMap((suite) => suite.filter((name) => name !== "--ignore"));
    assert.deepEqual(
      names.filter((name) => !files.some((file) => minimatch(file, name))),
      [],
    );
  });

  it("have all tests of steps, each step in a process of its own, unlike in npm test", () => {
    const run = new Set(Object.values(suites).flatMap(filesOf));
    const steps = files.filter((file) => /^test\/tasks\/.*\.test\.ts$/.test(file));
    assert.deepEqual(
      steps.filter((file) => !run.has(file)),
      [],
    );
  });
});
