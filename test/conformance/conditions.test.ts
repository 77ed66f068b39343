import assert from "node:assert/strict";
import { GetObjectCommand, type GetObjectCommandInput, HeadObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { conformance, refusalOf, type Subject } from "./conformance.ts";

const past = new Date("2001-01-01T00:00:00Z");
const future = new Date("2101-01-01T00:00:00Z");
const other = '"00000000000000000000000000000000"';

async function put({ client, bucket }: Subject, Key: string, more: object = {}): Promise<string> {
  const { ETag } = await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: "body", ...more }));
  return ETag ?? "";
}

/** The status of a GET and of a HEAD under conditions. */
async function statuses({ client, bucket }: Subject, Key: string, conditions: Partial<GetObjectCommandInput>) {
  const status = async (request: Promise<{ $metadata: { httpStatusCode?: number | undefined } }>) => {
    try {
      return (await request).$metadata.httpStatusCode;
    } catch (error) {
      return (error as { $metadata: { httpStatusCode?: number } }).$metadata.httpStatusCode;
    }
  };
  const input = { Bucket: bucket, Key, ...conditions };
  return [
    await status(client.send(new GetObjectCommand(input))),
    await status(client.send(new HeadObjectCommand(input))),
  ];
}

conformance("conditions", (behaves) => {
  const reads: readonly (readonly [string, (etag: string) => Partial<GetObjectCommandInput>, number])[] = [
    ["If-Match with its ETag", (etag) => ({ IfMatch: etag }), 200],
    ["If-Match with another ETag", () => ({ IfMatch: other }), 412],
    ["If-None-Match with its ETag", (etag) => ({ IfNoneMatch: etag }), 304],
    ["If-None-Match with another ETag", () => ({ IfNoneMatch: other }), 200],
    ["If-Modified-Since in the past", () => ({ IfModifiedSince: past }), 200],
    ["If-Modified-Since its time", () => ({ IfModifiedSince: new Date() }), 304],
    ["If-Unmodified-Since in the past", () => ({ IfUnmodifiedSince: past }), 412],
    ["If-Unmodified-Since in the future", () => ({ IfUnmodifiedSince: future }), 200],
    ["If-Match that holds, and If-Unmodified-Since", (etag) => ({ IfMatch: etag, IfUnmodifiedSince: past }), 200],
    ["If-None-Match that fails, and If-Modified-Since", (etag) => ({ IfNoneMatch: etag, IfModifiedSince: past }), 304],
  ];
  for (const [name, conditions, expected] of reads) {
    behaves(`answers a read with ${expected} under ${name}`, async (subject) => {
      const etag = await put(subject, "read");
      assert.deepEqual(await statuses(subject, "read", conditions(etag)), [expected, expected]);
    });
  }

  behaves("writes with If-None-Match: * only where no object is", async (subject) => {
    await put(subject, "new", { IfNoneMatch: "*" });
    const again = await refusalOf(put(subject, "new", { IfNoneMatch: "*" }));
    assert.deepEqual(again, { status: 412, code: "PreconditionFailed" });
  });

  behaves("writes with If-Match only over the object that is meant", async (subject) => {
    const etag = await put(subject, "swap");
    await put(subject, "swap", { IfMatch: etag, Body: "changed" });
    const late = await refusalOf(put(subject, "swap", { IfMatch: etag }));
    assert.deepEqual(late, { status: 412, code: "PreconditionFailed" });
  });

  behaves("answers If-Match on a write with NoSuchKey where no object is", async (subject) => {
    const refusal = await refusalOf(put(subject, "absent", { IfMatch: other }));
    assert.deepEqual(refusal, { status: 404, code: "NoSuchKey" });
  });
});
