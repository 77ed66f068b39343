import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { defaultCredential, type S3Server, startS3Server } from "../../../local/s3/server.ts";
import { amount } from "../../amounts.ts";
import { presignedTarget, sendRaw } from "../../conformance/raw-request.ts";
import { type EmbeddedTarget, startEmbeddedTarget } from "../../target.ts";

/** Too much to be kept in memory. */
const large = (word: string) => word.padEnd(100_000, word);

describe("The embedded S3 server", () => {
  let target: EmbeddedTarget;
  let server: S3Server;
  let bucket: string;

  beforeEach(async () => {
    target = await startEmbeddedTarget();
    server = target.server;
    bucket = await target.newBucket();
    server.clearRequests();
  });

  afterEach(() => target.stop());

  it("logs what it has seen, in order of arrival", async () => {
    const headers = { "x-amz-meta-a": "1" };
    await sendRaw(target, { method: "PUT", path: `/${bucket}/a/b%20c`, body: "body", headers });
    await sendRaw(target, { method: "GET", path: `/${bucket}/absent`, query: { partNumber: "1" } });
    const [put, get] = server.requests;
    assert.equal(put?.headers["x-amz-meta-a"], "1");
    assert.deepEqual(
      [put, get].map((seen) => ({ ...seen, headers: undefined })),
      [
        {
          operation: "PutObject",
          method: "PUT",
          bucket,
          key: "a/b c",
          query: {},
          headers: undefined,
          status: 200,
          bytesReceived: 4,
          connectionId: put?.connectionId,
        },
        {
          operation: "GetObject",
          method: "GET",
          bucket,
          key: "absent",
          query: { partNumber: "1" },
          headers: undefined,
          status: 404,
          errorCode: "NoSuchKey",
          bytesReceived: 0,
          connectionId: (put?.connectionId ?? 0) + 1,
        },
      ],
    );
    server.clearRequests();
    assert.deepEqual(server.requests, []);
  });

  it("keeps connections alive", async () => {
    for (let i = 0; i < 5; i++) {
      await target.client().send(new PutObjectCommand({ Bucket: bucket, Key: `${i}`, Body: "body" }));
    }
    assert.equal(new Set(server.requests.map(({ connectionId }) => connectionId)).size, 1);
  });

  it("gives every answer the ids of a request, and errors S3's elements", async () => {
    const { headers, error } = await sendRaw(target, { method: "GET", path: `/${bucket}/absent` });
    assert.match(String(headers["x-amz-request-id"]), /^[0-9A-F]{16}$/);
    assert.deepEqual(error, {
      Code: "NoSuchKey",
      Message: "The specified key does not exist.",
      Key: "absent",
      Resource: `/${bucket}/absent`,
      RequestId: headers["x-amz-request-id"],
      HostId: headers["x-amz-id-2"],
    });
  });

  it("answers HEAD errors without a body", async () => {
    const { status, body } = await sendRaw(target, { method: "HEAD", path: `/${bucket}/absent` });
    assert.deepEqual([status, body], [404, ""]);
  });

  const missing: readonly (readonly [name: string, method: string, key: string, query: Record<string, string>])[] = [
    ["GetBucketAcl", "GET", "", { acl: "" }],
    ["PutBucketCors", "PUT", "", { cors: "" }],
    ["PutBucketTagging", "PUT", "", { tagging: "" }],
    ["GetObjectAttributes", "GET", "/k", { attributes: "" }],
    ["PutObjectVersionId", "PUT", "/k", { versionId: "null" }],
    ["PutObjectPartNumber", "PUT", "/k", { partNumber: "1" }],
    ["PostObject", "POST", "/k", {}],
  ];
  for (const [name, method, key, query] of missing) {
    it(`answers ${name} with NotImplemented`, async () => {
      const answer = await sendRaw(target, { method, path: `/${bucket}${key}`, query });
      assert.deepEqual([answer.status, answer.error.Code], [501, "NotImplemented"]);
      assert.equal(answer.error.Message, `${name} is not implemented.`);
      assert.equal(server.requests[0]?.operation, name);
    });
  }

  for (const [name, value] of [
    ["x-amz-object-lock-mode", "GOVERNANCE"],
    ["x-amz-server-side-encryption-context", "e30="],
    ["x-amz-write-offset-bytes", "1"],
    ["x-amz-copy-source-if-match", "*"],
    ["x-amz-metadata-directive", "REPLACE"],
  ] as const) {
    it(`does not pass over ${name} quietly`, async () => {
      const answer = await sendRaw(target, {
        method: "PUT",
        path: `/${bucket}/k`,
        body: "b",
        headers: { [name]: value },
      });
      assert.deepEqual([answer.status, answer.error.Code], [501, "NotImplemented"]);
    });
  }

  for (const hash of ["UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"]) {
    it(`refuses a body under ${hash} over plain http`, async () => {
      const headers = { "x-amz-content-sha256": hash, "x-amz-decoded-content-length": "4" };
      const answer = await sendRaw(target, { method: "PUT", path: `/${bucket}/k`, body: "body", headers });
      assert.deepEqual([answer.status, answer.error.Code], [400, "InvalidRequest"]);
    });
  }

  it("answers a target that is not UTF-8 with InvalidURI", async () => {
    const answer = await sendRaw(target, { method: "GET", path: `/${bucket}/%ff` });
    assert.deepEqual([answer.status, answer.error.Code], [400, "InvalidURI"]);
  });

  it("takes a plus in a path for a space", async () => {
    await target.client().send(new PutObjectCommand({ Bucket: bucket, Key: "a b", Body: "body" }));
    const { hostname: host, port } = new URL(target.url);
    // The signature is wrong for this path; which key it means shows in the log.
    await new Promise((resolve) => http.get({ host, port, path: `/${bucket}/a+b`, agent: false }, resolve));
    assert.equal(server.requests.at(-1)?.key, "a b");
  });

  it("tells a client that closed its side within a body that it was not complete", async () => {
    const { hostname, port, host } = new URL(target.url);
    const signed = await presignedTarget(target, { method: "PUT", path: `/${bucket}/k`, expiresSeconds: 60 });
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = net.connect({ host: hostname, port: Number(port), allowHalfOpen: true });
      let text = "";
      socket.on("data", (chunk) => {
        text += chunk;
      });
      socket.on("error", reject);
      socket.on("close", () => resolve(text));
      socket.end(`PUT ${signed} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 100\r\n\r\nshort`);
    });
    assert.match(answer, /^HTTP\/1\.1 400 .*<Code>IncompleteBody<\/Code>/s);
    await eventually(async () => assert.equal(server.requests[0]?.errorCode, "IncompleteBody"));
  });

  it("streams a large object to disk and back, in little memory", async () => {
    const sizeBytes = amount(256, 128) * 1024 * 1024;
    const block = Buffer.alloc(1024 * 1024, "block of a large object ");
    const blocks = Array<Buffer>(sizeBytes / block.length).fill(block);
    const hash = createHash("sha256");
    for (const each of blocks) hash.update(each);
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }, 20);
    const { status } = await sendRaw(target, {
      method: "PUT",
      path: `/${bucket}/large`,
      headers: { "content-length": String(sizeBytes), "x-amz-content-sha256": hash.digest("hex") },
      body: () => Readable.from(blocks),
    });
    assert.equal(status, 200);
    const { Body, ContentLength } = await target.client().send(new GetObjectCommand({ Bucket: bucket, Key: "large" }));
    let received = 0;
    for await (const chunk of Body as NodeJS.ReadableStream) {
      received += chunk.length;
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    clearInterval(watch);
    assert.deepEqual([ContentLength, received], [sizeBytes, sizeBytes]);
    assert.ok(most < sizeBytes / 2, `${most} bytes in buffers`);
  });

  it("leaves nothing of replaced, deleted and refused bodies on disk, nor anything after it closed", async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), "s3-server-test-"));
    const other = await startS3Server({ folder });
    try {
      other.createBucket("bucket");
      const at = { ...target, url: other.url, ...defaultCredential };
      const files = async (): Promise<number> => (await readdir(folder, { recursive: true })).length - 1;
      for (const body of [large("first"), large("second")])
        await sendRaw(at, { method: "PUT", path: "/bucket/k", body });
      await sendRaw(at, {
        method: "PUT",
        path: "/bucket/l",
        body: large("third"),
        headers: { "content-md5": "1B2M2Y8AsgTpgAmY7PhCfg==" },
      });
      await eventually(async () => assert.equal(await files(), 1));
      await sendRaw(at, { method: "DELETE", path: "/bucket/k" });
      await eventually(async () => assert.equal(await files(), 0));
    } finally {
      await other.close();
    }
    assert.deepEqual(await readdir(folder), []);
    await rm(folder, { recursive: true });
  });

  it("knows several credentials, and wants the session token of those that have one", async () => {
    const session = { accessKeyId: "ASIDTEMPORARYKEY0000", secretAccessKey: "secret", sessionToken: "the-token" };
    const other = await startS3Server({ credentials: [defaultCredential, session] });
    try {
      const at = { url: other.url, region: "us-east-1", ...session };
      const list = async (sessionToken?: string) => {
        const token = sessionToken === undefined ? {} : { sessionToken };
        const answer = await sendRaw(at, { method: "GET", path: "/", ...token });
        return [answer.status, answer.error.Code];
      };
      assert.deepEqual(await list("the-token"), [200, undefined]);
      assert.deepEqual(await list("another-token"), [400, "InvalidToken"]);
      assert.deepEqual(await list(), [400, "InvalidToken"]);
      const plain = await sendRaw({ ...at, ...defaultCredential }, { method: "GET", path: "/" });
      assert.equal(plain.status, 200);
    } finally {
      await other.close();
    }
  });

  it("finds the bucket in the host name, in virtual-host style", async () => {
    await sendRaw(target, { method: "PUT", path: `/${bucket}/folder/key`, body: "body" });
    const headers = { host: `${bucket}.localhost` };
    const answer = await sendRaw(target, { method: "GET", path: "/folder/key", headers });
    assert.deepEqual([answer.status, answer.body], [200, "body"]);
  });

  it("serves its region alone, and tells it", async () => {
    const other = await startS3Server({ region: "eu-west-1" });
    try {
      other.createBucket("bucket");
      const at = { url: other.url, region: "eu-west-1", ...defaultCredential };
      const location = await sendRaw(at, { method: "GET", path: "/bucket", query: { location: "" } });
      assert.match(location.body, />eu-west-1<\/LocationConstraint>/);
      const wrong = await sendRaw({ ...at, region: "us-east-1" }, { method: "HEAD", path: "/bucket" });
      assert.deepEqual([wrong.status, wrong.headers["x-amz-bucket-region"]], [400, "eu-west-1"]);
      const unplaced = await sendRaw(at, { method: "PUT", path: "/another" });
      assert.equal(unplaced.error.Code, "IllegalLocationConstraintException");
      const again = await sendRaw(at, { method: "PUT", path: "/bucket", body: locationDocument("eu-west-1") });
      assert.equal(again.error.Code, "BucketAlreadyOwnedByYou");
    } finally {
      await other.close();
    }
  });
});

function locationDocument(region: string): string {
  return `<CreateBucketConfiguration><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`;
}

/** Waits until an assertion holds; what it waits for happens in the background, soon. */
async function eventually(assertion: () => Promise<void>): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return await assertion();
    } catch (error) {
      if (tries > 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
