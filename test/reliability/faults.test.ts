import assert from "node:assert/strict";
import { randomFrom } from "../random.ts";
import { refer } from "./fault-case.ts";
import { type Case, inTurns, planCases, referAll, runCase } from "./run-cases.ts";
import { SCENARIOS, scenarioNamed } from "./scenarios.ts";

const SEED = 1;
/** `npm run test:servers` has a larger sample than `npm test`, and `npm run test:faults` has all cases. */
const isLarge = process.env.FAULT_SAMPLE === "large";
const FAULTS = isLarge ? 120 : 12;
const ENDS = isLarge ? 9 : 0;
const scenarios = isLarge ? SCENARIOS : ["upload", "download", "next publish"].map(scenarioNamed);

describe("A step with which something goes wrong", function () {
  this.timeout(600_000);

  it("leaves nothing wrong, says what failed, and is put right by the next run: a sample of all faults", async () => {
    const references = await referAll(scenarios);
    const cases = planCases(references, { seed: SEED, kills: ENDS - 3, cancels: 3 });
    const faults = sample(
      cases.filter(({ kind }) => kind === "fault"),
      FAULTS,
    );
    const ends = cases.filter(({ kind }) => kind === "end").slice(0, ENDS);
    const wrong: string[] = [];
    await inTurns([...faults, ...ends], async (each) => {
      const result = await runCase(each, references);
      const { violations } = result.kind === "fault" ? result.ending : result.outcome;
      for (const { never, what } of violations) wrong.push(`${each.id}\n  ${never}: ${what}`);
    });
    assert.deepEqual(wrong, []);
  });

  it("leaves the object that was there when an upload in parts is refused", async () => {
    const { before, after, result } = await refer(scenarioNamed("upload that is aborted"));
    assert.equal(result, "Failed");
    assert.match(after["object releases/large.bin"] ?? "", /^"the object that was there"/);
    assert.deepEqual(after, before);
  });
});

/** Some of the cases, the same ones each time. */
function sample(cases: readonly Case[], count: number): Case[] {
  const random = randomFrom(SEED);
  const left = [...cases];
  return Array.from(
    { length: Math.min(count, left.length) },
    () => left.splice(random.below(left.length), 1)[0] as Case,
  );
}
