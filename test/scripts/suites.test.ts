import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { minimatch } from "minimatch";
import { suites } from "../../scripts/servers/suites.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const files = readdirSync(`${root}/test`, { recursive: true, encoding: "utf8" })
  .map((path) => `test/${path.replaceAll("\\", "/")}`)
  .filter((path) => path.endsWith(".ts"));

/** Mocha takes a name without a star for that of a file, also if it has braces. */
const isTaken = (file: string, name: string) => (name.includes("*") ? minimatch(file, name) : file === name);

/** The files that mocha takes, by patterns and its option `--ignore`. */
function filesOf(suite: readonly string[]): string[] {
  const ignored = suite.filter((_, index) => suite[index - 1] === "--ignore");
  const patterns = suite.filter((name) => name !== "--ignore" && !ignored.includes(name));
  const taken = files.filter((file) => patterns.some((name) => isTaken(file, name)));
  return taken.filter((file) => !ignored.some((name) => minimatch(file, name)));
}

describe("The suites of npm run test:servers", () => {
  it("name no file that there is not", () => {
    for (const [title, suite] of Object.entries(suites)) {
      const isMissing = (name: string, index: number) => {
        const isIgnored = suite[index - 1] === "--ignore";
        return name !== "--ignore" && !files.some((file) => (isIgnored ? minimatch : isTaken)(file, name));
      };
      assert.deepEqual(suite.filter(isMissing), [], title);
    }
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
