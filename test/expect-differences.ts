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
    // Only where Wine runs the tests: a real Windows may have what Wine has not.
    if (process.env.WINDOWS_PARENT && root) await skipUnderWine(root);
  },
};

/** Skips what the list of tests that Wine cannot run names; the list may name nothing else. */
async function skipUnderWine(root: Mocha.Suite): Promise<void> {
  const { notRunIn } = await import("../scripts/servers/windows/not-run.ts");
  const unknown = new Set<string>();
  const known = new Set<string>();
  const visit = (suite: Mocha.Suite, isSkipped: boolean) => {
    for (const item of [...suite.tests, ...suite.suites]) {
      const titles = notRunIn(item.file ?? "");
      for (const title of titles.keys()) unknown.add(`${item.file}: ${title}`);
      const skips = isSkipped || titles.has(item.title);
      if (titles.has(item.title)) known.add(`${item.file}: ${item.title}`);
      if ("tests" in item) visit(item, skips);
      else if (skips) item.pending = true;
    }
  };
  visit(root, false);
  assert.deepEqual(
    [...unknown].filter((title) => !known.has(title)),
    [],
    "these tests are not there: strike them off the list",
  );
}

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
