const { availableParallelism } = require("node:os");

module.exports = {
  "node-option": ["import=tsx"],
  require: ["./test/expect-differences.ts"],
  timeout: 60_000,
  parallel: true,
  // Tests wait now and then, for sessions to end, for processes to start or for the disk: more of them than there are cores.
  jobs: availableParallelism() + 3,
};
