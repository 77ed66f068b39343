import { writeFileSync } from "node:fs";
import Mocha from "mocha";
import type { MochaResults, StoreOperation } from "./mocha-run.ts";

/** Mocha's dots and failures on stdout, and the counts and operations as JSON in the file that its option `output` names. */
export default class CountingReporter extends Mocha.reporters.Dot {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions & { reporterOption: { output: string } }) {
    super(runner, options);
    const operations: StoreOperation[] = [];
    runner.on(Mocha.Runner.constants.EVENT_TEST_PASS, (test) => {
      if (/[\\/]test[\\/]stores[\\/]/.test(test.file ?? "")) operations.push(operationOf(test));
    });
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const { passes: passed, failures: failed, pending: skipped } = this.stats;
      const results: MochaResults = { counts: { passed, failed, skipped }, operations };
      writeFileSync(options.reporterOption.output, JSON.stringify(results));
    });
  }
}

function operationOf(test: Mocha.Test): StoreOperation {
  return { group: test.titlePath()[0] ?? "", title: test.title };
}
