import assert from "node:assert/strict";
import { departingTitle } from "../scripts/servers/departures.ts";

type Differences = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * Mocha loads this before each file of tests. Where the server of the run departs from what a test expects, by the list of
 * differences, the test must fail: so the list never says that a server lacks what it has.
 */
export const mochaHooks: Mocha.RootHookObject = {
  async beforeAll(this: Mocha.Context) {
    const { S3_TEST_ENDPOINT, S3_TEST_SERVER: server } = process.env;
    const root = this.test?.parent;
    // Loaded for real servers only, since most runs have none.
    if (S3_TEST_ENDPOINT && server && root) expectIn(root, server, (await import("./differences.ts")).differences);
  },
};

/** @param groupReason - why all tests of the suite fail on this server, if they do. */
function expectIn(suite: Mocha.Suite, server: string, differences: Differences, groupReason?: string): void {
  const reason = differences[suite.title]?.[server] ?? groupReason;
  for (const test of suite.tests) expectOf(test, server, differences[test.title]?.[server] ?? reason);
  for (const inner of suite.suites) expectIn(inner, server, differences, reason);
}

function expectOf(test: Mocha.Test, server: string, reason: string | undefined): void {
  const { fn } = test;
  if (reason === undefined || fn === undefined) return;
  test.title = departingTitle(test.title, { server, reason });
  test.fn = async function (this: Mocha.Context) {
    const hasIt = `${server} does behave as S3 here: strike it off the differences`;
    await assert.rejects(async () => (fn as Mocha.AsyncFunc).call(this), hasIt);
  };
}
