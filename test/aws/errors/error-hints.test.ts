import assert from "node:assert/strict";
import { describeFailure, isStepFatal } from "../../../src/aws/errors/error-hints.ts";
import { IdentityError, NOT_S3, ServiceError } from "../../../src/aws/errors/errors.ts";
import { ConnectionError } from "../../../src/http/connection-error.ts";

const refusal = (code: string, serverMessage = "No", status = 403) =>
  new ServiceError({ status, awsCode: code, serverMessage });
const denied = refusal("AccessDenied", "Access Denied");
const allow = (action: string, resource: string) =>
  `Access Denied (403 AccessDenied). Allow the user or role behind awsCredentials the action ${action} on arn:aws:s3:::${resource}, in its own policy and in the bucket's.`;

describe("the advice on a refusal", () => {
  it("names the permission that was missing, and on what", () => {
    assert.equal(describeFailure(denied, "b", "k"), allow("s3:PutObject", "b/k"));
    assert.equal(describeFailure(denied, "b"), allow("s3:PutObject", "b/*"));
    assert.equal(describeFailure(denied, "b", "k", "s3:DeleteObject"), allow("s3:DeleteObject", "b/k"));
    assert.equal(describeFailure(denied, "b", undefined, "s3:ListBucket"), allow("s3:ListBucket", "b"));
    assert.equal(describeFailure(denied, "b", "k", "s3:CreateBucket"), allow("s3:CreateBucket", "b"));
    assert.equal(
      describeFailure(denied, "b", "k", "s3:GetObject"),
      `${allow("s3:GetObject", "b/k")} Where s3:ListBucket is not allowed, S3 says the same of an object that does not exist.`,
    );
  });

  it("believes S3 where it says which permission that is", () => {
    const message =
      'User: arn:aws:iam::123456789012:user/u is not authorized to perform: s3:PutObjectTagging on resource: "arn:aws:s3:::b/k" because no identity-based policy allows the s3:PutObjectTagging action';
    assert.match(
      describeFailure(refusal("AccessDenied", message), "b", "k"),
      /the action s3:PutObjectTagging on arn:aws:s3:::b\/k,/,
    );
  });

  it("speaks of the key where KMS refused", () => {
    const message =
      "User: arn:aws:iam::123456789012:user/u is not authorized to perform: kms:GenerateDataKey on resource: arn:aws:kms:eu-west-1:123456789012:key/k because no resource-based policy allows it";
    const advice = describeFailure(refusal("AccessDenied", message), "b", "k");
    assert.match(advice, /the action kms:GenerateDataKey on the KMS key, in its own policy and in the key's/);
    assert.doesNotMatch(advice, /arn:aws:s3/);
  });

  const named: [code: string, wanted: RegExp][] = [
    ["NoSuchKey", /no such object/],
    ["NotFound", /no such object/],
    ["BadRequest", /customerKey/],
    ["InvalidObjectState", /restore it first.*globExpressions/],
    ["AccessControlListNotSupported", /filesAcl to none/],
    ["InvalidStorageClass", /Check storageClass/],
    ["InvalidTag", /Check tags/],
    ["MetadataTooLarge", /Check metadata.*2 KB/],
    ["KMS.NotFoundException", /Check kmsMasterKeyId/],
    ["KMS.DisabledException", /Enable the KMS key/],
    ["KMS.KMSInvalidStateException", /cancel that in KMS/],
    ["BucketAlreadyExists", /another bucketName: "b" belongs to another account/],
    ["PreconditionFailed", /run the step again/],
    ["MethodNotAllowed", /does not allow this request/],
  ];
  for (const [code, wanted] of named) {
    it(`says what to do about ${code}`, () => assert.match(describeFailure(refusal(code), "b", "k"), wanted));
  }

  it("is left out where there is none", () => {
    assert.equal(describeFailure(refusal("Unheard", "Odd", 400), "b"), "Odd (400 Unheard).");
    assert.equal(describeFailure(new Error("Something else"), "b"), "Something else.");
  });

  it("is the message itself where it is about who the step is", () => {
    assert.equal(
      describeFailure(new IdentityError("aws-identity-not-found", "No role. Do this."), "b", "k"),
      "No role. Do this.",
    );
  });

  it("names the region where the bucket is", () => {
    const error = new ServiceError({
      status: 301,
      awsCode: "PermanentRedirect",
      serverMessage: "Elsewhere",
      region: "eu-west-1",
    });
    assert.match(describeFailure(error, "b"), /regionName .* to eu-west-1/);
    const evil = new ServiceError({ ...error.details, region: "../../evil.example/" });
    assert.match(describeFailure(evil, "b"), /regionName .* to the region where the bucket "b" is\.$/);
  });
});

describe("a failure ends the step", () => {
  it("where every file would meet it", () => {
    const fatal = ["AccessControlListNotSupported", "BucketAlreadyExists", "InvalidStorageClass", "InvalidTag"];
    for (const code of [...fatal, "NoSuchBucket", "ExpiredToken"]) assert.equal(isStepFatal(refusal(code)), true, code);
    assert.equal(isStepFatal(refusal(NOT_S3, "A page", 200)), true);
    assert.equal(isStepFatal(new ConnectionError("ENOTFOUND", "host", "no")), true);
    assert.equal(isStepFatal(new IdentityError("aws-identity-not-found", "No role.")), true);
  });

  it("not where it may be about one object", () => {
    const single = ["AccessDenied", "InvalidObjectState", "KMS.DisabledException", "MetadataTooLarge", "NoSuchKey"];
    for (const code of [...single, "PreconditionFailed", "SlowDown"]) {
      assert.equal(isStepFatal(refusal(code)), false, code);
    }
    assert.equal(isStepFatal(refusal(NOT_S3, "A page", 502)), false);
    assert.equal(isStepFatal(new ConnectionError("ECONNRESET", "host", "no")), false);
    assert.equal(isStepFatal(new Error("else")), false);
  });
});

describe("the advice names inputs that the task has:", () => {
  const KMS_CODES = ["KMS.NotFoundException", "KMS.DisabledException", "KMS.KMSInvalidStateException"];

  for (const code of KMS_CODES) {
    it(`${code} of a download names no key to encrypt with`, () => {
      assert.doesNotMatch(describeFailure(refusal(code), "b", "k", "s3:GetObject"), /kmsMasterKeyId/);
      assert.match(describeFailure(refusal(code), "b", "k", "s3:PutObject"), /kmsMasterKeyId/);
    });
  }

  it("a 400 to a HEAD of a bucket is not about customer keys", () => {
    const message = describeFailure(refusal("BadRequest", "no reason given", 400), "b", undefined, "s3:ListBucket");
    assert.match(message, /Check bucketName, regionName, and the session token of awsCredentials\.$/);
    assert.doesNotMatch(message, /customerKey/);
  });
});
