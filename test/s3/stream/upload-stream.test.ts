import assert from "node:assert/strict";
import { PassThrough, Readable } from "node:stream";
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutBucketVersioningCommand,
} from "@aws-sdk/client-s3";
import type { FaultAction } from "../../../local/s3/server.ts";
import { ServiceError } from "../../../src/aws/errors/errors.ts";
import type { Transport } from "../../../src/http/transport.ts";
import type { Bucket } from "../../../src/s3/bucket.ts";
import type { ObjectWrite } from "../../../src/s3/put-object.ts";
import { type StreamUpload, uploadStream } from "../../../src/s3/stream/upload-stream.ts";
import { type EmbeddedTarget, startEmbeddedTarget } from "../../target.ts";
import { answeringBucket, openTargetBucket, openTransport } from "../open-target.ts";

const MIB = 1024 ** 2;
const KEY = "folder/ä b.bin";
const denied: FaultAction = { kind: "status", status: 403, code: "AccessDenied", message: "no" };

describe("uploadStream", () => {
  let target: EmbeddedTarget;
  let transport: Transport;
  let bucket: Bucket;
  before(async () => {
    target = await startEmbeddedTarget();
    transport = openTransport();
  });
  after(async () => {
    transport.close();
    await target.stop();
  });
  beforeEach(async () => {
    bucket = openTargetBucket(target, await target.newBucket(), transport);
    target.server.clearRequests();
  });

  const write: ObjectWrite = {
    headers: { "content-type": "text/x-stream", "x-amz-meta-name": "value", "x-amz-tagging": "a=1" },
    customerKeyHeaders: {},
    checksumAlgorithm: "CRC32",
  };
  const bytesOf = (sizeBytes: number) => Buffer.alloc(sizeBytes, "0123456789abcdef/");
  /** In pieces that fit no part. */
  function* pieces(content: Buffer) {
    for (let start = 0; start < content.length; start += 300_007) yield content.subarray(start, start + 300_007);
  }
  const upload = (source: Readable, options: Partial<StreamUpload> = {}) =>
    uploadStream(source, {
      bucket,
      key: KEY,
      write,
      partSizeBytes: 5 * MIB,
      signal: new AbortController().signal,
      ...options,
    });
  const stored = async () => {
    const { Body } = await target.client().send(new GetObjectCommand({ Bucket: bucket.name, Key: KEY }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  };
  const head = () =>
    target.client().send(new HeadObjectCommand({ Bucket: bucket.name, Key: KEY, ChecksumMode: "ENABLED" }));
  const operations = () => target.server.requests.map(({ operation }) => operation);

  async function assertNothingStored(): Promise<void> {
    const { Uploads = [] } = await target.client().send(new ListMultipartUploadsCommand({ Bucket: bucket.name }));
    assert.deepEqual(Uploads, []);
    await assert.rejects(head(), { name: "NotFound" });
  }

  for (const sizeBytes of [0, 1, 5 * MIB]) {
    it(`stores ${sizeBytes} bytes in one piece`, async () => {
      const content = bytesOf(sizeBytes);
      const { sizeBytes: sent, versionId, etag } = await upload(Readable.from(pieces(content)));
      assert.deepEqual([sent, versionId], [sizeBytes, undefined]);
      assert.deepEqual(operations(), ["PutObject"]);
      const { ContentType, Metadata, ETag, TagCount, ChecksumCRC32 } = await head();
      assert.deepEqual(
        [ContentType, Metadata, ETag, TagCount, typeof ChecksumCRC32],
        ["text/x-stream", { name: "value" }, `"${etag}"`, 1, "string"],
      );
      assert.ok((await stored()).equals(content));
    });
  }

  it("stores more in parts, with the checksum of the whole, and tells the version", async () => {
    const VersioningConfiguration = { Status: "Enabled" as const };
    await target.client().send(new PutBucketVersioningCommand({ Bucket: bucket.name, VersioningConfiguration }));
    target.server.clearRequests();
    const content = bytesOf(11 * MIB);
    const { sizeBytes, versionId } = await upload(Readable.from(pieces(content)));
    assert.equal(sizeBytes, content.length);
    const [begin, ...others] = operations();
    const end = others.pop();
    assert.deepEqual(
      [begin, ...others, end],
      ["CreateMultipartUpload", "UploadPart", "UploadPart", "UploadPart", "CompleteMultipartUpload"],
    );
    const completion = target.server.requests.find(({ operation }) => operation === "CompleteMultipartUpload");
    assert.equal(completion?.headers["x-amz-mp-object-size"], String(content.length));
    const { ChecksumType, ChecksumCRC32, VersionId, Metadata, TagCount } = await head();
    assert.deepEqual(
      [ChecksumType, typeof ChecksumCRC32, VersionId, Metadata, TagCount],
      ["FULL_OBJECT", "string", versionId, { name: "value" }, 1],
    );
    assert.ok((await stored()).equals(content));
  });

  it("takes nothing from the environment of the AWS SDK", async () => {
    const hostile = {
      AWS_USE_FIPS_ENDPOINT: "true",
      AWS_USE_DUALSTACK_ENDPOINT: "perhaps",
      AWS_ENDPOINT_URL_S3: "http://127.0.0.1:1",
      AWS_MAX_ATTEMPTS: "many",
      AWS_RETRY_MODE: "wild",
      AWS_REQUEST_CHECKSUM_CALCULATION: "sometimes",
      AWS_RESPONSE_CHECKSUM_VALIDATION: "sometimes",
      AWS_S3_USE_ARN_REGION: "perhaps",
      AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS: "perhaps",
      AWS_S3_DISABLE_EXPRESS_SESSION_AUTH: "perhaps",
      AWS_CONFIG_FILE: "/dev/null/none",
      AWS_PROFILE: "of nobody",
    };
    const before = Object.fromEntries(Object.keys(hostile).map((name) => [name, process.env[name]]));
    Object.assign(process.env, hostile);
    try {
      await upload(Readable.from(pieces(bytesOf(6 * MIB))));
    } finally {
      for (const [name, value] of Object.entries(before)) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
    assert.equal((await stored()).length, 6 * MIB);
  });

  it("sends a part again whose answer fails in passing", async () => {
    const passing: FaultAction = { kind: "status", status: 500, code: "InternalError" };
    const faults = [
      target.server.addFault({ match: { operation: "UploadPart", partNumber: 2 }, times: 1, action: passing }),
      target.server.addFault({
        match: { operation: "UploadPart", partNumber: 1 },
        times: 1,
        action: { kind: "reset" },
      }),
    ];
    const content = bytesOf(11 * MIB);
    await upload(Readable.from(pieces(content)));
    for (const fault of faults) fault.remove();
    assert.ok((await stored()).equals(content));
    assert.equal(operations().filter((operation) => operation === "UploadPart").length, 5);
  });

  function assertDenied(error: unknown): true {
    assert.ok(error instanceof ServiceError);
    const { awsCode, status, requestId } = error.details;
    assert.deepEqual([awsCode, status, typeof requestId], ["AccessDenied", 403, "string"]);
    return true;
  }

  for (const operation of ["CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"]) {
    it(`leaves nothing if ${operation} is refused, and reports why`, async () => {
      const fault = target.server.addFault({ match: { operation }, action: denied });
      const source = Readable.from(pieces(bytesOf(12 * MIB)));
      await assert.rejects(upload(source), assertDenied);
      fault.remove();
      assert.ok(source.destroyed);
      await assertNothingStored();
    });
  }

  it("reports what went wrong first if taking back is refused as well", async () => {
    const refuse = (operation: string, code: string) =>
      target.server.addFault({ match: { operation }, action: { ...denied, code } });
    const faults = [refuse("UploadPart", "AccessDenied"), refuse("AbortMultipartUpload", "MethodNotAllowed")];
    await assert.rejects(upload(Readable.from(pieces(bytesOf(12 * MIB)))), assertDenied);
    for (const fault of faults) fault.remove();
  });

  it("leaves nothing if the stream fails, and reports that", async () => {
    const failure = new Error("the disk is gone");
    const source = Readable.from(
      (async function* () {
        yield bytesOf(12 * MIB);
        throw failure;
      })(),
    );
    await assert.rejects(upload(source), (error) => error === failure);
    await assertNothingStored();
  });

  it("takes no page of a proxy for the beginning of an upload", async () => {
    const { bucket: behindProxy, requests } = answeringBucket("<html>Please sign in</html>");
    const source = Readable.from(pieces(bytesOf(6 * MIB)));
    await assert.rejects(upload(source, { bucket: behindProxy }), { awsCode: "NotS3" });
    assert.deepEqual(
      requests.map(({ method, query }) => [method, query]),
      [["POST", { uploads: "" }]],
    );
  });

  describe("if the step is cancelled", () => {
    const reason = new Error("cancelled");

    async function assertCancelled(source: Readable, cancelWhen: () => boolean): Promise<void> {
      const cancel = new AbortController();
      const watch = setInterval(() => {
        if (cancelWhen()) cancel.abort(reason);
      }, 5);
      try {
        await assert.rejects(upload(source, { signal: cancel.signal }), (error) => error === reason);
      } finally {
        clearInterval(watch);
      }
      assert.ok(source.destroyed);
      await assertNothingStored();
    }

    it("takes back what is stored, even while the stream gives nothing more", async () => {
      const stalled = new PassThrough();
      stalled.write(bytesOf(11 * MIB));
      await assertCancelled(stalled, () => operations().filter((each) => each === "UploadPart").length === 2);
    });

    it("ends the parts that are under way first", async () => {
      const fault = target.server.addFault({ match: { operation: "UploadPart" }, action: { kind: "hang" } });
      await assertCancelled(Readable.from(pieces(bytesOf(22 * MIB))), () => fault.hits === 4);
      fault.remove();
    });

    it("waits for the id of an upload that is just being begun, to take it back", async () => {
      let letGo: () => void = () => undefined;
      const until = new Promise<void>((resolve) => {
        letGo = resolve;
      });
      const match = { operation: "CreateMultipartUpload" };
      const fault = target.server.addFault({ match, action: { kind: "wait", until } });
      const cancel = new AbortController();
      const watch = setInterval(() => {
        if (fault.hits === 0 || cancel.signal.aborted) return;
        cancel.abort(reason);
        setImmediate(letGo);
      }, 5);
      const source = Readable.from(pieces(bytesOf(22 * MIB)));
      await assert.rejects(upload(source, { signal: cancel.signal }), (error) => error === reason);
      clearInterval(watch);
      fault.remove();
      await assertNothingStored();
    });

    it("sends nothing if it was before", async () => {
      await assert.rejects(
        upload(Readable.from(["text"]), { signal: AbortSignal.abort(reason) }),
        (error) => error === reason,
      );
      assert.deepEqual(operations(), []);
    });
  });
});
