import assert from "node:assert/strict";
import { type S3Server, startS3Server } from "../../../local/s3/server.ts";
import { type RawAnswer, send } from "../../conformance/raw-request.ts";

// The examples of AWS's own documentation, with the signatures printed there.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
const accessKeyId = "AKIAIOSFODNN7EXAMPLE";
const secretAccessKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const host = "examplebucket.s3.amazonaws.com";

function authorization(signedHeaders: string, signature: string): string {
  const credential = `${accessKeyId}/20130524/us-east-1/s3/aws4_request`;
  return `AWS4-HMAC-SHA256 Credential=${credential},SignedHeaders=${signedHeaders},Signature=${signature}`;
}

describe("The embedded S3 server, given the signed requests of AWS's documentation", () => {
  let server: S3Server;

  before(async () => {
    server = await startS3Server({
      credentials: [{ accessKeyId, secretAccessKey }],
      baseHost: "s3.amazonaws.com",
      now: () => new Date("2013-05-24T00:00:00Z"),
    });
    server.createBucket("examplebucket");
  });

  after(() => server.close());

  function request(
    method: string,
    path: string,
    headers: Record<string, string>,
    body: Buffer | string = "",
  ): Promise<RawAnswer> {
    const { hostname, port } = new URL(server.url);
    return send({ method, host: hostname, port, path, headers }, body);
  }

  it("takes a PUT, and the ranged GET of what it stored", async () => {
    const body = "Welcome to Amazon S3.";
    const put = await request(
      "PUT",
      "/test%24file.text",
      {
        Host: host,
        Date: "Fri, 24 May 2013 00:00:00 GMT",
        "Content-Length": String(body.length),
        "x-amz-date": "20130524T000000Z",
        "x-amz-storage-class": "REDUCED_REDUNDANCY",
        "x-amz-content-sha256": "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
        Authorization: authorization(
          "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
          "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        ),
      },
      body,
    );
    const get = await request("GET", "/test.txt", {
      Host: host,
      Range: "bytes=0-9",
      "x-amz-content-sha256": emptyHash,
      "x-amz-date": "20130524T000000Z",
      Authorization: authorization(
        "host;range;x-amz-content-sha256;x-amz-date",
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
      ),
    });
    assert.equal(put.status, 200, put.body);
    // The signature holds; what the example reads has not been stored.
    assert.deepEqual([get.status, get.error.Code], [404, "NoSuchKey"]);
  });

  it("takes a listing with parameters", async () => {
    const { status, body } = await request("GET", "/?max-keys=2&prefix=J", {
      Host: host,
      "x-amz-content-sha256": emptyHash,
      "x-amz-date": "20130524T000000Z",
      Authorization: authorization(
        "host;x-amz-content-sha256;x-amz-date",
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
      ),
    });
    assert.equal(status, 200, body);
  });

  it("takes a presigned GET", async () => {
    const query = [
      "X-Amz-Algorithm=AWS4-HMAC-SHA256",
      `X-Amz-Credential=${accessKeyId}%2F20130524%2Fus-east-1%2Fs3%2Faws4_request`,
      "X-Amz-Date=20130524T000000Z",
      "X-Amz-Expires=86400",
      "X-Amz-SignedHeaders=host",
      "X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
    ].join("&");
    const { status, error } = await request("GET", `/test.txt?${query}`, { Host: host });
    assert.deepEqual([status, error.Code], [404, "NoSuchKey"]);
  });

  const streamed = {
    Host: "s3.amazonaws.com",
    "x-amz-date": "20130524T000000Z",
    "x-amz-storage-class": "REDUCED_REDUNDANCY",
    "Content-Encoding": "aws-chunked",
    "x-amz-decoded-content-length": "66560",
  };

  it("takes a body in signed chunks", async () => {
    const body = [
      "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
      "a".repeat(65536),
      "400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
      "a".repeat(1024),
      "0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
      "",
      "",
    ].join("\r\n");
    const answer = await request(
      "PUT",
      "/examplebucket/chunkObject.txt",
      {
        ...streamed,
        "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "Content-Length": "66824",
        Authorization: authorization(
          "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class",
          "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
        ),
      },
      body,
    );
    assert.equal(answer.status, 200, answer.body);
  });

  it("takes a body in signed chunks with a checksum in its trailer", async () => {
    const body = [
      "10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
      "a".repeat(65536),
      "400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
      "a".repeat(1024),
      "0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
      "x-amz-checksum-crc32c:sOO8/Q==",
      "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435",
      "",
      "",
    ].join("\r\n");
    const answer = await request(
      "PUT",
      "/examplebucket/chunkObject.txt",
      {
        ...streamed,
        "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
        "x-amz-trailer": "x-amz-checksum-crc32c",
        "Content-Length": String(body.length),
        Authorization: authorization(
          "content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer",
          "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
        ),
      },
      body,
    );
    assert.equal(answer.status, 200, answer.body);
    assert.equal(answer.headers["x-amz-checksum-crc32c"], "sOO8/Q==");
  });
});
