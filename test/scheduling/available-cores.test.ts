import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { availableCores } from "../../src/scheduling/available-cores.ts";

describe("the cores that a process can keep busy", () => {
  const all = availableParallelism();
  const folders: string[] = [];
  after(() => {
    for (const folder of folders) rmSync(folder, { recursive: true });
  });

  function cgroup(files: Readonly<Record<string, string>>): string {
    const folder = mkdtempSync(join(tmpdir(), "cores-"));
    folders.push(folder);
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    return folder;
  }

  const cases: [quota: string, period: string, expected: number][] = [
    ["max", "100000", all],
    ["100000", "100000", 1],
    ["50000", "100000", 1],
    ["150000", "100000", 1],
    ["200000", "100000", Math.min(2, all)],
    [`${(all + 1) * 50_000}`, "50000", all],
  ];
  for (const [quota, period, expected] of cases) {
    const what = `are ${expected === all ? "all" : expected} with a quota of ${quota} in ${period}`;
    it(`${what}, in version 2`, () => {
      assert.equal(availableCores(cgroup({ "cpu.max": `${quota} ${period}\n` })), expected);
    });
    it(`${what}, in version 1`, () => {
      const files = {
        "cpu/cpu.cfs_quota_us": quota === "max" ? "-1\n" : `${quota}\n`,
        "cpu/cpu.cfs_period_us": `${period}\n`,
      };
      assert.equal(availableCores(cgroup(files)), expected);
    });
  }

  it("are all where there is no quota, or only half of one", () => {
    assert.equal(availableCores(cgroup({})), all);
    assert.equal(availableCores(cgroup({ "cpu.max": "" })), all);
    assert.equal(availableCores(cgroup({ "cpu/cpu.cfs_quota_us": "100000\n" })), all);
  });
});
