import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import {
  CreateBucketCommand,
  DeleteBucketPolicyCommand,
  DeleteBucketWebsiteCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { runStep, type StepResult } from "../../local/agent/agent.ts";
import { defaultCredential, startS3Server } from "../../local/s3/server.ts";
import { trustPolicy } from "../../src/task/run/trust-policy.ts";
import { buildZip } from "../extract/build-zip.ts";
import { like, type TrustPolicy } from "../stand-ins/sts/trust-policy.ts";
import { startOrSkip } from "../start-or-skip.ts";
import { IdentityBench, trusting, user } from "../tasks/identity-bench.ts";
import { connectionId } from "../tasks/store-step.ts";
import { SourceFolder } from "../tasks/upload-step.ts";
import { MotoWithAuthorization, type Policy, type UserKeys } from "./moto-with-authorization.ts";
import { userPages } from "./pages.ts";
import { policiesOf, policiesUnder as policiesOfHeading } from "./policies.ts";

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

const tasksFolder = fileURLToPath(new URL("../../dist/extension/tasks", import.meta.url));
const BUCKET = "my-bucket";
const archive = buildZip([{ name: "in.txt", content: "in" }]);

const policiesUnder = (heading: string) => policiesOfHeading("docs/permissions.md", heading);

function actionsOf({ Statement }: Policy): string[] {
  return Statement.flatMap(({ Action }) => Action);
}

/** The policy with another action, which no task needs, which replaces one of its own. */
function without(action: string, { Version, Statement }: Policy): Policy {
  const replaced = (each: string) => (each === action ? "s3:GetBucketTagging" : each);
  return { Version, Statement: Statement.map((one) => ({ ...one, Action: [one.Action].flat().map(replaced) })) };
}

interface Use {
  readonly heading: string;
  readonly task: "AwsS3Upload" | "AwsS3Download" | "AwsS3PublishSite";
  readonly inputs: Readonly<Record<string, string>>;
}

/** What each policy is for. */
const uses: readonly Use[] = [
  { heading: "Upload all files", task: "AwsS3Upload", inputs: { overwrite: "always" } },
  { heading: "Upload files that changed", task: "AwsS3Upload", inputs: {} },
  {
    heading: "Upload files that changed, and delete other objects",
    task: "AwsS3Upload",
    inputs: { deleteExtra: "true" },
  },
  { heading: "Upload an archive", task: "AwsS3Upload", inputs: { archive: "zip", archiveName: "made.zip" } },
  { heading: "Download", task: "AwsS3Download", inputs: {} },
  { heading: "Download and extract archives", task: "AwsS3Download", inputs: { extract: "true" } },
  { heading: "Publish a site", task: "AwsS3PublishSite", inputs: { verify: "false" } },
  { heading: "Roll a site back", task: "AwsS3PublishSite", inputs: { verify: "false", keepReleases: "1" } },
  { heading: "Roll a site back", task: "AwsS3PublishSite", inputs: { verify: "false", action: "rollback" } },
  {
    heading: "Publish a preview",
    task: "AwsS3PublishSite",
    inputs: { verify: "false", action: "preview", pullRequestId: "1", maxDelete: "100%", keepRemovedDays: "0" },
  },
];

/** Those of roles: the trust policy that a refused step prints, and what lets one role assume another. */
const ROLE_POLICIES = ["The connection and its role", "More roles"].flatMap((heading) =>
  policiesOfHeading("docs/connections.md", heading),
);

/** Runs a task between a folder and the prefix that the policies are for. */
function runTask(
  task: Use["task"],
  store: { readonly url: string; readonly region: string; readonly keys: UserKeys },
  folders: { readonly source: SourceFolder; readonly target: string },
  inputs: Use["inputs"],
  variables: Readonly<Record<string, string>> = {},
): Promise<StepResult> {
  const places = {
    AwsS3Upload: { sourceFolder: folders.source.path, targetFolder: "www" },
    AwsS3Download: { sourceFolder: "www", targetFolder: folders.target },
    AwsS3PublishSite: { sourceFolder: folders.source.path, targetFolder: "www" },
  };
  return runStep({
    taskFolder: join(tasksFolder, task),
    connections: [
      {
        id: connectionId,
        name: "store",
        type: "AwsS3",
        url: store.url,
        scheme: "UsernamePassword",
        parameters: { ...store.keys },
        data: { region: store.region },
      },
    ],
    inputs: { awsCredentials: connectionId, bucketName: BUCKET, ...places[task], ...inputs },
    variables: { ...variables },
  });
}

/** What a policy's condition lets be listed. */
function listablePrefixes(policy: Policy | undefined): string[] {
  return (policy?.Statement ?? []).flatMap(({ Condition }) => {
    const { StringLike } = (Condition ?? {}) as { StringLike?: Readonly<Record<string, string | string[]>> };
    return [StringLike?.["s3:prefix"] ?? []].flat();
  });
}

describe("A policy of docs/permissions.md, by a server that enforces it", function () {
  this.timeout(60_000);
  let moto: MotoWithAuthorization | undefined;
  let admin: S3Client;
  let source: SourceFolder;
  let target: string;

  before(async function () {
    moto = await startOrSkip(MotoWithAuthorization.start(), this);
    const credentials = { accessKeyId: "any", secretAccessKey: "any" };
    const { url: endpoint, region } = moto.server;
    admin = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
    await moto.asAdministrator(() => admin.send(new CreateBucketCommand({ Bucket: BUCKET })));
  });
  beforeEach(async () => {
    source = new SourceFolder().write({ "same.txt": "same", "new.txt": "new", "index.html": "index" });
    target = mkdtempSync(join(tmpdir(), "permissions-"));
    await moto?.asAdministrator(async () => {
      const put = (Key: string, Body: string | Buffer) =>
        admin.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }));
      await put("www/same.txt", "same");
      await put("www/extra.txt", "extra");
      await put("www/app.zip", archive);
      for (const Key of [
        "new.txt",
        "index.html",
        ".s3-site.json",
        "made.zip",
        "again.tar.gz",
        "pr-1/.s3-site.json",
      ].map((name) => `www/${name}`)) {
        await admin.send(new DeleteObjectCommand({ Bucket: BUCKET, Key }));
      }
    });
  });
  afterEach(() => {
    source.remove();
    rmSync(target, { recursive: true });
  });
  after(async () => {
    admin?.destroy();
    await moto?.server.stop();
  });

  async function run(
    task: Use["task"],
    policy: Policy,
    inputs: Use["inputs"],
    variables: Readonly<Record<string, string>> = {},
  ): Promise<StepResult> {
    assert.ok(moto);
    const { url, region } = moto.server;
    return runTask(task, { url, region, keys: await moto.createUser(policy) }, { source, target }, inputs, variables);
  }

  /** Leaves a site in the bucket that has a page more than the source folder. */
  async function publishMore(inputs: Use["inputs"], variables: Readonly<Record<string, string>> = {}): Promise<void> {
    assert.ok(moto);
    const { url, region } = moto.server;
    const keys = { username: "AKIAADMINISTRATOR", password: "the/secret/key/of/the/administrator" };
    source.write({ "gone.html": "gone" });
    const { result, log } = await moto.asAdministrator(() =>
      runTask("AwsS3PublishSite", { url, region, keys }, { source, target }, inputs, variables),
    );
    assert.equal(result, "Succeeded", log.join("\n"));
    rmSync(join(source.path, "gone.html"));
  }

  /** What a publish finds, or a rollback: then there are two releases. */
  async function publishBefore({ action, ...published }: Use["inputs"]): Promise<void> {
    if (action !== "rollback") return publishMore({ ...published, ...(action ? { action } : {}) });
    await publishMore({ ...published, keepReleases: "1" });
    source.write({ "index.html": "after", "more.html": "more" });
    await publishMore({ ...published, keepReleases: "1" });
  }

  describe("Publish a site, and set up hosting", () => {
    const [base] = policiesUnder("Publish a site");
    const [whole] = policiesUnder("Publish a site, and set up hosting");
    const statements = whole?.Statement.filter(({ Sid }) => Sid === "Website" || Sid === "PublicRead") ?? [];
    const inputs = { verify: "false", configureWebsite: "true", publicRead: "true" };

    beforeEach(async () => {
      await moto?.asAdministrator(async () => {
        await admin.send(new DeleteBucketWebsiteCommand({ Bucket: BUCKET }));
        await admin.send(new DeleteBucketPolicyCommand({ Bucket: BUCKET }));
      });
    });

    // moto asks for no permission to see or set Block Public Access.
    it("is enough for the bucket, beside the policy to publish", async () => {
      assert.ok(base);
      const Statement = [...base.Statement, ...statements];
      const { result, log } = await run("AwsS3PublishSite", { ...base, Statement }, inputs);
      assert.equal(result, "Succeeded", log.join("\n"));
    });

    for (const action of ["s3:GetBucketWebsite", "s3:PutBucketWebsite", "s3:GetBucketPolicy", "s3:PutBucketPolicy"]) {
      it(`is not enough without ${action}`, async () => {
        assert.ok(base);
        const Statement = [...base.Statement, ...without(action, { ...base, Statement: statements }).Statement];
        const { result, issues, log } = await run("AwsS3PublishSite", { ...base, Statement }, inputs);
        assert.equal(result, "Failed", log.join("\n"));
        assert.match(issues.map(({ message }) => message).join("\n"), new RegExp(action));
      });
    }
  });

  describe("Upload an archive", () => {
    const [policy] = policiesUnder("Upload an archive");
    const inputs = { archive: "tar.gz", archiveName: "again.tar.gz" };
    const counts = ({ outputVariables }: StepResult) =>
      ["filesUpdated", "filesUnchanged"].map((name) => outputVariables[name]?.value);

    it("lets an unchanged archive be recognized, by s3:GetObject", async () => {
      assert.ok(policy);
      await run("AwsS3Upload", policy, inputs);
      assert.deepEqual(counts(await run("AwsS3Upload", policy, inputs)), ["0", "1"]);
      const blind = without("s3:GetObject", policy);
      assert.deepEqual(counts(await run("AwsS3Upload", blind, inputs)), ["1", "0"]);
    });
  });

  describe("Remove previews", () => {
    const [policy] = policiesUnder("Remove previews");
    const preview = { verify: "false", action: "preview" };
    // The number alone says that a pull request elsewhere is over.
    const removal = { action: "removePreviews", pullRequestId: "1" };
    const elsewhere = { "Build.Repository.Provider": "GitHub" };
    // A preview is removed for its own repository alone.
    beforeEach(() => publishMore({ ...preview, pullRequestId: "1" }, elsewhere));

    it("is enough", async () => {
      assert.ok(policy);
      const { result, outputVariables, issues, log } = await run("AwsS3PublishSite", policy, removal, elsewhere);
      assert.equal(result, "Succeeded", log.join("\n"));
      assert.deepEqual([outputVariables.previewsRemoved?.value, issues], ["1", []]);
    });

    for (const action of policy ? actionsOf(policy) : []) {
      it(`is not enough without ${action}`, async () => {
        assert.ok(policy);
        const { outputVariables, issues, log } = await run(
          "AwsS3PublishSite",
          without(action, policy),
          removal,
          elsewhere,
        );
        assert.notEqual(outputVariables.previewsRemoved?.value, "1", log.join("\n"));
        assert.match(issues.map(({ message }) => message).join("\n"), new RegExp(`action ${action} on arn:aws:s3:::`));
      });
    }
  });

  for (const { heading, task, inputs } of uses) {
    describe(`${heading}, with ${JSON.stringify(inputs)}`, () => {
      const [policy] = policiesUnder(heading);
      if (task === "AwsS3PublishSite") beforeEach(() => publishBefore(inputs));

      it("is enough", async () => {
        assert.ok(policy);
        const { result, log } = await run(task, policy, inputs);
        assert.equal(result, "Succeeded", log.join("\n"));
        if (task !== "AwsS3Download") return;
        const archived = inputs.extract ? join("app", "in.txt") : "app.zip";
        assert.deepEqual(readdirSync(target).sort(), [inputs.extract ? "app" : "app.zip", "extra.txt", "same.txt"]);
        assert.ok(existsSync(join(target, archived)));
      });

      // What a listing tells is not asked for, so this action is for objects that moto does not make.
      const needed = policy
        ? actionsOf(policy).filter((action) => task !== "AwsS3Upload" || action !== "s3:GetObject")
        : [];
      for (const action of needed) {
        it(`is not enough without ${action}`, async () => {
          assert.ok(policy);
          const { result, issues, log } = await run(task, without(action, policy), inputs);
          assert.equal(result, "Failed", log.join("\n"));
          assert.match(
            issues.map(({ message }) => message).join("\n"),
            new RegExp(`action ${action} on arn:aws:s3:::`),
          );
        });
      }
    });
  }
});

describe("The policies of the pages", () => {
  it("have conditions that let the tasks list what they list", async () => {
    const server = await startS3Server();
    const source = new SourceFolder().write({ "index.html": "index" });
    const target = mkdtempSync(join(tmpdir(), "permissions-"));
    server.createBucket(BUCKET);
    try {
      for (const { heading, task, inputs } of uses) {
        if (inputs.keepReleases) source.write({ "index.html": "a second release" });
        server.clearRequests();
        const { accessKeyId: username, secretAccessKey: password } = defaultCredential;
        const keys = { username, password };
        const { result, log } = await runTask(
          task,
          { url: server.url, region: "us-east-1", keys },
          { source, target },
          inputs,
        );
        assert.equal(result, "Succeeded", log.join("\n"));
        const allowed = listablePrefixes(policiesUnder(heading)[0]);
        const listed = server.requests.filter(({ operation }) => operation.startsWith("ListObjects"));
        for (const { query } of listed) {
          assert.ok(
            allowed.some((pattern) => like(query.prefix ?? "", pattern)),
            `${heading}: ${query.prefix}`,
          );
        }
        assert.equal(listed.length > 0, allowed.length > 0, heading);
      }
    } finally {
      await server.close();
      source.remove();
      rmSync(target, { recursive: true });
    }
  });

  it("are the trust policy that a refused step prints", () => {
    const [policy] = policiesOfHeading("docs/connections.md", "The connection and its role");
    const claims = {
      issuer: "https://vstoken.dev.azure.com/6c1b0b1e-2b5a-4d0e-9a53-5d4c3b2a1f00",
      subject: "sc://my-organization/my-project/my-aws-connection",
      audience: "api://AzureADTokenExchange",
    };
    assert.deepEqual(policy, trustPolicy(claims, "arn:aws:iam::123456789012:role/deploy"));
  });

  it("are all used by a test, and allow no action by a wildcard", () => {
    const found = userPages.flatMap((page) => policiesOf(page).map((policy) => ({ page, policy })));
    const used = [
      ...[...new Set(uses.map(({ heading }) => heading)), "Publish a site, and set up hosting"].flatMap(policiesUnder),
      ...ROLE_POLICIES,
    ];
    assert.deepEqual(
      found.filter(({ policy }) => !used.some((one) => isDeepStrictEqual(one, policy))),
      [],
    );
    for (const { policy } of found) {
      assert.equal(policy.Version, "2012-10-17");
      assert.deepEqual(
        actionsOf(policy).filter((action) => action.includes("*")),
        [],
      );
    }
  });

  it("let a role be assumed, and from it another one", async () => {
    const [trust, permission] = policiesOfHeading("docs/connections.md", "More roles");
    assert.ok(trust && permission);
    const [deploy, releases] = ["arn:aws:iam::123456789012:role/deploy", "arn:aws:iam::210987654321:role/releases"];
    const mayAssume = permission.Statement.flatMap(({ Resource }) => Resource as string | string[]);
    const bench = await IdentityBench.start({
      roles: [
        { arn: deploy, trustPolicy: trusting(user.arn, undefined, "sts:TagSession"), mayAssume },
        { arn: releases, trustPolicy: trust as unknown as TrustPolicy },
      ],
    });
    try {
      const store = { data: { roleArn: deploy, stsEndpoint: bench.sts.url } };
      const inputs = { assumeRole: releases, assumeRoleExternalId: "a-partner", sessionTags: "project=shop" };
      const { result, log } = await bench.run({ store, inputs });
      assert.equal(result, "Succeeded", log.join("\n"));
      const stranger = await bench.run({ store, inputs: { ...inputs, assumeRoleExternalId: "another" } });
      assert.equal(stranger.result, "Failed");
      assert.deepEqual(actionsOf(permission), ["sts:AssumeRole", "sts:TagSession"]);
    } finally {
      await bench.close();
    }
  });
});
