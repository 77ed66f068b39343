import { createHash, createHmac } from "node:crypto";

/** The scope of a signature: a day (`YYYYMMDD`), a region and a service. */
export interface Scope {
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

export const emptySha256 = sha256Hex("");

const signingKeys = new Map<string, Buffer>();
const maxSigningKeys = 1000;

export function sha256Hex(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** The scope in a string to sign. */
export function scopeText({ date, region, service }: Scope): string {
  return `${date}/${region}/${service}/aws4_request`;
}

/**
 * A SigV4 signature in hex. The key that it takes is kept: it is the same for all requests of a day.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function sign(stringToSign: string, secretAccessKey: string, scope: Scope): string {
  return createHmac("sha256", signingKey(secretAccessKey, scope)).update(stringToSign).digest("hex");
}

function signingKey(secretAccessKey: string, scope: Scope): Buffer {
  const name = `${secretAccessKey}/${scopeText(scope)}`;
  const known = signingKeys.get(name);
  if (known !== undefined) return known;
  const key = [scope.date, scope.region, scope.service, "aws4_request"].reduce(
    (secret: Buffer, step) => createHmac("sha256", secret).update(step).digest(),
    Buffer.from(`AWS4${secretAccessKey}`),
  );
  if (signingKeys.size >= maxSigningKeys) signingKeys.clear();
  signingKeys.set(name, key);
  return key;
}
