import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { availableCores } from "../../src/scheduling/available-cores.ts";

describe("the cores that a process can keep busy", () => {
  const folder = mkdtempSync(join(tmpdir(), "cores-"));
  after(() => rmSync(folder, { recursive: true }));

  const all = availableParallelism();
  const cases: [text: string, expected: number][] = [
    ["max 100000\n", all],
    ["100000 100000\n", 1],
    ["50000 100000\n", 1],
    ["150000 100000\n", 1],
    ["200000 100000\n", Math.min(2, all)],
    [`${(all + 1) * 50_000} 50000\n`, all],
    ["", all],
  ];
  for (const [text, expected] of cases) {
    it(`are ${expected === all ? "all" : expected} with a quota of ${JSON.stringify(text)}`, () => {
      const file = join(folder, "cpu.max");
      writeFileSync(file, text);
      assert.equal(availableCores(file), expected);
    });
  }

  it("are all where there is no quota", () => assert.equal(availableCores(join(folder, "missing")), all));
});
