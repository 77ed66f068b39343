import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { localhostTls } from "../../../local/s3/localhost-tls.ts";
import { defaultCredential, type S3Server, startS3Server } from "../../../local/s3/server.ts";

describe("The embedded S3 server, over TLS", () => {
  let server: S3Server;
  let client: S3Client;

  before(async () => {
    server = await startS3Server({ tls: localhostTls });
    server.createBucket("bucket");
    client = new S3Client({
      endpoint: server.url,
      region: "us-east-1",
      credentials: defaultCredential,
      forcePathStyle: true,
      maxAttempts: 1,
      requestHandler: new NodeHttpHandler({ httpsAgent: { ca: localhostTls.cert } }),
    });
  });

  after(async () => {
    client.destroy();
    await server.close();
  });

  it("takes a stream whose checksum comes in the trailer, as the SDK sends it", async () => {
    const Body = Readable.from([Buffer.alloc(10_000, "a"), Buffer.alloc(10_000, "b"), Buffer.from("c")]);
    await client.send(new PutObjectCommand({ Bucket: "bucket", Key: "stream", Body, ContentLength: 20_001 }));
    const put = server.requests.find(({ operation }) => operation === "PutObject");
    assert.equal(put?.headers["x-amz-content-sha256"], "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
    const head = new HeadObjectCommand({ Bucket: "bucket", Key: "stream", ChecksumMode: "ENABLED" });
    const { ChecksumCRC32, ContentLength } = await client.send(head);
    assert.deepEqual([ChecksumCRC32?.length, ContentLength], [8, 20_001]);
  });

  it("resets connections there too", async () => {
    await client.send(new PutObjectCommand({ Bucket: "bucket", Key: "k", Body: "body" }));
    server.addFault({ match: { operation: "GetObject" }, times: 1, action: { kind: "reset" } });
    const get = () => client.send(new GetObjectCommand({ Bucket: "bucket", Key: "k" }));
    await assert.rejects(get(), { code: "ECONNRESET" });
    assert.equal(await (await get()).Body?.transformToString(), "body");
  });
});
