import assert from "node:assert/strict";
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeletePublicAccessBlockCommand,
  GetObjectAclCommand,
  type Grant,
  type ObjectCannedACL,
  type ObjectOwnership,
  PutBucketOwnershipControlsCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  PutPublicAccessBlockCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { conformance, refusalOf, type Subject } from "./conformance.ts";

const allUsers = "http://acs.amazonaws.com/groups/global/AllUsers";
const authenticatedUsers = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
const unsupported = { status: 400, code: "AccessControlListNotSupported" };
const invalid = { status: 400, code: "InvalidArgument" };

/** A bucket of its own whose objects have access control lists, public ones too. */
async function bucketWithAcls({ client, target }: Subject, ownership: ObjectOwnership = "ObjectWriter") {
  const bucket = await target.newBucket();
  const OwnershipControls = { Rules: [{ ObjectOwnership: ownership }] };
  // A server that knows neither of these has access control lists, public ones too, anyway.
  await client
    .send(new PutBucketOwnershipControlsCommand({ Bucket: bucket, OwnershipControls }))
    .catch(() => undefined);
  await client.send(new DeletePublicAccessBlockCommand({ Bucket: bucket })).catch(() => undefined);
  return { client, target, bucket };
}

function put({ client, bucket }: Subject, Key: string, more: Partial<PutObjectCommandInput> = {}) {
  return client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: "body", ...more }));
}

/** The owner of an object, and its grants as `whom permission`, the owner's own as `owner`. */
async function aclOf({ client, bucket }: Subject, Key: string) {
  const { Owner, Grants = [] } = await client.send(new GetObjectAclCommand({ Bucket: bucket, Key }));
  const nameOf = ({ Grantee }: Grant) => (Grantee?.ID === Owner?.ID ? "owner" : (Grantee?.URI ?? Grantee?.ID));
  return { ownerId: Owner?.ID ?? "", grants: Grants.map((grant) => `${nameOf(grant)} ${grant.Permission}`).sort() };
}

async function grantsOf(subject: Subject, Key: string): Promise<string[]> {
  return (await aclOf(subject, Key)).grants;
}

conformance("access control lists", (behaves) => {
  behaves("gives the owner of an object full control", async (subject) => {
    await put(subject, "own");
    assert.deepEqual(await grantsOf(subject, "own"), ["owner FULL_CONTROL"]);
  });

  behaves("takes the ACL that changes nothing where the bucket's owner owns all objects", async (subject) => {
    const { client, bucket } = subject;
    await put(subject, "full", { ACL: "bucket-owner-full-control" });
    await client.send(new PutObjectAclCommand({ Bucket: bucket, Key: "full", ACL: "bucket-owner-full-control" }));
    assert.deepEqual(await grantsOf(subject, "full"), ["owner FULL_CONTROL"]);
  });

  behaves("refuses all other ACLs where the bucket's owner owns all objects", async (subject) => {
    const { client, bucket } = subject;
    await put(subject, "refused");
    const to = { Bucket: bucket, Key: "refused" };
    const requests = [
      put(subject, "refused", { ACL: "private" }),
      put(subject, "refused", { GrantRead: `uri="${allUsers}"` }),
      client.send(new CreateMultipartUploadCommand({ ...to, ACL: "public-read" })),
      client.send(new CopyObjectCommand({ ...to, CopySource: `${bucket}/refused`, ACL: "public-read" })),
      client.send(new PutObjectAclCommand({ ...to, ACL: "public-read" })),
    ];
    assert.deepEqual(await Promise.all(requests.map(refusalOf)), Array(5).fill(unsupported));
  });

  const owner = "owner FULL_CONTROL";
  const canned: readonly (readonly [acl: ObjectCannedACL, grants: string[]])[] = [
    ["private", [owner]],
    ["public-read", [`${allUsers} READ`, owner]],
    ["public-read-write", [`${allUsers} READ`, `${allUsers} WRITE`, owner]],
    ["authenticated-read", [`${authenticatedUsers} READ`, owner]],
    ["bucket-owner-read", [owner]],
    ["bucket-owner-full-control", [owner]],
  ];
  for (const [ACL, grants] of canned) {
    behaves(`keeps the canned ACL ${ACL}`, async (subject) => {
      const open = await bucketWithAcls(subject);
      await put(open, "canned", { ACL });
      assert.deepEqual(await grantsOf(open, "canned"), grants);
    });
  }

  behaves("keeps the canned ACL aws-exec-read", async (subject) => {
    const open = await bucketWithAcls(subject, "BucketOwnerPreferred");
    await put(open, "canned", { ACL: "aws-exec-read" });
    const grants = await grantsOf(open, "canned");
    assert.deepEqual([grants.length, grants.includes(owner)], [2, true]);
  });

  behaves("keeps grants, and then no more than those", async (subject) => {
    const open = await bucketWithAcls(subject);
    await put(open, "first");
    const { ownerId } = await aclOf(open, "first");
    await put(open, "granted", {
      GrantRead: `uri="${allUsers}", id="${ownerId}"`,
      GrantReadACP: `uri="${authenticatedUsers}"`,
      GrantWriteACP: `id="${ownerId}"`,
    });
    await put(open, "granted-full", { GrantFullControl: `id=${ownerId}` });
    assert.deepEqual(await grantsOf(open, "granted"), [
      `${allUsers} READ`,
      `${authenticatedUsers} READ_ACP`,
      "owner READ",
      "owner WRITE_ACP",
    ]);
    assert.deepEqual(await grantsOf(open, "granted-full"), [owner]);
  });

  behaves("keeps the ACL of an upload in parts", async (subject) => {
    const open = await bucketWithAcls(subject);
    const { client, bucket } = open;
    const to = { Bucket: bucket, Key: "parts" };
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...to, ACL: "public-read" }));
    const { ETag } = await client.send(new UploadPartCommand({ ...to, UploadId, PartNumber: 1, Body: "body" }));
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    await client.send(new CompleteMultipartUploadCommand({ ...to, UploadId, MultipartUpload }));
    assert.deepEqual(await grantsOf(open, "parts"), [`${allUsers} READ`, owner]);
  });

  behaves("does not copy the ACL of an object", async (subject) => {
    const open = await bucketWithAcls(subject);
    const { client, bucket } = open;
    await put(open, "source", { ACL: "public-read" });
    const to = { Bucket: bucket, CopySource: `${bucket}/source` };
    await client.send(new CopyObjectCommand({ ...to, Key: "private" }));
    await client.send(new CopyObjectCommand({ ...to, Key: "said", ACL: "authenticated-read" }));
    assert.deepEqual(await grantsOf(open, "private"), [owner]);
    assert.deepEqual(await grantsOf(open, "said"), [`${authenticatedUsers} READ`, owner]);
  });

  behaves("replaces the ACL of an object that is there, by header or document", async (subject) => {
    const open = await bucketWithAcls(subject);
    const { client, bucket } = open;
    await put(open, "later");
    const to = { Bucket: bucket, Key: "later" };
    await client.send(new PutObjectAclCommand({ ...to, ACL: "public-read" }));
    assert.deepEqual(await grantsOf(open, "later"), [`${allUsers} READ`, owner]);
    const { ownerId } = await aclOf(open, "later");
    const Grants: Grant[] = [
      { Grantee: { Type: "CanonicalUser", ID: ownerId }, Permission: "FULL_CONTROL" },
      { Grantee: { Type: "Group", URI: authenticatedUsers }, Permission: "READ" },
    ];
    const AccessControlPolicy = { Owner: { ID: ownerId }, Grants };
    await client.send(new PutObjectAclCommand({ ...to, AccessControlPolicy }));
    assert.deepEqual(await grantsOf(open, "later"), [`${authenticatedUsers} READ`, owner]);
  });

  behaves("refuses a public ACL while public access is blocked", async (subject) => {
    const blocked = await bucketWithAcls(subject);
    const PublicAccessBlockConfiguration = { BlockPublicAcls: true };
    await blocked.client.send(
      new PutPublicAccessBlockCommand({ Bucket: blocked.bucket, PublicAccessBlockConfiguration }),
    );
    const denied = { status: 403, code: "AccessDenied" };
    assert.deepEqual(await refusalOf(put(blocked, "public", { ACL: "public-read" })), denied);
    await put(blocked, "private", { ACL: "private" });
  });

  behaves("refuses a canned ACL that does not exist", async (subject) => {
    const open = await bucketWithAcls(subject);
    assert.deepEqual(await refusalOf(put(open, "refused", { ACL: "secret" as "private" })), invalid);
  });

  behaves("refuses a canned ACL beside grants", async (subject) => {
    const open = await bucketWithAcls(subject);
    const request = put(open, "refused", { ACL: "private", GrantRead: `uri="${allUsers}"` });
    assert.deepEqual(await refusalOf(request), { status: 400, code: "InvalidRequest" });
  });

  for (const grantee of ['uri="http://acs.amazonaws.com/groups/global/Nobody"', 'id="nobody"', "everybody"]) {
    behaves(`refuses a grant to ${grantee}`, async (subject) => {
      const open = await bucketWithAcls(subject);
      assert.deepEqual(await refusalOf(put(open, "refused", { GrantRead: grantee })), invalid);
    });
  }
});
