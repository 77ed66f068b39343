import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";

/** What a request is signed with. */
export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * Asks STS who signs, with the SDK's signer: of its STS client the credential providers bring only what they use.
 * @throws the refusal, with the fields that errors of the SDK have
 */
export async function getCallerIdentity(
  url: string,
  credentials: Keys,
  region: string,
): Promise<Record<string, string>> {
  const signer = new SignatureV4({ service: "sts", region, credentials, sha256: Sha256 });
  const { hostname, host, port } = new URL(url);
  const body = "Action=GetCallerIdentity&Version=2011-06-15";
  const headers = { host, "content-type": "application/x-www-form-urlencoded" };
  const request = {
    method: "POST",
    protocol: "http:",
    hostname,
    port: Number(port),
    path: "/",
    query: {},
    headers,
    body,
  };
  const signed = await signer.sign(request);
  const answer = await fetch(url, { method: "POST", headers: signed.headers, body });
  const texts = Object.fromEntries(
    Array.from((await answer.text()).matchAll(/<(\w+)>([^<]+)<\/\1>/g), ([, name, text]) => [name, text]),
  );
  if (answer.ok) return texts;
  throw Object.assign(new Error(texts.Message), { Code: texts.Code, $metadata: { httpStatusCode: answer.status } });
}

class Sha256 {
  readonly #hash: Hash | Hmac;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", secret as string | Uint8Array);
  }
  update(data: Uint8Array): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}
