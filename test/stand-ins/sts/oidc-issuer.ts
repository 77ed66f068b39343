import { createSign, createVerify, generateKeyPairSync, type KeyObject } from "node:crypto";

/** What a token says; times are in seconds since 1970. */
export interface Claims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string;
  readonly iat: number;
  readonly nbf: number;
  readonly exp: number;
}

/** Issues tokens (RS256), and tells its own from others. */
export interface OidcIssuer {
  /** `iss` of its tokens, such as `https://vstoken.dev.azure.com/<organization>`. */
  readonly url: string;
  /** @param lifeSeconds may be negative, for a token that has expired. */
  issue(subject: string, audience: string, lifeSeconds?: number): string;
  /** Whether the signature is its own. */
  hasSigned(token: string): boolean;
}

/** Makes an issuer with a new key. */
export function createOidcIssuer(url: string, now: () => Date = () => new Date()): OidcIssuer {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return {
    url,
    issue(sub, aud, lifeSeconds = 600) {
      const iat = Math.floor(now().getTime() / 1000);
      return sign({ iss: url, sub, aud, iat, nbf: iat, exp: iat + lifeSeconds }, privateKey);
    },
    hasSigned(token) {
      const [header, payload, signature = ""] = token.split(".");
      return createVerify("RSA-SHA256").update(`${header}.${payload}`).verify(publicKey, signature, "base64url");
    },
  };
}

/** Reads what a token says, whoever signed it; undefined if it is no token. */
export function readClaims(token: string): Partial<Claims> | undefined {
  const [header, payload, signature, more] = token.split(".");
  if (!header || !payload || !signature || more !== undefined) return undefined;
  try {
    if (fromBase64(header).alg !== "RS256") return undefined;
    return fromBase64(payload);
  } catch {
    return undefined;
  }
}

function sign(claims: Claims, key: KeyObject): string {
  const content = [{ typ: "JWT", alg: "RS256", kid: "1" }, claims].map(toBase64).join(".");
  return `${content}.${createSign("RSA-SHA256").update(content).sign(key, "base64url")}`;
}

function toBase64(content: object): string {
  return Buffer.from(JSON.stringify(content)).toString("base64url");
}

function fromBase64(text: string): Record<string, never> {
  return JSON.parse(Buffer.from(text, "base64url").toString());
}
