import { createHash, type Hash } from "node:crypto";
import type { Authenticated } from "../auth/authenticate.ts";
import { emptySha256 } from "../auth/signing.ts";
import { S3Error } from "../http/errors.ts";
import { AwsChunkedDecoder } from "./aws-chunked.ts";
import {
  type ChecksumAlgorithm,
  checksumAlgorithms,
  checksumHeaderName,
  isChecksumValue,
  type RunningChecksum,
} from "./checksum-algorithms.ts";
import { type BodyDeclaration, type Checksum, invalidChecksumHeader } from "./declaration.ts";

/** What is known of a body that arrived whole and as declared. */
export interface ReceivedBody {
  readonly sizeBytes: number;
  readonly md5: Buffer;
  /** The declared checksum, or the one asked for. */
  readonly checksum: Checksum | undefined;
}

/** Where a body comes from and what has been said about it. */
export interface IncomingBody {
  readonly source: AsyncIterable<Buffer>;
  readonly authenticated: Authenticated;
  readonly declaration: BodyDeclaration;
}

/**
 * Reads a body to its end, hands its content on piece by piece, and verifies every promise made about it.
 * @param take gets the content
 * @param wanted a checksum to compute where none is declared
 * @throws S3Error IncompleteBody, BadDigest, XAmzContentSHA256Mismatch, InvalidRequest and those of aws-chunked
 */
export async function receiveBody(
  { source, authenticated, declaration }: IncomingBody,
  take: (content: Buffer) => Promise<void> | void,
  wanted?: ChecksumAlgorithm,
): Promise<ReceivedBody> {
  const { payload, chunkSignatures } = authenticated;
  const decoder = payload.kind === "chunked" ? new AwsChunkedDecoder(chunkSignatures, payload.trailer) : undefined;
  const digests = new Digests(payload.kind === "signed" ? payload.sha256 : undefined, wanted, declaration);
  for await (const piece of wholeBody(source)) {
    for (const content of decoder === undefined ? [piece] : decoder.decode(piece)) {
      digests.update(content);
      await take(content);
    }
  }
  decoder?.end();
  return digests.verify(decoder?.trailers ?? new Map());
}

/** A connection that ends within a body means that it was shorter than declared. */
async function* wholeBody(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* source;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ECONNRESET") throw new S3Error("IncompleteBody");
    throw error;
  }
}

/** All digests of one body, computed in one pass. */
class Digests {
  readonly #declaration: BodyDeclaration;
  readonly #signedSha256: string | undefined;
  readonly #md5: Hash = createHash("md5");
  readonly #sha256: Hash | undefined;
  readonly #algorithm: ChecksumAlgorithm | undefined;
  readonly #checksum: RunningChecksum | undefined;
  #sizeBytes = 0;

  constructor(signedSha256: string | undefined, wanted: ChecksumAlgorithm | undefined, declaration: BodyDeclaration) {
    this.#declaration = declaration;
    this.#signedSha256 = signedSha256;
    this.#sha256 = signedSha256 === undefined || signedSha256 === emptySha256 ? undefined : createHash("sha256");
    this.#algorithm = declaration.checksum?.algorithm ?? wanted;
    this.#checksum = this.#algorithm && checksumAlgorithms[this.#algorithm].start();
  }

  update(content: Buffer): void {
    this.#sizeBytes += content.length;
    this.#md5.update(content);
    this.#sha256?.update(content);
    this.#checksum?.update(content);
  }

  async verify(trailers: ReadonlyMap<string, string>): Promise<ReceivedBody> {
    if (this.#sizeBytes !== (this.#declaration.sizeBytes ?? 0)) throw new S3Error("IncompleteBody");
    this.#verifySha256();
    const md5 = this.#md5.digest();
    const { contentMd5 } = this.#declaration;
    if (contentMd5 !== undefined && contentMd5 !== md5.toString("base64")) {
      throw new S3Error("BadDigest", "The Content-MD5 you specified did not match what we received.", {
        elements: { ExpectedDigest: contentMd5, CalculatedDigest: md5.toString("base64") },
      });
    }
    return { sizeBytes: this.#sizeBytes, md5, checksum: await this.#verifyChecksum(trailers) };
  }

  #verifySha256(): void {
    if (this.#signedSha256 === undefined) return;
    const isEmptyAsSigned = this.#sha256 === undefined && this.#sizeBytes === 0;
    const computed = this.#sha256?.digest("hex");
    if (isEmptyAsSigned || computed === this.#signedSha256) return;
    throw new S3Error("XAmzContentSHA256Mismatch", undefined, {
      elements: {
        ClientComputedContentSHA256: this.#signedSha256,
        ...(computed === undefined ? {} : { S3ComputedContentSHA256: computed }),
      },
    });
  }

  async #verifyChecksum(trailers: ReadonlyMap<string, string>): Promise<Checksum | undefined> {
    const algorithm = this.#algorithm;
    if (algorithm === undefined || this.#checksum === undefined) return undefined;
    const value = Buffer.from(await this.#checksum.digest()).toString("base64");
    const declared = this.#declaration.checksum;
    const expected = declared === undefined ? value : (declared.value ?? trailerValue(algorithm, trailers));
    if (expected !== value) {
      throw new S3Error("BadDigest", `The ${algorithm} you specified did not match the calculated checksum.`);
    }
    return { algorithm, value };
  }
}

function trailerValue(algorithm: ChecksumAlgorithm, trailers: ReadonlyMap<string, string>): string {
  const name = checksumHeaderName(algorithm);
  const value = trailers.get(name);
  if (value === undefined || trailers.size !== 1) throw new S3Error("MalformedTrailerError");
  if (!isChecksumValue(algorithm, value)) throw invalidChecksumHeader(name);
  return value;
}
