import assert from "node:assert/strict";
import { GetObjectCommand, PutObjectCommand, type PutObjectCommandInput } from "@aws-sdk/client-s3";
import { ServiceError } from "../../../src/aws/errors/errors.ts";
import type { Bucket } from "../../../src/s3/bucket.ts";
import { type CopiedObject, copyObject } from "../../../src/s3/copying/copy-object.ts";
import { headObject } from "../../../src/s3/head-object.ts";
import { targetSuite } from "../open-target.ts";

const MIB = 1024 ** 2;
const { signal } = new AbortController();

describe("copying an object within its bucket", () => {
  const suite = targetSuite();
  let bucket: Bucket;
  before(async () => {
    bucket = await suite.newBucket();
  });

  async function put(key: string, more: Partial<PutObjectCommandInput> = {}): Promise<CopiedObject> {
    const object = { Bucket: bucket.name, Key: key, Body: "hello", ...more };
    await suite.target.client().send(new PutObjectCommand(object));
    const { sizeBytes, etag } = await headObject(bucket, key);
    return { key, sizeBytes, etag };
  }

  async function textOf(Key: string): Promise<string | undefined> {
    const { Body } = await suite.target.client().send(new GetObjectCommand({ Bucket: bucket.name, Key }));
    return Body?.transformToString();
  }

  async function describedHeaders(key: string): Promise<Record<string, string | undefined>> {
    const { headers } = await headObject(bucket, key);
    return { type: headers["content-type"], cache: headers["cache-control"], build: headers["x-amz-meta-build"] };
  }

  const described = { ContentType: "text/plain", CacheControl: "max-age=60", Metadata: { build: "17" } };

  it("keeps bytes and headers, and says the copy's ETag", async () => {
    const source = await put("a +ä.txt", described);
    const etag = await copyObject(bucket, source, "kept/a", { headers: {}, metadata: "kept", signal });
    assert.deepEqual(
      [await textOf("kept/a"), await describedHeaders("kept/a"), etag],
      ["hello", { type: "text/plain", cache: "max-age=60", build: "17" }, (await headObject(bucket, "kept/a")).etag],
    );
  });

  it("has the headers that are named, and no others", async () => {
    const source = await put("source", described);
    const headers = { "content-type": "text/html", "x-amz-meta-new": "1" };
    await copyObject(bucket, source, "target", { headers, metadata: "replaced", signal });
    assert.deepEqual(await describedHeaders("target"), { type: "text/html", cache: undefined, build: undefined });
    assert.equal((await headObject(bucket, "target")).headers["x-amz-meta-new"], "1");
  });

  it("changes an object onto itself", async () => {
    const source = await put("itself", described);
    const headers = { "content-type": "text/html", "cache-control": "no-cache" };
    const etag = await copyObject(bucket, source, "itself", { headers, metadata: "replaced", signal });
    assert.deepEqual(await describedHeaders("itself"), { type: "text/html", cache: "no-cache", build: undefined });
    assert.equal(etag, (await headObject(bucket, "itself")).etag);
  });

  it("sets a redirect location, which no copy takes along", async function () {
    // It knows no redirects of objects.
    if (suite.target.name === "versitygw") this.skip();
    const source = await put("from", { Body: "", WebsiteRedirectLocation: "/there" });
    const location = async (key: string) =>
      (await headObject(bucket, key)).headers["x-amz-website-redirect-location"] ?? "none";
    await copyObject(bucket, source, "plain", { headers: {}, metadata: "kept", signal });
    const headers = { "x-amz-website-redirect-location": "/there" };
    await copyObject(bucket, { ...source, key: "plain" }, "back", { headers, metadata: "replaced", signal });
    assert.equal(await location("back"), "/there");
  });

  it("copies what is too large for one request in parts", async function () {
    // It gives each copied part the checksum of the whole, and then refuses it.
    if (suite.target.name === "versitygw") this.skip();
    const source = await put("large", { ...described, Body: Buffer.alloc(12 * MIB, "x") });
    const write = { headers: { "x-amz-storage-class": "STANDARD" }, maxCopyBytes: 6 * MIB, signal };
    const etag = await copyObject(bucket, source, "kept/large", { ...write, metadata: "kept" });
    const head = await headObject(bucket, "kept/large");
    assert.deepEqual([head.sizeBytes, head.etag], [12 * MIB, etag]);
    assert.deepEqual(await describedHeaders("kept/large"), await describedHeaders("large"));
    await copyObject(bucket, { ...source, key: "kept/large", etag }, "large", {
      ...write,
      headers: { "content-type": "text/html" },
      metadata: "replaced",
    });
    assert.deepEqual(await describedHeaders("large"), { type: "text/html", cache: undefined, build: undefined });
  });

  it("does not join parts of two objects, where a HEAD says no ETag", async function () {
    // It gives each copied part the checksum of the whole, and then refuses it.
    if (suite.target.name === "versitygw") this.skip();
    const source = await put("large", { Body: Buffer.alloc(33 * MIB, "a") });
    const replace = () => put("large", { Body: Buffer.alloc(33 * MIB, "b") });
    const write = { headers: {}, metadata: "kept", maxCopyBytes: 6 * MIB, signal } as const;
    const copy = (key: string, store: Bucket, etag = "") => copyObject(store, { ...source, etag }, key, write);
    await copy("joined", withoutHeadEtags(bucket));
    await copy("joined as listed", withoutHeadEtags(bucket), source.etag);
    for (const key of ["joined", "joined as listed"]) assert.equal((await headObject(bucket, key)).sizeBytes, 33 * MIB);
    await assert.rejects(
      copy("mixed", withoutHeadEtags(bucket, replace)),
      (error) => error instanceof ServiceError && error.awsCode === "PreconditionFailed",
    );
    await assert.rejects(headObject(bucket, "mixed"));
  });

  it("refuses what was replaced since it was listed, in a store that does not mind that too", async () => {
    const source = await put("replaced");
    await put("replaced", { Body: "other" });
    const write = { headers: {}, metadata: "kept", signal } as const;
    await assert.rejects(
      copyObject(bucket, source, "copy", write),
      (error) => error instanceof ServiceError && error.awsCode === "PreconditionFailed",
    );
  });

  it("writes nothing in place of what was replaced, where the store ignores the condition", async () => {
    const source = await put("replaced");
    await put("copy", { Body: "good" });
    await put("replaced", { Body: "other" });
    await assert.rejects(
      copyObject(withoutConditions(bucket), source, "copy", { headers: {}, metadata: "kept", signal }),
      (error) => error instanceof ServiceError && error.awsCode === "PreconditionFailed",
    );
    assert.equal((await headObject(bucket, "copy")).sizeBytes, 4);
  });
});

/** The bucket in a store that copies whatever is there. */
function withoutConditions(bucket: Bucket): Bucket {
  return sendingBy(bucket, (next, ...rest) => {
    const { headers, ...request } = typeof next === "function" ? next() : next;
    const { "x-amz-copy-source-if-match": _, ...others } = headers ?? {};
    return bucket.send({ ...request, headers: others }, ...rest);
  });
}

/** @param afterFirstPart is done once, before the other parts are copied. */
function withoutHeadEtags(bucket: Bucket, afterFirstPart: () => Promise<unknown> = async () => undefined): Bucket {
  let first: Promise<unknown> | undefined;
  return sendingBy(bucket, async (next, ...rest) => {
    const { method, query } = typeof next === "function" ? next() : next;
    if (query?.partNumber !== undefined) {
      if (first) await first;
      else {
        const response = bucket.send(next, ...rest);
        first = response.then(afterFirstPart);
        return response;
      }
    }
    const response = await bucket.send(next, ...rest);
    const { etag: _, ...headers } = response.headers;
    return method === "HEAD" ? { ...response, headers } : response;
  });
}

function sendingBy(bucket: Bucket, send: Bucket["send"]): Bucket {
  return new Proxy(bucket, {
    get(target, name) {
      if (name === "send") return send;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
