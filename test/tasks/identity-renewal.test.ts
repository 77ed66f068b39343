import assert from "node:assert/strict";
import { IdentityBench, OTHER_ACCOUNT, roleArn, sessionArn, trusting, trustingToken, user } from "./identity-bench.ts";

const deploy = roleArn("deploy");
const federated = roleArn("federated");
const releases = roleArn("releases", OTHER_ACCOUNT);
const FILES = 40;
const SESSION_SECONDS = 3;

describe("A session that ends while a task runs", function () {
  this.timeout(60_000);
  let bench: IdentityBench;
  before(async () => {
    bench = await IdentityBench.start({ sessionSeconds: SESSION_SECONDS });
    bench.sts.setRole({ arn: deploy, trustPolicy: trusting(user.arn) });
    bench.sts.setRole({ arn: federated, trustPolicy: trustingToken(bench.azureDevOps.subjectOf("store")) });
    bench.sts.setRole({ arn: releases, trustPolicy: trusting(federated) });
    bench.source.write(Object.fromEntries(Array.from({ length: FILES }, (_, index) => [`${index}.txt`, `${index}`])));
    // Two at a time and half a second each: ten seconds, of three sessions and more.
    bench.s3.addFault({ match: { operation: "PutObject" }, action: { kind: "delay", delayMs: 500 } });
  });
  beforeEach(() => {
    bench.sts.clearCalls();
    bench.s3.clearRequests();
  });
  after(() => bench.close());

  const slowly = { concurrency: "2" };

  it("is renewed by keys, and the step does not notice", async () => {
    const { result, issues, log } = await bench.run({ store: { data: { roleArn: deploy } }, inputs: slowly });
    assert.deepEqual([result, issues], ["Succeeded", []], log.join("\n"));
    assert.deepEqual(bench.signers(), [sessionArn("deploy")]);
    // On a machine that is late, a request may arrive after the end of the session that signed it, and is sent again.
    const refused = bench.s3.requests.filter(({ status }) => status !== 200);
    assert.deepEqual(
      new Set(refused.map(({ errorCode }) => errorCode)),
      new Set(refused.length > 0 ? ["ExpiredToken"] : []),
    );
    assert.ok(bench.asked().length >= 3, bench.asked().join(", "));
  });

  it("is renewed role by role, with a new token of the pipeline each time", async () => {
    const store = { scheme: "None", parameters: { credentialSource: "oidc-token" }, data: { roleArn: federated } };
    const tokensBefore = bench.azureDevOps.tokens.length;
    const { result, issues, log } = await bench.run({ store, inputs: { ...slowly, assumeRole: releases } });
    assert.deepEqual([result, issues], ["Succeeded", []], log.join("\n"));
    assert.deepEqual(bench.signers(), [sessionArn("releases", OTHER_ACCOUNT)]);
    const exchanged = bench.asked().filter((call) => call === "AssumeRoleWithWebIdentity federated").length;
    assert.ok(exchanged >= 3, bench.asked().join(", "));
    assert.equal(bench.azureDevOps.tokens.length - tokensBefore, exchanged);
    assert.equal(log.filter((line) => line.startsWith("Acting as ")).length, 1);
  });

  it("and is not renewed, ends the step with the reason", async () => {
    bench.sts.addFault(
      "AssumeRole",
      { kind: "status", status: 403, code: "AccessDenied", message: "Not any more" },
      Number.POSITIVE_INFINITY,
      1,
    );
    const { result, issues, log } = await bench.run({ store: { data: { roleArn: deploy } }, inputs: slowly });
    assert.equal(result, "Failed");
    assert.match(
      log.join("\n"),
      /The session of .*deploy could not be renewed. It is valid for another \d s, and the task tries/,
    );
    const [stopped, ...others] = issues.map(({ message }) => message);
    const stop =
      /^The step stopped, because the rest would have failed in the same way: \d+ of 41 files are not uploaded\. \[step-stopped\]$/;
    assert.match(stopped ?? "", stop);
    const reason = /could not be assumed: Not any more \(403 AccessDenied.* \[role-access-denied\]$/;
    assert.deepEqual([others.length > 0, others.filter((message) => !reason.test(message))], [true, []]);
    assert.ok(issues.length < 4, JSON.stringify(issues));
  });
});
