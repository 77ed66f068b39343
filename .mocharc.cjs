const { availableParallelism } = require("node:os");

module.exports = {
  "node-option": ["import=tsx"],
  require: ["./test/expect-differences.ts"],
  timeout: 60_000,
  parallel: true,
  // Tests wait now and then, for sessions to end or for processes to start: more of them than there are cores.
  jobs: availableParallelism() + 2,
};
