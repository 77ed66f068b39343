import { sameText } from "../../../local/s3/auth/authenticate.ts";
import { canonicalRequest, type SignedPart } from "../../../local/s3/auth/canonical-request.ts";
import { readHeaderClaim, type SignatureClaim } from "../../../local/s3/auth/signature-claim.ts";
import { scopeText, sha256Hex, sign } from "../../../local/s3/auth/signing.ts";
import { S3Error } from "../../../local/s3/http/errors.ts";
import { StsError } from "./errors.ts";
import type { StsState } from "./server-state.ts";
import type { KnownKey } from "./sessions.ts";

const maxSkewMs = 15 * 60 * 1000;

/**
 * Verifies a request's signature, body included.
 * @returns whose it is
 * @throws StsError when it cannot be believed, with STS's code and words for the reason
 */
export function authenticate(request: SignedPart, body: Buffer, { sessions, region, now }: StsState): KnownKey {
  const claim = readClaim(request);
  if (claim.scope.region !== region) {
    const why = `Credential should be scoped to a valid region, not '${claim.scope.region}'. `;
    throw new StsError("SignatureDoesNotMatch", why);
  }
  const key = sessions.find(claim.accessKeyId);
  if (key === undefined || key.credential.sessionToken !== claim.securityToken) {
    throw new StsError("InvalidClientTokenId", "The security token included in the request is invalid.");
  }
  checkTime(claim, now());
  checkSignature(request, body, claim, key.credential.secretAccessKey);
  if (key.credential.expiresAt !== undefined && key.credential.expiresAt <= now()) {
    throw new StsError("ExpiredToken", "The security token included in the request is expired");
  }
  return key;
}

function readClaim(request: SignedPart): SignatureClaim {
  if (!request.wireHeaders.has("authorization")) {
    throw new StsError("MissingAuthenticationToken", "Request is missing Authentication Token");
  }
  try {
    return readHeaderClaim(request.wireHeaders, "sts");
  } catch (error) {
    throw error instanceof S3Error ? new StsError("IncompleteSignature", error.message) : error;
  }
}

function checkTime({ time, timestamp }: SignatureClaim, now: Date): void {
  const earliest = new Date(now.getTime() - maxSkewMs);
  const latest = new Date(now.getTime() + maxSkewMs);
  if (time < earliest) {
    const why = `Signature expired: ${timestamp} is now earlier than ${stamp(earliest)} (${stamp(now)} - 15 min.)`;
    throw new StsError("SignatureDoesNotMatch", why);
  }
  if (time > latest) {
    const why = `Signature not yet current: ${timestamp} is still later than ${stamp(latest)} (${stamp(now)} + 15 min.)`;
    throw new StsError("SignatureDoesNotMatch", why);
  }
}

function checkSignature(request: SignedPart, body: Buffer, claim: SignatureClaim, secretAccessKey: string): void {
  const canonical = canonicalRequest(request, claim.signedHeaders, sha256Hex(body));
  const stringToSign = ["AWS4-HMAC-SHA256", claim.timestamp, scopeText(claim.scope), sha256Hex(canonical)].join("\n");
  const isSigned = sameText(sign(stringToSign, secretAccessKey, claim.scope), claim.signature);
  if (isSigned && claim.signedHeaders.includes("host")) return;
  throw new StsError(
    "SignatureDoesNotMatch",
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
  );
}

function stamp(time: Date): string {
  return time.toISOString().replace(/[-:]|\.\d{3}/g, "");
}
