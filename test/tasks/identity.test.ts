import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StepResult } from "../../local/agent/agent.ts";
import { type AmazonBehindProxy, startAmazonBehindProxy } from "./amazon-behind-proxy.ts";
import {
  ACCOUNT,
  IdentityBench,
  type IdentityCase,
  OTHER_ACCOUNT,
  roleArn,
  sessionArn,
  trusting,
  trustingToken,
  user,
} from "./identity-bench.ts";

const deploy = roleArn("deploy");
const federated = roleArn("federated");
const releases = roleArn("releases", OTHER_ACCOUNT);
const last = roleArn("team/last", OTHER_ACCOUNT);
const tagged = roleArn("tagged", OTHER_ACCOUNT);
const toolkitRole = roleArn("by-toolkit");
const keys = {};
const oidc = { scheme: "None", parameters: { credentialSource: "oidc-token" }, data: { roleArn: federated } };
const ofAgent = { scheme: "None", parameters: { credentialSource: "agent-identity" } };
const agentKeys = { AWS_ACCESS_KEY_ID: user.accessKeyId, AWS_SECRET_ACCESS_KEY: user.secretAccessKey };

/** Who signed the requests to S3, what STS was asked, and the line that tells of it. */
interface Expected {
  readonly signer: string;
  readonly asked: readonly string[];
  readonly told?: string;
}

const actingAs = (role: string, account: string, session = "azp-local-1") =>
  `Acting as role ${role} in account ${account} (session ${session})`;

describe("The name in which a task acts", function () {
  this.timeout(30_000);
  let bench: IdentityBench;
  let amazon: AmazonBehindProxy;
  before(async () => {
    bench = await IdentityBench.start({});
    amazon = await startAmazonBehindProxy(bench.sts);
    amazon.s3.createBucket("releases");
    const fromBoth = (...principals: string[]) => ({
      Statement: principals.flatMap((principal) => trusting(principal).Statement),
    });
    for (const role of [
      { arn: deploy, trustPolicy: trusting(user.arn) },
      { arn: federated, trustPolicy: trustingToken(bench.azureDevOps.subjectOf("store")) },
      { arn: toolkitRole, trustPolicy: trustingToken(bench.azureDevOps.subjectOf("toolkit")) },
      { arn: releases, trustPolicy: fromBoth(deploy, federated) },
      { arn: last, trustPolicy: trusting(releases, { StringEquals: { "sts:ExternalId": "a-partner" } }) },
      {
        arn: tagged,
        trustPolicy: trusting(federated, { StringEquals: { "aws:RequestTag/team": "web site" } }, "sts:TagSession"),
      },
    ]) {
      bench.sts.setRole(role);
    }
  });
  beforeEach(() => {
    bench.sts.clearCalls();
    bench.s3.clearRequests();
    amazon.s3.clearRequests();
  });
  after(async () => {
    await amazon.close();
    await bench.close();
  });

  async function check(given: IdentityCase, { signer, asked, told }: Expected): Promise<StepResult> {
    const result = await bench.run(given);
    assert.deepEqual([result.result, result.issues], ["Succeeded", []], result.log.join("\n"));
    assert.deepEqual(bench.signers(given.step?.proxy ? amazon.s3 : bench.s3), [signer]);
    assert.deepEqual(bench.asked(), asked);
    const acting = result.log.filter((line) => line.startsWith("Acting as "));
    assert.deepEqual(acting, told === undefined ? [] : [told]);
    return result;
  }

  it("is that of access keys, which AWS tells", async () => {
    const told = `Acting as ${user.arn} in account ${ACCOUNT} (the service connection (awsCredentials))`;
    await check({ store: keys }, { signer: user.arn, asked: ["GetCallerIdentity"], told });
  });

  it("is that of access keys, although nobody may be asked for it", async () => {
    bench.sts.addFault("GetCallerIdentity", { kind: "status", status: 403, code: "AccessDenied" }, 1);
    await check({ store: keys }, { signer: user.arn, asked: ["GetCallerIdentity"] });
  });

  it("is that of access keys, without waiting for an answer that does not come", async () => {
    bench.sts.addFault("GetCallerIdentity", { kind: "hang" }, 1);
    const startMs = performance.now();
    await check({ store: keys }, { signer: user.arn, asked: ["GetCallerIdentity"] });
    assert.ok(performance.now() - startMs < 10_000);
  });

  it("is that of access keys at a store that has no STS, which is not asked", async () => {
    await check({ store: { data: { stsEndpoint: "" } } }, { signer: user.arn, asked: [] });
  });

  it("is a role of the connection, taken with access keys", async () => {
    await check(
      { store: { data: { roleArn: deploy, roleSessionName: "nightly" } } },
      {
        signer: sessionArn("deploy", ACCOUNT, "nightly"),
        asked: ["AssumeRole deploy"],
        told: actingAs("deploy", ACCOUNT, "nightly"),
      },
    );
  });

  it("is a role of the task, taken from that of the connection, and another from that", async () => {
    await check(
      {
        store: { data: { roleArn: deploy } },
        inputs: { assumeRole: `${releases}\n${last}`, assumeRoleExternalId: "a-partner" },
      },
      {
        signer: sessionArn("last", OTHER_ACCOUNT),
        asked: ["AssumeRole deploy", "AssumeRole releases", "AssumeRole last"],
        told: actingAs("last", OTHER_ACCOUNT),
      },
    );
  });

  it("is a role that trusts the pipeline's own token", async () => {
    await check(
      { store: oidc },
      {
        signer: sessionArn("federated"),
        asked: ["AssumeRoleWithWebIdentity federated"],
        told: actingAs("federated", ACCOUNT),
      },
    );
  });

  it("is a role from one that trusts the token, with tags and a policy", async () => {
    const policy = '{ "Statement": [] }';
    await check(
      { store: oidc, inputs: { assumeRole: tagged, sessionTags: "team=web site", sessionPolicy: policy } },
      {
        signer: sessionArn("tagged", OTHER_ACCOUNT),
        asked: ["AssumeRoleWithWebIdentity federated", "AssumeRole tagged"],
        told: actingAs("tagged", OTHER_ACCOUNT),
      },
    );
    assert.deepEqual(
      bench.sts.calls.map(({ form }) => form.get("Policy")),
      [undefined, '{"Statement":[]}'],
    );
  });

  it("says that a role taken from a role lasts an hour at most", async () => {
    const result = await check(
      { store: oidc, inputs: { assumeRole: releases, roleDurationSeconds: "7200" } },
      {
        signer: sessionArn("releases", OTHER_ACCOUNT),
        asked: ["AssumeRoleWithWebIdentity federated", "AssumeRole releases"],
        told: actingAs("releases", OTHER_ACCOUNT),
      },
    );
    assert.match(result.log.join("\n"), /releases \(assumeRole\) is assumed for 3600 s and not for 7200 s/);
  });

  it("is that of the agent's machine", async () => {
    const told = `Acting as ${user.arn} in account ${ACCOUNT} (the service connection (awsCredentials))`;
    await check({ store: ofAgent, step: { env: agentKeys } }, { signer: user.arn, asked: ["GetCallerIdentity"], told });
  });

  it("is a role that trusts the agent's machine", async () => {
    await check(
      { store: { ...ofAgent, data: { roleArn: deploy } }, step: { env: agentKeys } },
      { signer: sessionArn("deploy"), asked: ["AssumeRole deploy"], told: actingAs("deploy", ACCOUNT) },
    );
  });

  it("is not waited for once the step is cancelled, and keeps no process alive", async () => {
    const folder = mkdtempSync(join(tmpdir(), "identity-"));
    const pidFile = join(folder, "pid");
    writeFileSync(
      join(folder, "hangs.cjs"),
      `process.on("SIGTERM", () => undefined);
      setInterval(() => undefined, 1000);
      require("node:fs").writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));`,
    );
    const config = join(folder, "config");
    writeFileSync(
      config,
      `[profile hangs]\ncredential_process = "${process.execPath}" "${join(folder, "hangs.cjs")}"\n`,
    );
    const cancel = new AbortController();
    const watch = setInterval(() => existsSync(pidFile) && cancel.abort(), 10);
    const env = { AWS_PROFILE: "hangs", AWS_CONFIG_FILE: config };
    const step = { env, cancel: cancel.signal };
    const { result, exitCode, issues } = await bench.run({ store: ofAgent, step });
    clearInterval(watch);
    process.kill(Number(readFileSync(pidFile, "utf8")), "SIGKILL");
    rmSync(folder, { recursive: true });
    assert.deepEqual([result, exitCode], ["Canceled", 0]);
    assert.ok(issues.some(({ message }) => message === "The step was cancelled. [cancelled]"));
  });

  it("names a classic release by its id", async () => {
    await check(
      { store: oidc, step: { hostType: "release", variables: { "Release.ReleaseId": "77" } } },
      {
        signer: sessionArn("federated", ACCOUNT, "azp-local-77"),
        asked: ["AssumeRoleWithWebIdentity federated"],
        told: actingAs("federated", ACCOUNT, "azp-local-77"),
      },
    );
    assert.match(bench.azureDevOps.calls.at(-1)?.path ?? "", /\/hubs\/release\//);
  });

  describe("on Amazon S3 itself", () => {
    const region = { regionName: "us-east-1" };
    const byProxy = () => amazon.agent;
    const toolkitKeys = { username: user.accessKeyId, password: user.secretAccessKey };

    it("is that of the AWS Toolkit's connection with keys and a role", async () => {
      await check(
        { toolkit: { ...toolkitKeys, assumeRoleArn: deploy }, inputs: region, step: byProxy() },
        // The agent masks each value of that connection, the role's ARN among them, but not its name alone.
        { signer: sessionArn("deploy"), asked: ["AssumeRole deploy"], told: actingAs("deploy", ACCOUNT) },
      );
    });

    it("is a role for which the AWS Toolkit's connection has the token of the pipeline, whatever keys are left in it", async () => {
      await check(
        { toolkit: { ...toolkitKeys, useOIDC: "true", assumeRoleArn: toolkitRole }, inputs: region, step: byProxy() },
        {
          signer: sessionArn("by-toolkit"),
          asked: ["AssumeRoleWithWebIdentity by-toolkit"],
          told: actingAs("by-toolkit", ACCOUNT),
        },
      );
    });

    it("is that of the AWS Toolkit's pipeline variables", async () => {
      const secretVariables = { "AWS.SecretAccessKey": user.secretAccessKey };
      const variables = { "AWS.AccessKeyID": user.accessKeyId, "AWS.Region": "us-east-1", "AWS.AssumeRoleArn": deploy };
      await check(
        { step: { ...byProxy(), secretVariables, variables } },
        { signer: sessionArn("deploy"), asked: ["AssumeRole deploy"], told: actingAs("deploy", ACCOUNT) },
      );
    });

    it("is that of the agent's machine where a step names nothing, and the pipeline has no variables", async () => {
      const told = `Acting as ${user.arn} in account ${ACCOUNT} (the agent's own identity)`;
      await check(
        { inputs: region, step: { ...byProxy(), env: agentKeys } },
        { signer: user.arn, asked: ["GetCallerIdentity"], told },
      );
    });
  });
});
