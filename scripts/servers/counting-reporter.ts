import { writeFileSync } from "node:fs";
import Mocha from "mocha";

/** Mocha's dots and failures on stdout, and the counts as JSON in the file that its option `output` names. */
export default class CountingReporter extends Mocha.reporters.Dot {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions & { reporterOption: { output: string } }) {
    super(runner, options);
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const { passes: passed, failures: failed, pending: skipped } = this.stats;
      writeFileSync(options.reporterOption.output, JSON.stringify({ passed, failed, skipped }));
    });
  }
}
