import assert from "node:assert/strict";
import zlib from "node:zlib";
import { GetObjectCommand, HeadObjectCommand } from "@aws-sdk/client-s3";
import { awsChunked, type Trailer } from "./aws-chunked-body.ts";
import { conformance, type Subject } from "./conformance.ts";
import { type RawAnswer, sendRaw } from "./raw-request.ts";

const chunks = [Buffer.alloc(8192, "first "), Buffer.alloc(10_000, "second "), Buffer.from("last")];
const content = Buffer.concat(chunks);

function crc32(bytes: Buffer): string {
  const digest = Buffer.alloc(4);
  digest.writeUInt32BE(zlib.crc32(bytes));
  return digest.toString("base64");
}

interface Streamed {
  readonly chunks?: readonly Buffer[];
  readonly trailer?: Trailer;
  readonly headers?: Record<string, string | null>;
  /** Changes the framed body. */
  readonly change?: (body: Buffer) => Buffer;
}

/** Puts an object in signed chunks. */
function putStreamed({ target, bucket }: Subject, key: string, streamed: Streamed = {}): Promise<RawAnswer> {
  const { trailer, change = (body: Buffer) => body } = streamed;
  return sendRaw(target, {
    method: "PUT",
    path: `/${bucket}/${key}`,
    headers: {
      "content-encoding": "aws-chunked",
      "x-amz-content-sha256": `STREAMING-AWS4-HMAC-SHA256-PAYLOAD${trailer === undefined ? "" : "-TRAILER"}`,
      "x-amz-decoded-content-length": String(content.length),
      ...(trailer !== undefined && { "x-amz-trailer": trailer.name }),
      ...streamed.headers,
    },
    body: (headers) =>
      change(
        awsChunked(
          streamed.chunks ?? chunks,
          {
            secretAccessKey: target.secretAccessKey,
            region: target.region,
            timestamp: headers["x-amz-date"] ?? "",
            seedSignature: /Signature=(\w+)/.exec(headers.authorization ?? "")?.[1] ?? "",
          },
          trailer,
        ),
      ),
  });
}

function refusal({ status, error }: RawAnswer): [number, string | undefined] {
  return [status, error.Code];
}

conformance("streamed bodies", (behaves) => {
  behaves("takes the framing off a body in signed chunks", async (subject) => {
    const { client, bucket } = subject;
    const headers = { "content-encoding": "gzip,aws-chunked" };
    assert.equal((await putStreamed(subject, "chunks", { headers })).status, 200);
    const got = await client.send(new GetObjectCommand({ Bucket: bucket, Key: "chunks" }));
    assert.ok(content.equals((await got.Body?.transformToByteArray()) ?? Buffer.alloc(0)));
    assert.equal(got.ContentEncoding, "gzip");
  });

  behaves("refuses a chunk that was changed after signing", async (subject) => {
    const answer = await putStreamed(subject, "changed", {
      change: (body) => Buffer.from(body.toString("latin1").replace("second", "SECOND"), "latin1"),
    });
    assert.deepEqual(refusal(answer), [403, "SignatureDoesNotMatch"]);
  });

  behaves("refuses a streamed body that ends before its last chunk", async (subject) => {
    const answer = await putStreamed(subject, "ended", { change: (body) => body.subarray(0, 9000) });
    assert.deepEqual(refusal(answer), [400, "IncompleteBody"]);
  });

  behaves("refuses a streamed body of another length than it says", async (subject) => {
    const headers = { "x-amz-decoded-content-length": String(content.length + 1) };
    assert.deepEqual(refusal(await putStreamed(subject, "longer", { headers })), [400, "IncompleteBody"]);
  });

  behaves("refuses a streamed body that does not say its length", async (subject) => {
    const headers = { "x-amz-decoded-content-length": null };
    assert.deepEqual(refusal(await putStreamed(subject, "unsaid", { headers })), [411, "MissingContentLength"]);
  });

  behaves("refuses chunks below 8 KiB before the last", async (subject) => {
    const pieces = [content.subarray(0, 100), content.subarray(100)];
    assert.deepEqual(refusal(await putStreamed(subject, "small", { chunks: pieces })), [403, "InvalidChunkSizeError"]);
  });
});

conformance("checksums in trailers", (behaves) => {
  behaves("keeps a checksum that comes in the trailer", async (subject) => {
    const { client, bucket } = subject;
    const trailer = { name: "x-amz-checksum-crc32", value: crc32(content) };
    assert.equal((await putStreamed(subject, "trailer", { trailer })).status, 200);
    const head = new HeadObjectCommand({ Bucket: bucket, Key: "trailer", ChecksumMode: "ENABLED" });
    assert.equal((await client.send(head)).ChecksumCRC32, crc32(content));
  });

  behaves("refuses a checksum in the trailer that is of something else", async (subject) => {
    const trailer = { name: "x-amz-checksum-crc32", value: crc32(Buffer.from("else")) };
    assert.deepEqual(refusal(await putStreamed(subject, "wrong", { trailer })), [400, "BadDigest"]);
  });

  behaves("refuses a trailer that was changed after signing", async (subject) => {
    const answer = await putStreamed(subject, "forged", {
      trailer: { name: "x-amz-checksum-crc32", value: crc32(Buffer.from("else")) },
      change: (body) =>
        Buffer.from(body.toString("latin1").replace(crc32(Buffer.from("else")), crc32(content)), "latin1"),
    });
    assert.deepEqual(refusal(answer), [403, "SignatureDoesNotMatch"]);
  });

  behaves("refuses a trailer that does not come", async (subject) => {
    const answer = await putStreamed(subject, "absent", {
      trailer: { name: "x-amz-checksum-crc32", value: crc32(content) },
      headers: { "x-amz-trailer": "x-amz-checksum-sha256" },
    });
    assert.deepEqual(refusal(answer), [400, "MalformedTrailerError"]);
  });
});
