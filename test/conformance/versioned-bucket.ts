import { setTimeout as sleep } from "node:timers/promises";
import {
  type DeleteMarkerEntry,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  type ObjectVersion,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import type { Subject } from "./conformance.ts";

type VersioningStatus = "Enabled" | "Suspended";

/** Configures whether a bucket keeps versions. */
export async function setVersioning({ client, bucket }: Subject, Status: VersioningStatus): Promise<void> {
  await client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status } }));
}

/** Gives a test a bucket of its own, which keeps versions, and removes all versions afterwards. */
export async function withVersions(subject: Subject, test: (subject: Subject) => Promise<void>): Promise<void> {
  const versioned = { ...subject, bucket: await subject.target.newBucket() };
  await setVersioning(versioned, "Enabled");
  try {
    await test(versioned);
  } finally {
    await removeVersions(versioned);
  }
}

/** Removes all versions of a bucket, which can then be deleted. */
export async function removeVersions({ client, bucket }: Pick<Subject, "client" | "bucket">): Promise<void> {
  for (let isEmpty = false; !isEmpty; ) {
    const { Versions = [], DeleteMarkers = [] } = await client.send(new ListObjectVersionsCommand({ Bucket: bucket }));
    const left = [...Versions, ...DeleteMarkers];
    for (const { Key, VersionId } of left) {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId }));
    }
    isEmpty = left.length === 0;
  }
}

/** Puts an object. @returns the id of its version, "" where it has none */
export async function putVersion({ client, bucket }: Subject, Key: string, Body: string): Promise<string> {
  const { VersionId } = await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
  // For servers that order versions by a clock of milliseconds.
  await sleep(5);
  return VersionId ?? "";
}

/** Deletes an object, or one version of it. @returns what the answer tells */
export async function removeVersion({ client, bucket }: Subject, Key: string, VersionId?: string) {
  const version = VersionId === undefined ? {} : { VersionId };
  const answer = await client.send(new DeleteObjectCommand({ Bucket: bucket, Key, ...version }));
  await sleep(5);
  return { deleteMarker: answer.DeleteMarker, versionId: answer.VersionId };
}

/** The content of an object, or of one version of it, and the version that the answer names. */
export async function readVersion({ client, bucket }: Subject, Key: string, VersionId?: string) {
  const version = VersionId === undefined ? {} : { VersionId };
  const got = await client.send(new GetObjectCommand({ Bucket: bucket, Key, ...version }));
  return [await got.Body?.transformToString(), got.VersionId];
}

/** A page of versions and of delete markers, each in order, for example `key=id`, with a star for those that are current. */
export async function versionsOf({ client, bucket }: Subject, more: Partial<ListObjectVersionsCommandInput> = {}) {
  const page = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, ...more }));
  const show = (v: ObjectVersion | DeleteMarkerEntry) => `${v.Key}=${v.VersionId}${v.IsLatest ? "*" : ""}`;
  const { IsTruncated, NextKeyMarker, NextVersionIdMarker } = page;
  return {
    versions: (page.Versions ?? []).map(show),
    markers: (page.DeleteMarkers ?? []).map(show),
    prefixes: (page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
    next: IsTruncated ? { KeyMarker: NextKeyMarker, VersionIdMarker: NextVersionIdMarker } : undefined,
  };
}
