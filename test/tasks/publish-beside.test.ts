import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { HOSTED, MANIFEST, publishBench } from "./publish-bench.ts";
import { StepProcess } from "./publish-process.ts";
import { assertDone, outcomeOf } from "./upload-bench.ts";
import { SourceFolder } from "./upload-step.ts";

describe("AwsS3PublishSite, beside another publish to the same place,", () => {
  const bench = publishBench();
  let other: SourceFolder;
  beforeEach(() => {
    other = new SourceFolder();
  });
  afterEach(() => other.remove());

  it("fails before it shows or deletes anything where the other one has begun since, and names it", async function () {
    if (process.platform === "win32") this.skip();
    const before = { "index.html": "before", "team.html": "team" };
    bench.source.write(before);
    await bench.publish({ ...HOSTED, verify: "false" });
    bench.source.write({ "index.html": "mine", "logo.svg": "mine" });
    rmSync(join(bench.source.path, "team.html"));
    other.write({ ...before, "index.html": "theirs" });

    const task = new StepProcess(bench.workFolder, "mine", "Found ");
    const theirs = async () => {
      const variables = { "Build.BuildId": "70", "Build.BuildNumber": "20261121.7" };
      const elsewhere = { variables, workFolder: undefined };
      assertDone(await bench.publish({ sourceFolder: other.path, verify: "false" }, elsewhere), {
        updated: 1,
        unchanged: 1,
        bytes: 6,
      });
    };
    let theirPublish: Promise<void> | undefined;
    /** While the task stands still with its plan made, the other publish runs from beginning to end. */
    const onLine = (line: string) => {
      if (line.startsWith("Found ")) theirPublish = theirs().finally(() => task.signal("SIGCONT"));
    };
    const result = await bench.publish({ maxDelete: "100%", verify: "false" }, { ...task.step, onLine });
    await theirPublish;

    const { errors = [], ...outcome } = outcomeOf(result);
    assert.deepEqual(outcome, { result: "Failed" });
    const { actions } = bench.planOf(result);
    assert.deepEqual([actions.length, new Set(actions.map(({ status }) => status))], [3, new Set(["notDone"])]);
    assert.deepEqual(
      errors.map((error) => error.replace(/at 20[-\d]+T[\d:.]+Z/, "at TIME")),
      [
        "Another publish to the same place began during this one: run 20261121.7 (build id 70), at TIME. The files that this one uploaded stay, and it deleted nothing. " +
          "To publish this one, run it again when the other one has ended. An exclusive lock check on an environment lets only one run at a time. [concurrent-publish]",
      ],
    );
    assert.deepEqual(await bench.pages("/", "/team.html"), { "/": "200 theirs", "/team.html": "200 team" });
  });
});

describe("AwsS3PublishSite, on a store that", () => {
  const bench = publishBench("embedded");
  const isUnguarded =
    "This server ignores `If-Match`. Two publishes at the same time may not detect each other. " +
    "Let only one run at a time, for example with an exclusive lock check on an environment. [conditional-writes-not-supported]";
  const refusal = (status: number, code: string) => ({ kind: "status", status, code }) as const;
  const notImplemented = refusal(501, "NotImplemented");
  const unmet = refusal(412, "PreconditionFailed");

  for (const { store, fault, conditions, warnings } of [
    {
      store: "knows no conditional writes, says what is missing",
      // The checksum is the first thing that is left out, in vain.
      fault: { times: 2, action: notImplemented },
      conditions: ["none-match *", "none-match *", "none", "none"],
      warnings: [isUnguarded],
    },
    {
      store: "knows its ETags only without quotation marks, leaves these out",
      fault: { after: 2, times: 1, action: unmet },
      conditions: ["none-match *", "none-match *", 'match "ETAG"', "match ETAG"],
      warnings: [],
    },
    {
      store: "never finds a condition met, does without and says what is missing",
      fault: { after: 2, times: 2, action: unmet },
      conditions: ["none-match *", "none-match *", 'match "ETAG"', "match ETAG", "none"],
      warnings: [isUnguarded],
    },
  ]) {
    it(store, async () => {
      bench.source.write({ "index.html": "home" });
      bench.addFault({ match: { operation: "PutObject", key: MANIFEST }, ...fault });
      const { errors, warnings: told = [] } = outcomeOf(await bench.publish({ verify: "false" }));
      assert.deepEqual([errors, told], [undefined, warnings]);
      const writes = bench.requests.filter(({ operation, key }) => operation === "PutObject" && key === MANIFEST);
      assert.deepEqual(
        writes.map(({ headers }) => conditionOf(headers)),
        conditions,
      );
    });
  }

  function conditionOf(headers: Readonly<Record<string, string>>): string {
    const { "if-match": match, "if-none-match": noneMatch } = headers;
    if (match !== undefined) return `match ${match.replace(/[0-9a-f]{32}/, "ETAG")}`;
    return noneMatch === undefined ? "none" : `none-match ${noneMatch}`;
  }
});
