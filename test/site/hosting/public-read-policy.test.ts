import assert from "node:assert/strict";
import { allowReading } from "../../../src/site/hosting/public-read-policy.ts";
import { StepError } from "../../../src/sync/step-error.ts";

const objects = { bucketName: "site", prefix: "", partition: "aws" };
const own = {
  Sid: "AwsS3PublishSite",
  Effect: "Allow",
  Principal: "*",
  Action: "s3:GetObject",
  Resource: "arn:aws:s3:::site/*",
};
const tlsOnly = {
  Sid: "TlsOnly",
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: ["arn:aws:s3:::site", "arn:aws:s3:::site/*"],
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};

/** The policy that comes of one with these statements; undefined if nothing has to change. */
function allowBeside(...statements: unknown[]): unknown {
  const policy = allowReading(JSON.stringify({ Version: "2008-10-17", Id: "mine", Statement: statements }), objects);
  return policy === undefined ? undefined : JSON.parse(policy);
}

describe("the policy statement that lets everybody read", () => {
  it("is all of the policy of a bucket that had none", () => {
    const policy = allowReading(undefined, objects);
    assert.deepEqual(JSON.parse(policy ?? ""), { Version: "2012-10-17", Statement: [own] });
  });

  it("is about the prefix of the site, in its partition, under a name of its own", () => {
    const policy = allowReading(undefined, { bucketName: "site", prefix: "docs/v1/", partition: "aws-cn" });
    const [{ Sid, ...rest }] = JSON.parse(policy ?? "").Statement;
    assert.match(Sid, /^AwsS3PublishSite[0-9a-f]{12}$/);
    const { Sid: _, ...expected } = { ...own, Resource: "arn:aws-cn:s3:::site/docs/v1/*" };
    assert.deepEqual(rest, expected);
  });

  it("leaves all else in the policy as it is", () => {
    const others = [tlsOnly, { ...own, Sid: "Other", Resource: "arn:aws:s3:::site/other/*" }];
    assert.deepEqual(allowBeside(...others), { Version: "2008-10-17", Id: "mine", Statement: [...others, own] });
  });

  it("is put beside a statement that stands alone", () => {
    const policy = allowReading(JSON.stringify({ Version: "2012-10-17", Statement: tlsOnly }), objects);
    assert.deepEqual(JSON.parse(policy ?? ""), { Version: "2012-10-17", Statement: [tlsOnly, own] });
  });

  it("comes back to what it has to be where somebody changed it", () => {
    const changed = { ...own, Condition: { IpAddress: { "aws:SourceIp": "192.0.2.0/24" } } };
    assert.deepEqual(allowBeside(changed, tlsOnly), { Version: "2008-10-17", Id: "mine", Statement: [tlsOnly, own] });
  });

  const equivalents: readonly [title: string, statement: object][] = [
    ["itself", own],
    ["one of another name", { ...own, Sid: "PublicRead" }],
    ["one without a name", { ...own, Sid: undefined }],
    ["one for all of AWS", { ...own, Sid: "A", Principal: { AWS: "*" } }],
    ["one for all of AWS, in a list", { ...own, Sid: "A", Principal: { AWS: ["*"] } }],
    ["one with more actions", { ...own, Sid: "A", Action: ["s3:ListBucket", "S3:getobject"] }],
    ["one with a pattern of actions", { ...own, Sid: "A", Action: "s3:Get*" }],
    ["one with more objects", { ...own, Sid: "A", Resource: ["arn:aws:s3:::site", "arn:aws:s3:::*"] }],
  ];
  for (const [title, statement] of equivalents) {
    it(`is not needed beside ${title}`, () => assert.equal(allowBeside(tlsOnly, statement), undefined));
  }

  const others: readonly [title: string, statement: object][] = [
    ["denies", { ...own, Sid: "A", Effect: "Deny" }],
    ["has a condition", { ...own, Sid: "A", Condition: { Bool: { "aws:SecureTransport": "true" } } }],
    ["is about one account", { ...own, Sid: "A", Principal: { AWS: "123456789012" } }],
    ["is about a service", { ...own, Sid: "A", Principal: { Service: "*" } }],
    ["is about other actions", { ...own, Sid: "A", Action: ["s3:GetObjectAcl", "s3:Put*"] }],
    ["is about all actions but some", { ...own, Sid: "A", Action: undefined, NotAction: "s3:PutObject" }],
    ["is about other objects", { ...own, Sid: "A", Resource: "arn:aws:s3:::site/docs/*" }],
    ["is about some kind of object", { ...own, Sid: "A", Resource: "arn:aws:s3:::site/*.html" }],
    ["is about one object", { ...own, Sid: "A", Resource: "arn:aws:s3:::site/index.html" }],
  ];
  for (const [title, statement] of others) {
    it(`is needed beside one that ${title}`, () => {
      const present = JSON.parse(JSON.stringify(statement));
      assert.deepEqual(allowBeside(statement), { Version: "2008-10-17", Id: "mine", Statement: [present, own] });
    });
  }

  it("cannot be put into what is not a policy", () => {
    for (const text of ["", "no JSON", '"text"', "[]", "null"]) {
      assert.throws(() => allowReading(text, objects), StepError, text);
    }
  });

  it("cannot be about a prefix that a policy takes for a pattern", () => {
    for (const prefix of ["a*/", "a?/", `$\{aws:username}/`]) {
      assert.throws(() => allowReading(undefined, { ...objects, prefix }), StepError, prefix);
    }
  });
});
