import { timingSafeEqual } from "node:crypto";
import { S3Error } from "../http/errors.ts";
import type { S3Request } from "../http/request.ts";
import { canonicalRequest } from "./canonical-request.ts";
import { ChunkSignatures } from "./chunk-signatures.ts";
import type { CredentialLookup, S3Credential } from "./credentials.ts";
import { type Payload, readPayload } from "./payload.ts";
import { malformedHeader, malformedQuery, readSignatureClaim, type SignatureClaim } from "./signature-claim.ts";
import { scopeText, sha256Hex, sign } from "./signing.ts";

const maxSkewMs = 15 * 60 * 1000;

/** What requests are checked against. */
export interface Authority {
  readonly credentialOf: CredentialLookup;
  readonly region: string;
  readonly now: () => Date;
}

/** What a request that has been believed says about its body. */
export interface Authenticated {
  readonly payload: Payload;
  /** Checks the chunks of a signed aws-chunked body. */
  readonly chunkSignatures: ChunkSignatures | undefined;
}

/**
 * Verifies a request's SigV4 signature, all but the body.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
 * @throws S3Error when it cannot be believed, with S3's code for the reason
 */
export function authenticate(request: S3Request, authority: Authority): Authenticated {
  const claim = readSignatureClaim(request);
  checkRegion(claim, authority.region);
  const credential = authority.credentialOf(claim.accessKeyId);
  if (credential === undefined) {
    throw new S3Error("InvalidAccessKeyId", undefined, { elements: { AWSAccessKeyId: claim.accessKeyId } });
  }
  checkTime(claim, authority.now());
  checkSignedHeaders(request, claim.signedHeaders);
  const payload = readPayload(request);
  checkSignature(request, claim, credential);
  if (claim.securityToken !== credential.sessionToken) throw new S3Error("InvalidToken");
  if (credential.expiresAt !== undefined && credential.expiresAt <= authority.now()) throw new S3Error("ExpiredToken");
  const signsChunks = payload.kind === "chunked" && payload.signed;
  return {
    payload,
    chunkSignatures: signsChunks ? new ChunkSignatures(claim, credential.secretAccessKey) : undefined,
  };
}

function checkRegion(claim: SignatureClaim, region: string): void {
  if (claim.scope.region === region) return;
  const why = `the region '${claim.scope.region}' is wrong; expecting '${region}'`;
  const elements = { Region: region };
  throw claim.expiresSeconds === undefined ? malformedHeader(why, elements) : malformedQuery(why, elements);
}

function checkTime(claim: SignatureClaim, now: Date): void {
  const ageMs = now.getTime() - claim.time.getTime();
  const serverTime = now.toISOString();
  if (claim.expiresSeconds === undefined) {
    if (Math.abs(ageMs) <= maxSkewMs) return;
    throw new S3Error("RequestTimeTooSkewed", undefined, {
      elements: {
        RequestTime: claim.timestamp,
        ServerTime: serverTime,
        MaxAllowedSkewMilliseconds: String(maxSkewMs),
      },
    });
  }
  if (ageMs < -maxSkewMs) throw new S3Error("AccessDenied", "Request is not valid yet");
  if (ageMs > claim.expiresSeconds * 1000) {
    const expires = new Date(claim.time.getTime() + claim.expiresSeconds * 1000).toISOString();
    throw new S3Error("AccessDenied", "Request has expired", {
      elements: { "X-Amz-Expires": String(claim.expiresSeconds), Expires: expires, ServerTime: serverTime },
    });
  }
}

/** `host` and every `x-amz-*` header must be under the signature. */
function checkSignedHeaders(request: S3Request, signedHeaders: readonly string[]): void {
  const required = [...request.wireHeaders.keys()].filter((name) => name === "host" || name.startsWith("x-amz-"));
  const unsigned = required.filter((name) => !signedHeaders.includes(name));
  if (unsigned.length === 0) return;
  throw new S3Error("AccessDenied", "There were headers present in the request which were not signed", {
    elements: { HeadersNotSigned: unsigned.join(", ") },
  });
}

function checkSignature(request: S3Request, claim: SignatureClaim, credential: S3Credential): void {
  const payloadHash = request.headers.get("x-amz-content-sha256") ?? "UNSIGNED-PAYLOAD";
  const canonical = canonicalRequest(request, claim.signedHeaders, payloadHash);
  const canonicalHash = sha256Hex(Buffer.from(canonical, "latin1"));
  const stringToSign = ["AWS4-HMAC-SHA256", claim.timestamp, scopeText(claim.scope), canonicalHash].join("\n");
  if (sameText(sign(stringToSign, credential.secretAccessKey, claim.scope), claim.signature)) return;
  throw new S3Error("SignatureDoesNotMatch", undefined, {
    elements: {
      AWSAccessKeyId: claim.accessKeyId,
      StringToSign: stringToSign,
      SignatureProvided: claim.signature,
      StringToSignBytes: hexBytes(stringToSign),
      CanonicalRequest: canonical,
      CanonicalRequestBytes: hexBytes(canonical),
    },
  });
}

/** Compares signatures in constant time. */
export function sameText(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a, "latin1"), Buffer.from(b, "latin1"));
}

function hexBytes(text: string): string {
  return Array.from(Buffer.from(text, "latin1"), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
