import assert from "node:assert/strict";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { NOT_S3, ServiceError } from "../../src/aws/errors/errors.ts";
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

  it("must be the one that S3 gives", async () => {
    for (const xml of ["<html></html>", answer(grant("", "READ")), answer(grant("<ID>you</ID>", ""))]) {
      await assert.rejects(read(xml), (error) => error instanceof ServiceError && error.awsCode === NOT_S3);
    }
  });
});
