import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { runStep, type StepResult } from "../../local/agent/agent.ts";
import { startOrSkip } from "../start-or-skip.ts";
import { connectionId, taskFolderOf } from "../tasks/store-step.ts";
import { SourceFolder } from "../tasks/upload-step.ts";
import { MotoWithAuthorization, type Policy } from "./moto-with-authorization.ts";
import { root } from "./pages.ts";
import { policiesUnder } from "./policies.ts";

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

const template = readFileSync(join(root, "deploy/azure-pipelines-role.yml"), "utf8");
// moto's CloudFormation makes no identity providers.
const PARAMETERS = {
  CreateProvider: "false",
  OrganizationId: "6c1b0b1e-2b5a-4d0e-9a53-5d4c3b2a1f00",
  Organization: "my-organization",
  Project: "my-project",
  BucketName: "my-bucket",
  KeyPrefix: "www",
};

describe("deploy/azure-pipelines-role.yml, by a CloudFormation", function () {
  this.timeout(120_000);
  let moto: MotoWithAuthorization | undefined;
  let admin: S3Client;
  let source: SourceFolder;

  before(async function () {
    moto = await startOrSkip(MotoWithAuthorization.start(), this);
    const { url: endpoint, region } = moto.server;
    admin = new S3Client({
      endpoint,
      region,
      credentials: { accessKeyId: "any", secretAccessKey: "any" },
      forcePathStyle: true,
    });
    source = new SourceFolder().write({ "index.html": "index", "menu.html": "menu" });
    await moto.asAdministrator(async () => {
      for (const Bucket of ["my-bucket", "another-bucket"]) await admin.send(new CreateBucketCommand({ Bucket }));
      await admin.send(new PutObjectCommand({ Bucket: "my-bucket", Key: "www/gone.txt", Body: "gone" }));
    });
  });
  after(async () => {
    admin?.destroy();
    source?.remove();
    await moto?.server.stop();
  });

  function create(parameters: Readonly<Record<string, string>> = {}) {
    assert.ok(moto);
    return moto.createRole(template, { ...PARAMETERS, ...parameters });
  }

  /** Publishes to the prefix of the role, with its rights. */
  async function publish(policy: Policy, inputs: Readonly<Record<string, string>> = {}): Promise<StepResult> {
    assert.ok(moto);
    const { url, region } = moto.server;
    const parameters = { ...(await moto.createUser(policy)) };
    return runStep({
      taskFolder: taskFolderOf("AwsS3PublishSite"),
      connections: [
        {
          id: connectionId,
          name: "store",
          type: "AwsS3",
          url,
          scheme: "UsernamePassword",
          parameters,
          data: { region },
        },
      ],
      inputs: {
        awsCredentials: connectionId,
        bucketName: "my-bucket",
        sourceFolder: source.path,
        targetFolder: "www",
        verify: "false",
        ...inputs,
      },
    });
  }

  it("makes the role of the pages: who may assume it, and what it may do", async () => {
    const { trustPolicy, policy } = await create();
    const [trust] = policiesUnder("docs/connections.md", "The connection and its role");
    const [documented] = policiesUnder("docs/permissions.md", "Publish a site");
    assert.deepEqual([trustPolicy, policy], [trust, documented]);
  });

  it("makes a role that may publish a site, and that may do nothing elsewhere", async () => {
    const { policy } = await create();
    const { result, log } = await publish(policy);
    assert.equal(result, "Succeeded", log.join("\n"));
    const denied: Record<string, string>[] = [
      { targetFolder: "other" },
      { bucketName: "another-bucket" },
      { configureWebsite: "true" },
      { publicRead: "true" },
    ];
    for (const inputs of denied) {
      const { result: refused, issues, log: lines } = await publish(policy, inputs);
      assert.equal(refused, "Failed", lines.join("\n"));
      assert.match(issues.map(({ message }) => message).join("\n"), /\[access-denied\]/, JSON.stringify(inputs));
    }
  });

  it("makes a role that may set up the website, if that is asked for", async () => {
    const { policy } = await create({ SetUpWebsite: "true" });
    const { result, log } = await publish(policy, { configureWebsite: "true", publicRead: "true" });
    assert.equal(result, "Succeeded", log.join("\n"));
  });

  it("lets the role change the records of one hosted zone, and of none if none is named", async () => {
    const actions = ({ Statement }: Policy) => Statement.flatMap(({ Action }) => Action);
    const { policy } = await create({ HostedZoneId: "Z0123456EXAMPLE", RedirectBucketName: "example.com" });
    const records = policy.Statement.find(({ Sid }) => Sid === "Records");
    assert.deepEqual(records?.Resource, ["arn:aws:route53:::hostedzone/Z0123456EXAMPLE", "arn:aws:route53:::change/*"]);
    const none = await create({ SetUpWebsite: "true", DistributionId: "E2EXAMPLE1ABCD" });
    assert.deepEqual(
      actions(none.policy).filter((action) => action.startsWith("route53:")),
      [],
    );
  });
});
