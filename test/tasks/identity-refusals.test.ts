import assert from "node:assert/strict";
import type { StepResult } from "../../local/agent/agent.ts";
import { tokenAudience } from "../stand-ins/azure-devops/server.ts";
import type { TrustPolicy } from "../stand-ins/sts/trust-policy.ts";
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
const stranger = roleArn("stranger");
const partner = roleArn("partner", OTHER_ACCOUNT);
const untagged = roleArn("untagged", OTHER_ACCOUNT);
const issuerHost = "vstoken.dev.azure.com/6c1b0b1e-2b5a-4d0e-9a53-5d4c3b2a1f00";
const byToken = (arn: string) => ({
  scheme: "None",
  parameters: { credentialSource: "oidc-token" },
  data: { roleArn: arn },
});
const OF_CONNECTION = "the role of the service connection (awsCredentials)";
const agentKeys = { AWS_ACCESS_KEY_ID: user.accessKeyId, AWS_SECRET_ACCESS_KEY: user.secretAccessKey };

describe("A task that may not act", function () {
  this.timeout(60_000);
  let bench: IdentityBench;
  before(async () => {
    bench = await IdentityBench.start({
      roles: [
        { arn: deploy, trustPolicy: trusting(user.arn) },
        { arn: stranger, trustPolicy: trusting(`arn:aws:iam::${ACCOUNT}:user/somebody-else`) },
        { arn: partner, trustPolicy: trusting(deploy, { StringEquals: { "sts:ExternalId": "the-right-one" } }) },
        { arn: untagged, trustPolicy: trusting(deploy) },
      ],
    });
    bench.sts.setRole({ arn: federated, trustPolicy: trustingToken("sc://local/local/another-connection") });
  });
  beforeEach(() => {
    bench.sts.clearCalls();
    bench.s3.clearRequests();
  });
  after(() => bench.close());

  /** Runs a step that fails with one error, before it has asked S3 for anything. */
  async function refused(given: IdentityCase): Promise<{ error: string; result: StepResult }> {
    const result = await bench.run(given);
    assert.equal(result.result, "Failed", result.log.join("\n"));
    assert.deepEqual(bench.s3.requests, []);
    assert.equal(result.issues.length, 1, JSON.stringify(result.issues));
    return { error: (result.issues[0]?.message ?? "").replace(/, request id [\w-]+/, ""), result };
  }

  it("is told what its token says, and a trust policy that would match it, and tries nothing else", async () => {
    const { error, result } = await refused({ store: byToken(federated), step: { env: agentKeys } });
    assert.equal(
      error,
      `The role ${federated} (${OF_CONNECTION}) could not be assumed: Not authorized to perform sts:AssumeRoleWithWebIdentity (403 AccessDenied). The trust policy of the role does not allow this token: it must allow sts:AssumeRoleWithWebIdentity to the identity provider (Principal.Federated), and its conditions must match the token's aud and sub. AWS gives the same answer for a role that does not exist in account ${ACCOUNT}. [role-access-denied]`,
    );
    assert.deepEqual(bench.asked(), ["AssumeRoleWithWebIdentity federated"]);
    const subject = bench.azureDevOps.subjectOf("store");
    const start = result.log.indexOf("The pipeline's identity token says:");
    assert.deepEqual(result.log.slice(start + 1, start + 4), [
      `  iss  https://${issuerHost}`,
      `  sub  ${subject}`,
      `  aud  ${tokenAudience}`,
    ]);
    const end = result.log.indexOf("}", start);
    const printed = JSON.parse(result.log.slice(result.log.indexOf("{", start), end + 1).join("\n"));
    assert.deepEqual(printed, {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/${issuerHost}` },
          Action: "sts:AssumeRoleWithWebIdentity",
          Condition: { StringEquals: { [`${issuerHost}:aud`]: tokenAudience, [`${issuerHost}:sub`]: subject } },
        },
      ],
    });

    // What is printed is what helps.
    bench.sts.setRole({ arn: federated, trustPolicy: printed as TrustPolicy });
    const { result: outcome } = await bench.run({ store: byToken(federated) });
    assert.equal(outcome, "Succeeded");
  });

  it("is told of an identity provider that the role's account does not have", async () => {
    const elsewhere = roleArn("federated", OTHER_ACCOUNT);
    const { error } = await refused({ store: byToken(elsewhere) });
    assert.equal(
      error,
      `The role ${elsewhere} (${OF_CONNECTION}) could not be assumed: No OpenIDConnect provider found in your account for https://${issuerHost} (400 InvalidIdentityToken). Add an identity provider of type OpenID Connect in IAM, in the account of the role, whose URL is the issuer (iss) of the pipeline's token. [identity-token-refused]`,
    );
  });

  it("is told which role of a chain refused, and why: the first", async () => {
    const { error } = await refused({ store: { data: { roleArn: stranger } }, inputs: { assumeRole: partner } });
    assert.match(
      error,
      new RegExp(`^The role ${stranger} \\(the role of the service connection \\(awsCredentials\\)\\)`),
    );
    assert.match(error, /the trust policy decides.* \[role-access-denied\]$/);
    assert.deepEqual(bench.asked(), ["AssumeRole stranger"]);
  });

  it("is told which role of a chain refused, and why: the second, for its external id", async () => {
    const { error } = await refused({
      store: { data: { roleArn: deploy } },
      inputs: { assumeRole: `${partner}\n${untagged}`, assumeRoleExternalId: "the-wrong-one" },
    });
    assert.match(
      error,
      new RegExp(`^The role ${partner} \\(assumeRole, line 1\\) could not be assumed: User: ${sessionArn("deploy")}`),
    );
    assert.match(
      error,
      /Check that the external ID is the one that its condition on sts:ExternalId requires.* \[role-access-denied\]$/,
    );
    assert.deepEqual(bench.asked(), ["AssumeRole deploy", "AssumeRole partner"]);
  });

  it("is told which role of a chain refused, and why: for its tags", async () => {
    const { error } = await refused({
      store: { data: { roleArn: deploy } },
      inputs: { assumeRole: untagged, sessionTags: "team=web" },
    });
    assert.match(
      error,
      /The session tags are refused: the trust policy of .*untagged must allow sts:TagSession.* \[role-access-denied\]$/,
    );
  });

  it("is told of keys that AWS does not know", async () => {
    const parameters = { username: "AKIAUNKNOWN000000000", password: "some/secret+or/other" };
    const { error } = await refused({ store: { parameters, data: { roleArn: deploy } } });
    assert.match(
      error,
      /^The role .*deploy .*\(403 InvalidClientTokenId\)\. Check the access key ID.* \[access-key-not-found\]$/,
    );
  });

  it("is told where the agent's machine has no identity", async () => {
    const store = { scheme: "None", parameters: { credentialSource: "agent-identity" } };
    const { error } = await refused({ store, step: { env: { AWS_EC2_METADATA_DISABLED: "true" } } });
    assert.match(
      error,
      /^The agent has no AWS identity, which is needed for the service connection \(awsCredentials\): .* \[aws-identity-not-found\]$/,
    );
  });

  it("is told where nothing says who it is, and the agent's machine has no identity either", async () => {
    const { error } = await refused({
      inputs: { regionName: "us-east-1" },
      step: { env: { AWS_EC2_METADATA_DISABLED: "true" } },
    });
    assert.match(
      error,
      /^awsCredentials is empty, and there are no pipeline variables AWS\.AccessKeyID and AWS\.SecretAccessKey, so the task looked for the identity of the agent's machine: .*\. Select a service connection in awsCredentials, or give the agent's machine a role\. \[aws-identity-not-found\]$/,
    );
  });

  it("is told of no trust policy where that is not what refused", async () => {
    bench.sts.addFault("AssumeRoleWithWebIdentity", { kind: "status", status: 400, code: "ValidationError" }, 1);
    const { result } = await refused({ store: byToken(federated) });
    assert.doesNotMatch(result.log.join("\n"), /identity token says/);
  });

  describe("since Azure DevOps", () => {
    const store = byToken(federated);
    const NO_TOKEN = "Azure DevOps issued no identity token for the service connection: ";
    const OTHER_CONNECTION =
      'If that does not help, Azure DevOps may not issue tokens for a service connection without a stored secret: create one of the AWS Toolkit\'s type AWS with "Use OIDC", and enter it in toolkitCredentials instead of awsCredentials.';

    it("fails a few times, goes on once it does not", async () => {
      bench.azureDevOps.addFault("ListResources", { kind: "status", status: 503, code: "" }, 1);
      bench.azureDevOps.addFault("CreateOidcToken", { kind: "status", status: 500, code: "" }, 2);
      bench.azureDevOps.addFault("CreateOidcToken", { kind: "reset" }, 1);
      const { result } = await bench.run({ store });
      assert.equal(result, "Succeeded");
    });

    it("is cut off in its answers, asks again", async () => {
      for (const operation of ["ListResources", "CreateOidcToken"] as const) {
        bench.azureDevOps.addFault(operation, { kind: "cutBody", afterBytes: 20 }, 2);
        bench.azureDevOps.addFault(operation, { kind: "cutBody", afterBytes: 0 }, 1);
      }
      const { result } = await bench.run({ store });
      assert.equal(result, "Succeeded");
    });

    it("is cut off in an answer of 404, is not taken for Azure DevOps Server", async () => {
      const cut = {
        kind: "status",
        status: 404,
        code: "",
        headers: { "content-length": "1000", connection: "close" },
      } as const;
      bench.azureDevOps.addFault("ListResources", cut, 2);
      const { result } = await bench.run({ store });
      assert.equal(result, "Succeeded");
    });

    it("does not take the job's token, is told so, at once", async () => {
      bench.azureDevOps.addFault("CreateOidcToken", { kind: "status", status: 401, code: "", message: "<html>" }, 1);
      const { error } = await refused({ store });
      assert.equal(
        error,
        `${NO_TOKEN}it answered with a page (401). Check that the pipeline may use the service connection (its security, and its approvals and checks), and run the step again. ${OTHER_CONNECTION} [identity-token-not-issued]`,
      );
      assert.deepEqual(bench.asked(), []);
    });

    it("does not take the job's token for a connection of the AWS Toolkit, is told of no other connection", async () => {
      bench.azureDevOps.addFault("CreateOidcToken", { kind: "status", status: 403, code: "", message: "No" }, 1);
      const toolkit = { useOIDC: "true", assumeRoleArn: federated };
      const { error } = await refused({ toolkit, inputs: { regionName: "us-east-1" } });
      assert.equal(
        error,
        `${NO_TOKEN}No (403). Check that the pipeline may use the service connection (its security, and its approvals and checks), and run the step again. [identity-token-not-issued]`,
      );
    });

    it("sends it elsewhere, does not take the job's token there", async () => {
      const headers = { location: `${bench.s3.url}/elsewhere` };
      bench.azureDevOps.addFault("CreateOidcToken", { kind: "status", status: 302, code: "", headers }, 1);
      const { error } = await refused({ store });
      assert.equal(
        error,
        `${NO_TOKEN}Something went wrong (302). It redirects to another address, to which the token of the job must not be sent. Check any proxy between this machine and Azure DevOps. [identity-token-not-issued]`,
      );
    });

    it("answers with a page for people, is told so", async () => {
      bench.azureDevOps.addFault("CreateOidcToken", { kind: "status", status: 203, code: "", message: "<html>" }, 1);
      const { error } = await refused({ store });
      assert.equal(
        error,
        `${NO_TOKEN}its answer has no token (200). Run the step again. If it happens again, check any proxy between this machine and Azure DevOps. ${OTHER_CONNECTION} [identity-token-not-issued]`,
      );
    });

    it("has no such API, as Azure DevOps Server, is told so", async () => {
      bench.azureDevOps.addFault("ListResources", { kind: "status", status: 404, code: "" }, 1);
      const { error } = await refused({ store });
      assert.match(
        error,
        /^Azure DevOps issued no .* connection: it has no such API \(404\)\. Azure DevOps Server issues no.* \[identity-token-not-issued\]$/,
      );
    });

    it("does not know the connection, is told so", async () => {
      bench.azureDevOps.addFault("CreateOidcToken", { kind: "status", status: 404, code: "" }, 1);
      const { error } = await refused({ store });
      assert.match(
        error,
        /: it found nothing with that name \(404\)\. .* check that the service connection still exists\. If that does not help, .* \[identity-token-not-issued\]$/,
      );
    });

    it("is not there, is told where it should be", async () => {
      const variables = { "System.CollectionUri": "http://127.0.0.1:1/local/" };
      const { error } = await refused({ store, step: { variables } });
      assert.equal(
        error,
        `${NO_TOKEN}no answer from 127.0.0.1: connect ECONNREFUSED 127.0.0.1:1. Check that this machine reaches 127.0.0.1:1, with the proxy and the certificates of the agent. [identity-token-not-issued]`,
      );
    });
  });
});
