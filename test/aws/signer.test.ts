import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Sha256 } from "@aws-sdk/checksums/sha";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Credentials } from "../../src/aws/credentials/credentials.ts";
import { createSigner, encodeKey, encodeUriPart, UNSIGNED_PAYLOAD } from "../../src/aws/signer.ts";
import { amount } from "../amounts.ts";
import { randomFrom } from "../random.ts";

const REQUESTS = amount(3_000, 600);

describe("the request signer", () => {
  it(`signs ${REQUESTS} requests exactly as the official signer does`, async () => {
    const random = randomFrom(20260821);
    for (let round = 0; round < REQUESTS; round++) {
      const region = random.pick(["us-east-1", "eu-west-1", "cn-north-1", "default"]);
      const credentials: Credentials = {
        accessKeyId: random.text("ABCDEFGHIJKLMNOP0123456789", 20),
        secretAccessKey: random.text("abcXYZ0189+/=", 40),
        ...(random.chance(0.4) ? { sessionToken: random.text("abcXYZ+/=", 60) } : {}),
      };
      const time = new Date(Date.UTC(2026, random.below(12), 1 + random.below(28), random.below(24), random.below(60)));
      const request = randomRequest(random);

      const ours = createSigner(region, "s3")(request, credentials, time);
      const official = await signOfficially(request, region, credentials, time);
      assert.deepEqual(ours, official, `round ${round}: ${request.method} ${request.path}?${request.query}`);
    }
  });

  it("derives a new key when the day or the secret changes", () => {
    const sign = createSigner("us-east-1", "s3");
    const request = { method: "GET", path: "/", query: "", headers: { host: "h" }, payloadHash: UNSIGNED_PAYLOAD };
    const signAt = (secretAccessKey: string, time: string) =>
      sign(request, { accessKeyId: "a", secretAccessKey }, new Date(time)).authorization;
    const first = signAt("s", "2026-01-01T00:00:00Z");
    assert.notEqual(signAt("t", "2026-01-01T00:00:00Z"), first);
    assert.notEqual(signAt("s", "2026-01-02T00:00:00Z"), first);
    assert.equal(signAt("s", "2026-01-01T00:00:00Z"), first);
  });

  it("encodes keys so that every byte survives the way to S3", () => {
    assert.equal(encodeKey("a b/ü+%#?/../.x~!'()*"), "a%20b/%C3%BC%2B%25%23%3F/../.x~%21%27%28%29%2A");
    assert.equal(encodeUriPart("a/b=c&d"), "a%2Fb%3Dc%26d");
  });
});

type Random = ReturnType<typeof randomFrom>;

function randomRequest(random: Random) {
  const key = random.text("abc 123/+%#?&=()*'!~äß漢😀.", 1 + random.below(40));
  const query = random.chance(0.5)
    ? [`partNumber=${random.below(10000)}`, `uploadId=${encodeUriPart(random.text("aZ+/= ~", 12))}`].join("&")
    : "";
  const headers: Record<string, string> = { host: `bucket.s3.amazonaws.com${random.chance(0.2) ? ":9000" : ""}` };
  const optional: Record<string, () => string> = {
    "content-type": () => random.pick(["text/html; charset=utf-8", "image/png"]),
    "content-length": () => String(random.below(1e9)),
    "cache-control": () => "no-cache",
    "user-agent": () => "someone/1.0",
    "x-amz-checksum-crc32": () => random.text("abc+/", 6),
    "x-amz-meta-note": () => `  ${random.text("ab  c", 12)} `,
    "x-amz-storage-class": () => "STANDARD_IA",
  };
  for (const [name, value] of Object.entries(optional)) if (random.chance(0.5)) headers[name] = value();
  const payloadHash = random.chance(0.5)
    ? UNSIGNED_PAYLOAD
    : createHash("sha256")
        .update(String(random.below(1e9)))
        .digest("hex");
  return {
    method: random.pick(["GET", "PUT", "POST", "HEAD", "DELETE"]),
    path: `/${encodeKey(key)}`,
    query,
    headers,
    payloadHash,
  };
}

async function signOfficially(
  request: ReturnType<typeof randomRequest>,
  region: string,
  credentials: Credentials,
  time: Date,
): Promise<Record<string, string>> {
  const signer = new SignatureV4({
    service: "s3",
    region,
    credentials,
    sha256: Sha256,
    uriEscapePath: false,
    applyChecksum: true,
  });
  const query = Object.fromEntries(new URLSearchParams(request.query.replaceAll("+", "%2B")));
  const signed = await signer.sign(
    {
      method: request.method,
      protocol: "https:",
      hostname: "unused",
      path: request.path,
      query,
      headers: { ...request.headers, "x-amz-content-sha256": request.payloadHash },
    },
    { signingDate: time },
  );
  return signed.headers;
}
