import assert from "node:assert/strict";
import { GetObjectCommand, HeadObjectCommand } from "@aws-sdk/client-s3";
import { conformance, type Subject } from "./conformance.ts";
import { type RawAnswer, type RawRequest, send, sendPresigned, sendRaw } from "./raw-request.ts";

const body = "signed content";
const minuteMs = 60_000;

function put({ target, bucket }: Subject, key: string, more: Partial<RawRequest> = {}): Promise<RawAnswer> {
  return sendRaw(target, { method: "PUT", path: `/${bucket}/${key}`, body, ...more });
}

function refusal({ status, error }: RawAnswer): [number, string | undefined] {
  return [status, error.Code];
}

conformance("signatures", (behaves) => {
  behaves("takes a well-signed request", async (subject) => {
    assert.equal((await put(subject, "good")).status, 200);
  });

  behaves("refuses a request without a signature", async ({ target, bucket }) => {
    const { hostname: host, port } = new URL(target.url);
    const answer = await send({ method: "GET", host, port, path: `/${bucket}` });
    assert.deepEqual(refusal(answer), [403, "AccessDenied"]);
  });

  behaves("refuses a signature made with another secret", async (subject) => {
    const target = { ...subject.target, secretAccessKey: "another secret" };
    assert.deepEqual(refusal(await put({ ...subject, target }, "k")), [403, "SignatureDoesNotMatch"]);
  });

  behaves("refuses an access key that it does not know", async (subject) => {
    const target = { ...subject.target, accessKeyId: "AKIDOFNOBODYATALL000" };
    assert.deepEqual(refusal(await put({ ...subject, target }, "k")), [403, "InvalidAccessKeyId"]);
  });

  behaves("refuses a signature for another region, and names its own", async (subject) => {
    const answer = await put(subject, "k", { signingRegion: "eu-central-1" });
    assert.deepEqual(refusal(answer), [400, "AuthorizationHeaderMalformed"]);
    assert.equal(answer.error.Region, subject.target.region);
  });

  for (const minutes of [-16, 16]) {
    behaves(`refuses a request whose clock is ${minutes} minutes off`, async (subject) => {
      const answer = await put(subject, "k", { signingDate: new Date(Date.now() + minutes * minuteMs) });
      assert.deepEqual(refusal(answer), [403, "RequestTimeTooSkewed"]);
    });
  }

  behaves("takes a request whose clock is 10 minutes off", async (subject) => {
    const answer = await put(subject, "late", { signingDate: new Date(Date.now() - 10 * minuteMs) });
    assert.equal(answer.status, 200);
  });

  behaves("refuses a session token that was not given with the key", async (subject) => {
    const answer = await put(subject, "k", { sessionToken: "invented" });
    assert.deepEqual([answer.status, answer.error.Code], [400, "InvalidToken"]);
  });

  behaves("refuses a header that was changed after signing", async (subject) => {
    const answer = await put(subject, "k", {
      headers: { "x-amz-meta-a": "1" },
      tamper: (headers) => {
        headers["x-amz-meta-a"] = "2";
      },
    });
    assert.deepEqual(refusal(answer), [403, "SignatureDoesNotMatch"]);
  });

  behaves("refuses an x-amz header that is not signed", async (subject) => {
    const answer = await put(subject, "k", {
      tamper: (headers) => {
        headers["x-amz-meta-added"] = "1";
      },
    });
    assert.deepEqual(refusal(answer), [403, "AccessDenied"]);
    assert.equal(answer.error.HeadersNotSigned, "x-amz-meta-added");
  });

  behaves("refuses a request without the hash of its body", async (subject) => {
    const answer = await put(subject, "k", { headers: { "x-amz-content-sha256": null } });
    assert.deepEqual(refusal(answer), [400, "InvalidRequest"]);
  });

  behaves("refuses a body that is not the one hashed", async (subject) => {
    const headers = { "x-amz-content-sha256": "0".repeat(64) };
    assert.deepEqual(refusal(await put(subject, "k", { headers })), [400, "XAmzContentSHA256Mismatch"]);
  });

  behaves("refuses a hash that is none", async (subject) => {
    const headers = { "x-amz-content-sha256": "no hash" };
    assert.deepEqual(refusal(await put(subject, "k", { headers })), [400, "InvalidArgument"]);
  });

  behaves("stores nothing of a refused request", async (subject) => {
    await put(subject, "refused", { headers: { "x-amz-content-sha256": "0".repeat(64) } });
    const { client, bucket } = subject;
    await assert.rejects(client.send(new HeadObjectCommand({ Bucket: bucket, Key: "refused" })), { name: "NotFound" });
  });

  behaves("takes a presigned request until it expires", async (subject) => {
    const { target, client, bucket } = subject;
    const request = { method: "PUT", path: `/${bucket}/presigned%20key`, body, expiresSeconds: 60 };
    const answer = await sendPresigned(target, request);
    assert.equal(answer.status, 200);
    const got = await client.send(new GetObjectCommand({ Bucket: bucket, Key: "presigned key" }));
    assert.equal(await got.Body?.transformToString(), body);
    const late = await sendPresigned(target, { ...request, signingDate: new Date(Date.now() - 2 * minuteMs) });
    assert.deepEqual(refusal(late), [403, "AccessDenied"]);
  });

  behaves("refuses a presigned request with another secret", async ({ target, bucket }) => {
    const answer = await sendPresigned(
      { ...target, secretAccessKey: "another secret" },
      { method: "GET", path: `/${bucket}/k`, expiresSeconds: 60 },
    );
    assert.deepEqual(refusal(answer), [403, "SignatureDoesNotMatch"]);
  });

  behaves("refuses a presigned request for more than a week", async ({ target, bucket }) => {
    const { hostname: host, port } = new URL(target.url);
    const timestamp = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
    const query = new URLSearchParams({
      "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
      "X-Amz-Credential": `${target.accessKeyId}/${timestamp.slice(0, 8)}/${target.region}/s3/aws4_request`,
      "X-Amz-Date": timestamp,
      "X-Amz-Expires": String(7 * 24 * 3600 + 1),
      "X-Amz-SignedHeaders": "host",
      "X-Amz-Signature": "0".repeat(64),
    });
    const answer = await send({ method: "GET", host, port, path: `/${bucket}/k?${query}` });
    assert.deepEqual(refusal(answer), [400, "AuthorizationQueryParametersError"]);
  });
});
