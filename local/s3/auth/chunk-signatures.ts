import { createHash, type Hash } from "node:crypto";
import { S3Error } from "../http/errors.ts";
import type { SignatureClaim } from "./signature-claim.ts";
import { emptySha256, scopeText, sha256Hex, sign } from "./signing.ts";

/**
 * The chain of signatures through a signed aws-chunked body: each one covers the signature before it, beginning with
 * the request's own.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 */
export class ChunkSignatures {
  readonly #claim: SignatureClaim;
  readonly #secretAccessKey: string;
  #previous: string;
  #chunk: Hash = createHash("sha256");

  constructor(claim: SignatureClaim, secretAccessKey: string) {
    this.#claim = claim;
    this.#secretAccessKey = secretAccessKey;
    this.#previous = claim.signature;
  }

  /** Takes bytes of the current chunk. */
  update(bytes: Uint8Array): void {
    this.#chunk.update(bytes);
  }

  /**
   * Ends the current chunk.
   * @throws S3Error SignatureDoesNotMatch
   */
  endChunk(signature: string): void {
    const chunkHash = this.#chunk.digest("hex");
    this.#chunk = createHash("sha256");
    this.#verify(["AWS4-HMAC-SHA256-PAYLOAD", ...this.#chain(), emptySha256, chunkHash], signature);
  }

  /**
   * Verifies the trailing headers.
   * @param trailer the trailing headers, each as `name:value` and a line feed
   * @throws S3Error SignatureDoesNotMatch
   */
  endTrailer(trailer: string, signature: string): void {
    this.#verify(["AWS4-HMAC-SHA256-TRAILER", ...this.#chain(), sha256Hex(trailer)], signature);
  }

  #chain(): string[] {
    return [this.#claim.timestamp, scopeText(this.#claim.scope), this.#previous];
  }

  #verify(lines: readonly string[], signature: string): void {
    const stringToSign = lines.join("\n");
    const expected = sign(stringToSign, this.#secretAccessKey, this.#claim.scope);
    if (signature !== expected) {
      throw new S3Error("SignatureDoesNotMatch", undefined, {
        elements: {
          AWSAccessKeyId: this.#claim.accessKeyId,
          StringToSign: stringToSign,
          SignatureProvided: signature,
        },
      });
    }
    this.#previous = expected;
  }
}
