import assert from "node:assert/strict";
import { describeFailure, isStepFatal } from "../../../src/aws/errors/error-hints.ts";
import { IdentityError, NOT_S3, ServiceError, UNRECOGNIZED } from "../../../src/aws/errors/errors.ts";
import { ConnectionError } from "../../../src/http/connection-error.ts";

const refusal = (code: string, serverMessage = "No", status = 403) =>
  new ServiceError({ status, awsCode: code, serverMessage });
const denied = refusal("AccessDenied", "Access Denied");
const allow = (action: string, resource: string) =>
  `Access Denied (403 AccessDenied). Allow the user or role behind awsCredentials the action ${action} on arn:aws:s3:::${resource}, in its own policy and in the policy of the bucket.`;

describe("the advice on a refusal", () => {
  it("names the permission that was missing, and on what", () => {
    assert.equal(describeFailure(denied, "b", "k"), allow("s3:PutObject", "b/k"));
    assert.equal(describeFailure(denied, "b"), allow("s3:PutObject", "b/*"));
    assert.equal(describeFailure(denied, "b", "k", "s3:DeleteObject"), allow("s3:DeleteObject", "b/k"));
    assert.equal(describeFailure(denied, "b", undefined, "s3:ListBucket"), allow("s3:ListBucket", "b"));
    assert.equal(describeFailure(denied, "b", "k", "s3:CreateBucket"), allow("s3:CreateBucket", "b"));
    assert.equal(
      describeFailure(denied, "b", "k", "s3:GetObject"),
      `${allow("s3:GetObject", "b/k")} Without s3:ListBucket, S3 gives the same answer for an object that does not exist.`,
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

  it("speaks of the bucket's policy where that denies it", () => {
    const message =
      "User: u is not authorized to perform: s3:PutObject with an explicit deny in a resource-based policy";
    assert.match(
      describeFailure(refusal("AccessDenied", message), "b", "k"),
      /\. The policy of the bucket "b" denies this request\. .*keyManagement/,
    );
  });

  it("speaks of the owner first where a bucket was expected to be another account's", () => {
    const said = { status: 403, awsCode: "AccessDenied", expectedBucketOwner: "123456789012" };
    assert.equal(
      describeFailure(new ServiceError({ ...said, serverMessage: "Access Denied" }), "b", undefined, "s3:ListBucket"),
      `Access Denied (403 AccessDenied). There are two possible causes. The bucket "b" does not belong to the account 123456789012: check expectedBucketOwner. Or a permission is missing: ${allow("s3:ListBucket", "b").slice("Access Denied (403 AccessDenied). ".length)}`,
    );
    const serverMessage = "User: u is not authorized to perform: s3:ListBucket because no policy allows it";
    assert.doesNotMatch(describeFailure(new ServiceError({ ...said, serverMessage }), "b"), /expectedBucketOwner/);
  });

  it("speaks of the key where KMS refused", () => {
    const message =
      "User: arn:aws:iam::123456789012:user/u is not authorized to perform: kms:GenerateDataKey on resource: arn:aws:kms:eu-west-1:123456789012:key/k because no resource-based policy allows it";
    const advice = describeFailure(refusal("AccessDenied", message), "b", "k");
    assert.match(
      advice,
      /the action kms:GenerateDataKey for the KMS key, in its own policy and in the policy of the key/,
    );
    assert.doesNotMatch(advice, /arn:aws:s3/);
  });

  const named: [code: string, wanted: RegExp][] = [
    ["NoSuchKey", /no such object/],
    ["NotFound", /no such object/],
    ["BadRequest", /customerKey/],
    ["InvalidObjectState", /Restore it.*globExpressions/],
    ["AccessControlListNotSupported", /filesAcl to none/],
    ["InvalidStorageClass", /Check storageClass/],
    ["InvalidTag", /Check tags/],
    ["MetadataTooLarge", /Check metadata.*2 KB/],
    ["KMS.NotFoundException", /Check kmsMasterKeyId/],
    ["KMS.DisabledException", /Enable the KMS key/],
    ["KMS.KMSInvalidStateException", /cancel it in KMS/],
    ["BucketAlreadyExists", /another bucketName: "b" belongs to another account/],
    ["PreconditionFailed", /Run the step again/],
    ["MethodNotAllowed", /does not allow this request/],
  ];
  for (const [code, wanted] of named) {
    it(`says what to do about ${code}`, () => assert.match(describeFailure(refusal(code), "b", "k"), wanted));
  }

  const KEY = "Check the access key ID in the service connection";
  const SECRET = "Check the secret access key in the service connection";
  const REGION = "Set regionName (or the region of awsCredentials) to the region";
  const inOtherWords: [status: number, awsCode: string, serverMessage: string, code: string, advice: string][] = [
    [403, "AccessDenied", "Forbidden: No such key: GK1", "access-key-not-found", KEY],
    [403, "AccessDenied", "Invalid access key", "access-key-not-found", KEY],
    [403, "InvalidAccessKey", "Unknown", "access-key-not-found", KEY],
    [403, "InvalidSecurity", "The provided security credentials are not valid.", "access-key-not-found", KEY],
    [404, "XAdminUserNotFound", "No user exists", "access-key-not-found", KEY],
    [401, "Unauthorized", "Unauthorized", "access-key-not-found", KEY],
    [400, "InvalidArgument", "Credential access key has length 20, should be 32", "access-key-not-found", KEY],
    [
      400,
      "AuthorizationHeaderMalformed",
      'the authorization component "/s3" is malformed',
      "access-key-not-found",
      KEY,
    ],
    [403, "AccessDenied", "Forbidden: Invalid signature", "secret-key-wrong", SECRET],
    [403, "InvalidSignature", "No", "secret-key-wrong", SECRET],
    [403, "Forbidden", "Signature validation failed", "secret-key-wrong", SECRET],
    [400, "AuthorizationHeaderMalformed", "unexpected scope: 20260101/a/s3/aws4_request", "region-wrong", REGION],
    [400, "InvalidRegion", "Region does not match.", "region-wrong", REGION],
    [400, "InvalidRegionName", "The region name 'x' is not valid.", "region-wrong", REGION],
    [400, "InvalidLocationConstraint", "The specified location-constraint is not valid", "region-wrong", REGION],
    [
      403,
      "SignatureDoesNotMatch",
      "The region must be specified if this is not the home region",
      "region-wrong",
      REGION,
    ],
  ];
  for (const [status, awsCode, serverMessage, code, advice] of inOtherWords) {
    it(`understands ${awsCode}, "${serverMessage}"`, () => {
      const error = new ServiceError({ status, awsCode, serverMessage });
      assert.equal(error.code, code);
      const text = describeFailure(error, "b", undefined, "s3:ListBucket");
      assert.ok(text.startsWith(`${serverMessage.replace(/\.$/, "")} (${status} ${awsCode}). ${advice}`), text);
      assert.equal(isStepFatal(error), true);
    });
  }

  const ofRights: [awsCode: string, serverMessage: string][] = [
    ["AccessDenied", "User: u is not authorized to perform: s3:PutObject with an explicit deny in a resource policy"],
    ["AccessDenied", 'u is not authorized to perform: s3:GetObject on resource: "b/access key of region, not valid"'],
    ["AccessDenied", "Requests must use https"],
    ["InvalidArgument", "Requests with KMS keys require AWS Signature Version 4."],
  ];
  for (const [awsCode, serverMessage] of ofRights) {
    it(`takes ${awsCode}, "${serverMessage}" for what it is`, () => {
      assert.equal(refusal(awsCode, serverMessage).meaning, awsCode);
    });
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
    assert.equal(isStepFatal(refusal(UNRECOGNIZED, "A page", 200)), false);
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
