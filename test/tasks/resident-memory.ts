import assert from "node:assert/strict";
import { join } from "node:path";
import type { StepRequest, StepResult } from "../../local/agent/agent.ts";
import { SourceFolder } from "./upload-step.ts";

/** What a step may need, however much it transfers. */
export const MAX_RESIDENT_MB = 200;

/** The full amounts take minutes, and more than 12 GiB of disk. */
export const isLarge = process.env.S3_TEST_LARGE === "1";

/** Writes the most memory that the process had resident, as it ends. */
const probe = `
let most = 0;
const sample = () => { most = Math.max(most, process.memoryUsage.rss()); };
setInterval(sample, 10).unref();
process.on("exit", () => { sample(); console.log("resident-mb " + Math.round(most / 1e6)); });
`;

/** Measures the memory of steps. */
export class MemoryProbe {
  readonly #folder = new SourceFolder().write({ "probe.cjs": probe });

  /** Runs a step, which must succeed. @returns the most megabytes that its process had resident */
  async residentMb(run: (step: Partial<StepRequest>) => Promise<StepResult>): Promise<number> {
    const result = await run({ env: { NODE_OPTIONS: `--require=${join(this.#folder.path, "probe.cjs")}` } });
    assert.equal(result.result, "Succeeded", result.log.join("\n"));
    const resident = Number(/^resident-mb (\d+)$/m.exec(result.rawOutput)?.[1]);
    console.log(`      ${resident} MB resident at most`);
    return resident;
  }

  remove(): void {
    this.#folder.remove();
  }
}
