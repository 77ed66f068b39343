import assert from "node:assert/strict";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { NOT_S3, ServiceError } from "../../src/aws/errors/errors.ts";
import type { HttpResponse } from "../../src/http/messages.ts";
import { getObjectAcl, grantHeaders, isOwnerOnly } from "../../src/s3/object-acl.ts";
import { answeringBucket, newBucketWithAcls, targetSuite } from "./open-target.ts";

const ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers";

describe("an object's ACL", () => {
  const suite = targetSuite();

  it("names the owner alone where none was given", async () => {
    const bucket = await suite.newBucket();
    await suite.target.client().send(new PutObjectCommand({ Bucket: bucket.name, Key: "a", Body: "x" }));
    assert.equal(isOwnerOnly(await getObjectAcl(bucket, "a")), true);
  });

  it("names who else was granted something", async function () {
    const name = await newBucketWithAcls(suite.target);
    if (!name) return this.skip();
    const bucket = suite.open(name);
    const put = { Bucket: bucket.name, Key: "a", Body: "x", ACL: "public-read" as const };
    await suite.target.client().send(new PutObjectCommand(put));
    const acl = await getObjectAcl(bucket, "a");
    assert.equal(isOwnerOnly(acl), false);
    assert.deepEqual(grantHeaders(acl), {
      "x-amz-grant-full-control": `id="${acl.ownerId}"`,
      "x-amz-grant-read": `uri="${ALL_USERS}"`,
    });
  });
});

describe("the answer with an object's ACL", () => {
  const grant = (grantee: string, permission: string) =>
    `<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="T">${grantee}</Grantee><Permission>${permission}</Permission></Grant>`;
  const answer = (...grants: string[]) =>
    `<?xml version="1.0"?><AccessControlPolicy><Owner><ID>me</ID></Owner><AccessControlList>${grants.join("")}</AccessControlList></AccessControlPolicy>`;
  const read = (xml: string) => getObjectAcl(answeringBucket(xml).bucket, "key");

  it("is given again by headers", async () => {
    const acl = await read(
      answer(
        grant("<ID>me</ID><DisplayName>I</DisplayName>", "FULL_CONTROL"),
        grant("<ID>you</ID>", "FULL_CONTROL"),
        grant(`<URI>${ALL_USERS}</URI>`, "READ"),
        grant("<ID>you</ID>", "READ_ACP"),
        grant("<EmailAddress>a@b.c</EmailAddress>", "WRITE_ACP"),
        grant("<ID>you</ID>", "WRITE"),
      ),
    );
    assert.equal(isOwnerOnly(acl), false);
    assert.deepEqual(grantHeaders(acl), {
      "x-amz-grant-full-control": 'id="me", id="you"',
      "x-amz-grant-read": `uri="${ALL_USERS}"`,
      "x-amz-grant-read-acp": 'id="you"',
      "x-amz-grant-write-acp": 'emailAddress="a@b.c"',
    });
  });

  it("may be that there are no ACLs", async () => {
    for (const code of ["AccessControlListNotSupported", "MethodNotAllowed", "NotImplemented"]) {
      const { bucket } = answeringBucket(new ServiceError({ status: 400, awsCode: code, serverMessage: "no" }));
      assert.equal(isOwnerOnly(await getObjectAcl(bucket, "key")), true);
    }
  });

  const strange: [title: string, answer: string | Partial<HttpResponse>][] = [
    ["a page", "<html></html>"],
    ["a grant to nobody", answer(grant("", "READ"))],
    ["a grant of nothing", answer(grant("<ID>you</ID>", ""))],
  ];
  for (const [title, given] of strange) {
    it(`is not complete with ${title}, and an error from Amazon S3`, async () => {
      const { bucket } = answeringBucket(given);
      const { grants, isComplete } = await getObjectAcl(bucket, "key");
      assert.deepEqual([grants, isComplete], [[], false]);
      await assert.rejects(
        getObjectAcl({ ...bucket, isAmazon: true }, "key"),
        (error) => error instanceof ServiceError && error.awsCode === NOT_S3,
      );
    });
  }

  it("is not complete where the store fails, and has the grants that can be read", async () => {
    const failing = new ServiceError({ status: 500, awsCode: "InternalError", serverMessage: "no" });
    const acl = await getObjectAcl(answeringBucket(failing).bucket, "key");
    assert.deepEqual([acl.grants, acl.isComplete], [[], false]);
    await assert.rejects(getObjectAcl({ ...answeringBucket(failing).bucket, isAmazon: true }, "key"), failing);
    const partly = await read(answer(grant("", "READ"), grant("<ID>you</ID>", "READ")));
    assert.deepEqual([isOwnerOnly(partly), partly.isComplete], [false, false]);
  });
});
