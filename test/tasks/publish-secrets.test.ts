import assert from "node:assert/strict";
import { DeletePublicAccessBlockCommand, PutBucketPolicyCommand } from "@aws-sdk/client-s3";
import { publishBench } from "./publish-bench.ts";
import { runStoreStep } from "./store-step.ts";
import { outcomeOf } from "./upload-bench.ts";

const PEM = (kind: string) => `-----BEGIN ${kind}PRIVATE KEY-----\nMIIB\n`;
const PAGES = { "index.html": "home", "style.css": "p {}" };
/** Each is a file that holds a secret, or that nobody publishes on purpose. */
const SECRETS: Readonly<Record<string, string>> = {
  ".aws/credentials": "",
  ".env": "",
  ".env.production": "",
  ".git-credentials": "",
  ".htpasswd": "",
  ".kube/config": "",
  ".netrc": "",
  ".npmrc": "",
  ".ssh/known_hosts": "",
  "app/.ENV.local": "",
  "app/id_rsa": "",
  "app/id_ed25519.pub": "",
  "certs/server.pem": PEM("RSA "),
  "notes/key.txt": `\ufeff${PEM("")}`,
  "notes/open.key": PEM("OPENSSH "),
  "store.p12": "",
};
const SUSPECTS: Readonly<Record<string, string>> = {
  ".hg/store": "",
  ".svn/entries": "",
  "ca.pem": "-----BEGIN CERTIFICATE-----\n",
  "copy.sql.gz": "",
  "db.dump": "",
  "db.sql": "",
  "old.bak": "",
};
/** As they are published on purpose every day. */
const HARMLESS = {
  "env.js": "",
  "environment.html": "",
  "id_rules.txt": "",
  ".well-known/security.txt": "",
  "docs/sql.html": "",
  "docs/how-to-make-a-key.html": `<pre>${PEM("")}`,
  ".nojekyll": "",
};
const bySize = (names: object) => Object.keys(names).sort().join(", ");

describe("AwsS3PublishSite, files that visitors are not meant to see,", () => {
  const bench = publishBench("embedded");
  const warning = (files: object) =>
    `Visitors usually should not see these files: ${bySize(files)}. Exclude them with patterns that start with !, or add a pattern with the full name of a file that visitors may see. [site-secret-found]`;

  it("are an error where everyone may read the site, and nothing is uploaded", async () => {
    bench.source.write({ ...PAGES, ...SECRETS, ...SUSPECTS, ...HARMLESS });
    const { result, errors, warnings } = outcomeOf(await bench.publish({ publicRead: "true", verify: "false" }));
    assert.deepEqual(
      { result, errors, warnings },
      {
        result: "Failed",
        errors: [
          `globExpressions: everyone can read this site, and these files may hold secrets: ${bySize(SECRETS)}. Exclude them with patterns that start with !. If visitors may see a file, add a pattern with its full name, for example **/.env.example. [site-secret-found]`,
        ],
        warnings: [warning(SUSPECTS)],
      },
    );
    assert.deepEqual(await bench.keys(), []);
  });

  it("are an error where the bucket's policy lets everyone read them, whoever wrote it", async () => {
    bench.source.write({ ...PAGES, ".npmrc": "token" });
    const Statement = [
      { Effect: "Allow", Principal: "*", Action: "s3:Get*", Resource: `arn:aws:s3:::${bench.bucket}/www/*` },
    ];
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
    await bench.target.client().send(new DeletePublicAccessBlockCommand({ Bucket: bench.bucket }));
    await bench.target.client().send(new PutBucketPolicyCommand({ Bucket: bench.bucket, Policy }));
    const { errors = [] } = outcomeOf(await bench.publish({ verify: "false", targetFolder: "www" }));
    assert.match(
      errors.join(),
      /^globExpressions: everyone can read this site, and these files may hold secrets: \.npmrc\./,
    );
    const beside = outcomeOf(await bench.publish({ verify: "false", targetFolder: "private" }));
    assert.deepEqual([beside.result, beside.warnings?.length], ["Succeeded", 1]);
  });

  it("are a warning where nobody but the owner reads the site", async () => {
    bench.source.write({ ...PAGES, ".env": "", "db.sql": "" });
    const { errors, warnings } = outcomeOf(await bench.publish({ verify: "false" }));
    assert.deepEqual(
      [errors, warnings],
      [
        undefined,
        [
          "These files may hold secrets: .env. Exclude them with patterns that start with !, or add a pattern with the full name of a file that visitors may see. [site-secret-found]",
          warning({ "db.sql": "" }),
        ],
      ],
    );
  });

  it("are published where a pattern spells their names, or that of a folder above them", async () => {
    bench.source.write({ ...PAGES, ".env.example": "", ".ssh/config": "", "keys/demo.key": PEM(""), "db.sql": "" });
    const globExpressions = "**\n.env.example\n.ssh/**\nkeys/demo.key\n**/db.sql";
    const { result, errors, warnings } = outcomeOf(
      await bench.publish({ publicRead: "true", verify: "false", globExpressions }),
    );
    assert.deepEqual([result, errors, warnings], ["Succeeded", undefined, undefined]);
    assert.deepEqual(await bench.keys(), [
      ".env.example",
      ".ssh/config",
      "db.sql",
      "index.html",
      "keys/demo.key",
      "style.css",
    ]);
  });

  it("are left out by patterns", async () => {
    bench.source.write({ ...PAGES, ".env": "", "app/.env.local": "" });
    const { result } = outcomeOf(
      await bench.publish({ publicRead: "true", verify: "false", globExpressions: "**\n!**/.env*" }),
    );
    assert.equal(result, "Succeeded");
    assert.deepEqual(await bench.keys(), Object.keys(PAGES).sort());
  });
});

describe("a repository's history is skipped under every name of its folder,", () => {
  const bench = publishBench("embedded");
  const files = {
    "index.html": "home",
    ".git/config": "",
    ".GIT/config": "",
    "lib/.Git/HEAD": "",
    "lib/GIT~1/HEAD": "",
    ".git. /config": "",
    ".gitignore": "kept",
    "git/page.html": "kept",
  };
  const KEPT = [".gitignore", "git/page.html", "index.html"];

  it("by AwsS3PublishSite and AwsS3Upload", async () => {
    bench.source.write(files);
    await bench.publish({ verify: "false" });
    assert.deepEqual(await bench.keys(), KEPT);
    await bench.upload({ targetFolder: "copy" });
    assert.deepEqual(
      (await bench.keys()).filter((key) => key.startsWith("copy/")),
      KEPT.map((key) => `copy/${key}`),
    );
  });

  it("unless a pattern spells the name", async () => {
    bench.source.write(files);
    await bench.upload({ globExpressions: "**\nlib/GIT~1/**" });
    assert.deepEqual(await bench.keys(), [".gitignore", "git/page.html", "index.html", "lib/GIT~1/HEAD"]);
  });

  it("by AwsS3Download", async () => {
    for (const key of Object.keys(files)) await bench.put(key);
    const inputs = { bucketName: bench.bucket, targetFolder: bench.source.path, globExpressions: "**" };
    await runStoreStep("AwsS3Download", bench.target, inputs, {});
    await bench.upload({ targetFolder: "copy" });
    assert.deepEqual(
      (await bench.keys()).filter((key) => key.startsWith("copy/")),
      KEPT.map((key) => `copy/${key}`),
    );
  });
});
