import assert from "node:assert/strict";
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectTaggingCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { conformance, refusalOf, type Subject } from "./conformance.ts";
import { sendRaw } from "./raw-request.ts";
import {
  putVersion,
  readVersion,
  removeVersion,
  removeVersions,
  setVersioning,
  versionsOf,
  withVersions,
} from "./versioned-bucket.ts";

async function keysOf({ client, bucket }: Subject) {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
  return Contents.map(({ Key }) => Key);
}

conformance("versions", (behaves) => {
  behaves("has no versioning until it is configured", async ({ client, target }) => {
    const Bucket = await target.newBucket();
    const status = async () => (await client.send(new GetBucketVersioningCommand({ Bucket }))).Status;
    const seen = [await status()];
    for (const next of ["Enabled", "Suspended"] as const) {
      await setVersioning({ client, target, bucket: Bucket }, next);
      seen.push(await status());
    }
    assert.deepEqual(seen, [undefined, "Enabled", "Suspended"]);
  });

  behaves("refuses a state of versioning that does not exist", async ({ client, target }) => {
    const Bucket = await target.newBucket();
    const VersioningConfiguration = { Status: "Disabled" as "Enabled" };
    const request = client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    assert.equal((await refusalOf(request)).status, 400);
  });

  behaves("names no version in a bucket without versioning", async (subject) => {
    assert.equal(await putVersion(subject, "unversioned", "body"), "");
    assert.deepEqual(await readVersion(subject, "unversioned"), ["body", undefined]);
    assert.deepEqual(await removeVersion(subject, "unversioned"), { deleteMarker: undefined, versionId: undefined });
  });

  behaves("keeps each version, and gives the last unless another is named", async (subject) => {
    await withVersions(subject, async (versioned) => {
      const [one, two] = [await putVersion(versioned, "k", "one"), await putVersion(versioned, "k", "two")];
      assert.notEqual(one, two);
      assert.deepEqual(await readVersion(versioned, "k"), ["two", two]);
      assert.deepEqual(await readVersion(versioned, "k", one), ["one", one]);
      const { client, bucket } = versioned;
      const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: "k", VersionId: one }));
      assert.equal(head.VersionId, one);
      assert.deepEqual((await versionsOf(versioned)).versions, [`k=${two}*`, `k=${one}`]);
      assert.deepEqual(await keysOf(versioned), ["k"]);
    });
  });

  behaves("hides an object behind a delete marker, and shows it again without", async (subject) => {
    await withVersions(subject, async (versioned) => {
      const one = await putVersion(versioned, "k", "one");
      const { deleteMarker, versionId: marker = "" } = await removeVersion(versioned, "k");
      assert.deepEqual([deleteMarker, await keysOf(versioned)], [true, []]);
      assert.deepEqual(await versionsOf(versioned), {
        versions: [`k=${one}`],
        markers: [`k=${marker}*`],
        prefixes: [],
        next: undefined,
      });
      assert.deepEqual(await readVersion(versioned, "k", one), ["one", one]);
      assert.deepEqual(await refusalOf(readVersion(versioned, "k")), { status: 404, code: "NoSuchKey" });
      assert.deepEqual(await removeVersion(versioned, "k", marker), { deleteMarker: true, versionId: marker });
      assert.deepEqual(await readVersion(versioned, "k"), ["one", one]);
    });
  });

  behaves("tells of the delete marker that an object is behind", async (subject) => {
    await withVersions(subject, async (versioned) => {
      await putVersion(versioned, "k", "one");
      const { versionId } = await removeVersion(versioned, "k");
      const { target, bucket } = versioned;
      const hidden = await sendRaw(target, { method: "GET", path: `/${bucket}/k` });
      const named = await sendRaw(target, {
        method: "GET",
        path: `/${bucket}/k`,
        query: { versionId: versionId ?? "" },
      });
      const facts = [hidden, named].map(({ status, error, headers }) => [
        status,
        error.Code,
        headers["x-amz-delete-marker"],
        headers["x-amz-version-id"],
      ]);
      assert.deepEqual(facts, [
        [404, "NoSuchKey", "true", versionId],
        [405, "MethodNotAllowed", "true", versionId],
      ]);
    });
  });

  behaves("makes a delete marker of a key that is not there", async (subject) => {
    await withVersions(subject, async (versioned) => {
      const { deleteMarker, versionId } = await removeVersion(versioned, "absent");
      assert.equal(deleteMarker, true);
      assert.deepEqual((await versionsOf(versioned)).markers, [`absent=${versionId}*`]);
    });
  });

  behaves("deletes a version for good, and the one before becomes the last", async (subject) => {
    await withVersions(subject, async (versioned) => {
      const [one, two] = [await putVersion(versioned, "k", "one"), await putVersion(versioned, "k", "two")];
      assert.deepEqual(await removeVersion(versioned, "k", two), { deleteMarker: undefined, versionId: two });
      assert.deepEqual(await readVersion(versioned, "k"), ["one", one]);
      assert.deepEqual(await refusalOf(readVersion(versioned, "k", two)), { status: 404, code: "NoSuchVersion" });
      assert.deepEqual((await versionsOf(versioned)).versions, [`k=${one}*`]);
    });
  });

  behaves("refuses what cannot be the id of a version", async (subject) => {
    const refusal = await refusalOf(readVersion(subject, "k", "no id"));
    assert.deepEqual(refusal, { status: 400, code: "InvalidArgument" });
  });

  behaves("deletes versions among many objects, and tells of the delete markers", async (subject) => {
    await withVersions(subject, async (versioned) => {
      const { client, bucket } = versioned;
      const [one, two] = [await putVersion(versioned, "a", "one"), await putVersion(versioned, "b", "two")];
      const { versionId: marker } = await removeVersion(versioned, "b");
      const Objects = [{ Key: "a" }, { Key: "b", VersionId: marker }, { Key: "b", VersionId: two }];
      const { Deleted = [] } = await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
      const made = Deleted.find(({ Key }) => Key === "a")?.DeleteMarkerVersionId;
      const told = Deleted.map((each) => JSON.stringify(Object.entries(each).sort())).sort();
      const expected = [
        { Key: "a", DeleteMarker: true, DeleteMarkerVersionId: made },
        { Key: "b", VersionId: marker, DeleteMarker: true, DeleteMarkerVersionId: marker },
        { Key: "b", VersionId: two },
      ];
      assert.deepEqual(told, expected.map((each) => JSON.stringify(Object.entries(each).sort())).sort());
      const { versions, markers } = await versionsOf(versioned);
      assert.deepEqual([versions, markers], [[`a=${one}`], [`a=${made}*`]]);
    });
  });

  behaves("gives an upload in parts a version of its own", async (subject) => {
    await withVersions(subject, async (versioned) => {
      const { client, bucket } = versioned;
      const one = await putVersion(versioned, "k", "one");
      const to = { Bucket: bucket, Key: "k" };
      const { UploadId } = await client.send(new CreateMultipartUploadCommand(to));
      const { ETag } = await client.send(new UploadPartCommand({ ...to, UploadId, PartNumber: 1, Body: "parts" }));
      const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
      const { VersionId } = await client.send(new CompleteMultipartUploadCommand({ ...to, UploadId, MultipartUpload }));
      assert.deepEqual(await readVersion(versioned, "k"), ["parts", VersionId]);
      assert.deepEqual(await readVersion(versioned, "k", one), ["one", one]);
    });
  });

  behaves("copies a version, and tells which", async (subject) => {
    await withVersions(subject, async (versioned) => {
      const { client, bucket } = versioned;
      const one = await putVersion(versioned, "k", "one");
      await putVersion(versioned, "k", "two");
      const CopySource = `${bucket}/k?versionId=${encodeURIComponent(one)}`;
      const copied = await client.send(new CopyObjectCommand({ Bucket: bucket, Key: "k", CopySource }));
      assert.equal(copied.CopySourceVersionId, one);
      assert.deepEqual(await readVersion(versioned, "k"), ["one", copied.VersionId]);
      assert.equal((await versionsOf(versioned)).versions.length, 3);
    });
  });

  behaves("does not copy a delete marker", async (subject) => {
    await withVersions(subject, async (versioned) => {
      const { client, bucket } = versioned;
      await putVersion(versioned, "k", "one");
      const { versionId = "" } = await removeVersion(versioned, "k");
      const sources = [`${bucket}/k`, `${bucket}/k?versionId=${encodeURIComponent(versionId)}`];
      const refusals = [];
      for (const CopySource of sources) {
        const request = client.send(new CopyObjectCommand({ Bucket: bucket, Key: "copy", CopySource }));
        refusals.push(await refusalOf(request));
      }
      assert.deepEqual(refusals, [
        { status: 404, code: "NoSuchKey" },
        { status: 400, code: "InvalidRequest" },
      ]);
    });
  });

  behaves("keeps tags of each version", async (subject) => {
    await withVersions(subject, async (versioned) => {
      const { client, bucket } = versioned;
      const [one, two] = [await putVersion(versioned, "k", "one"), await putVersion(versioned, "k", "two")];
      const to = { Bucket: bucket, Key: "k" };
      const Tagging = { TagSet: [{ Key: "a", Value: "1" }] };
      const tagged = await client.send(new PutObjectTaggingCommand({ ...to, VersionId: one, Tagging }));
      const ofOne = await client.send(new GetObjectTaggingCommand({ ...to, VersionId: one }));
      const ofLast = await client.send(new GetObjectTaggingCommand(to));
      assert.deepEqual(
        [tagged.VersionId, ofOne.VersionId, ofOne.TagSet, ofLast.VersionId, ofLast.TagSet],
        [one, one, Tagging.TagSet, two, []],
      );
      assert.equal((await versionsOf(versioned)).versions.length, 2);
    });
  });

  behaves("calls the version from before versioning null", async (subject) => {
    const before = { ...subject, bucket: await subject.target.newBucket() };
    await putVersion(before, "k", "before");
    await setVersioning(before, "Enabled");
    try {
      assert.deepEqual(await readVersion(before, "k"), ["before", "null"]);
      const one = await putVersion(before, "k", "one");
      assert.deepEqual((await versionsOf(before)).versions, [`k=${one}*`, "k=null"]);
      assert.deepEqual(await readVersion(before, "k", "null"), ["before", "null"]);
      assert.deepEqual(await removeVersion(before, "k", "null"), { deleteMarker: undefined, versionId: "null" });
      assert.deepEqual((await versionsOf(before)).versions, [`k=${one}*`]);
    } finally {
      await removeVersions(before);
    }
  });

  behaves("replaces the null version while versioning is suspended", async (subject) => {
    await withVersions(subject, async (versioned) => {
      const one = await putVersion(versioned, "k", "one");
      await setVersioning(versioned, "Suspended");
      await putVersion(versioned, "k", "two");
      await putVersion(versioned, "k", "three");
      assert.deepEqual((await versionsOf(versioned)).versions, ["k=null*", `k=${one}`]);
      assert.deepEqual(await readVersion(versioned, "k"), ["three", "null"]);
      assert.deepEqual(await removeVersion(versioned, "k"), { deleteMarker: true, versionId: "null" });
      const { versions, markers } = await versionsOf(versioned);
      assert.deepEqual([versions, markers], [[`k=${one}`], ["k=null*"]]);
    });
  });

  behaves("does not delete a bucket that has versions, if only a delete marker", async (subject) => {
    const { client, target } = subject;
    const versioned = { client, target, bucket: `${await target.newBucket()}-versioned` };
    const deletion = new DeleteBucketCommand({ Bucket: versioned.bucket });
    await client.send(new CreateBucketCommand({ Bucket: versioned.bucket }));
    await setVersioning(versioned, "Enabled");
    await removeVersion(versioned, "absent");
    const refusal = await refusalOf(client.send(deletion));
    await removeVersions(versioned);
    await client.send(deletion);
    assert.deepEqual(refusal, { status: 409, code: "BucketNotEmpty" });
  });
});
