import type { Payload } from "../auth/payload.ts";
import { S3Error } from "../http/errors.ts";
import type { S3Request } from "../http/request.ts";
import {
  type ChecksumAlgorithm,
  checksumAlgorithmNames,
  checksumHeaderName,
  findChecksumAlgorithm,
  isBase64Of,
  isChecksumValue,
} from "./checksum-algorithms.ts";

/** A checksum of some bytes, in base64. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly value: string;
}

/** What the headers promise about a body. */
export interface BodyDeclaration {
  /** The size of the content, aws-chunked framing not counted; undefined only if it is not required. */
  readonly sizeBytes: number | undefined;
  readonly contentMd5: string | undefined;
  /** In a header, or promised for the trailer, where its value is still unknown. */
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly value: string | undefined } | undefined;
}

/**
 * Reads what the headers promise about the body.
 * @param checksumOf what the request's checksum headers speak of: CompleteMultipartUpload sends a document, and the
 *   checksum of the object that comes of it
 * @throws S3Error MissingContentLength, InvalidDigest, InvalidRequest
 */
export function readDeclaration(request: S3Request, payload: Payload, checksumOf: "body" | "object"): BodyDeclaration {
  const contentMd5 = request.headers.get("content-md5");
  if (contentMd5 !== undefined && !isBase64Of(contentMd5, 16)) throw new S3Error("InvalidDigest");
  return {
    sizeBytes: readSize(request, payload),
    contentMd5,
    checksum: checksumOf === "body" ? readDeclaredChecksum(request, payload) : undefined,
  };
}

function readSize({ headers }: S3Request, payload: Payload): number | undefined {
  const text = headers.get(payload.kind === "chunked" ? "x-amz-decoded-content-length" : "content-length");
  if (text === undefined && (payload.kind === "chunked" || headers.has("transfer-encoding"))) {
    throw new S3Error("MissingContentLength");
  }
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new S3Error("InvalidArgument", `${text} is not a size.`);
  return Number(text);
}

function readDeclaredChecksum(request: S3Request, payload: Payload): BodyDeclaration["checksum"] {
  const inHeader = readChecksumHeader(request, (algorithm, value) => isChecksumValue(algorithm, value));
  const inTrailer = readTrailerPromise(request, payload);
  if (inHeader !== undefined && inTrailer !== undefined) throw severalChecksums();
  const declared = inHeader ?? inTrailer;
  const announced = request.headers.get("x-amz-sdk-checksum-algorithm");
  if (announced === undefined) return declared;
  if (declared === undefined) {
    throw new S3Error(
      "InvalidRequest",
      "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.",
    );
  }
  if (announced.toUpperCase() !== declared.algorithm) {
    throw new S3Error("InvalidRequest", "Value for x-amz-sdk-checksum-algorithm header is invalid.");
  }
  return declared;
}

/**
 * The one `x-amz-checksum-*` header of a request.
 * @param isWellFormed says whether a value may stand
 * @throws S3Error InvalidRequest when there are several, or the value may not stand
 */
export function readChecksumHeader(
  request: S3Request,
  isWellFormed: (algorithm: ChecksumAlgorithm, value: string) => boolean,
): Checksum | undefined {
  const given = checksumAlgorithmNames.flatMap((algorithm) => {
    const value = request.headers.get(checksumHeaderName(algorithm));
    return value === undefined ? [] : [{ algorithm, value }];
  });
  const [checksum, second] = given;
  if (second !== undefined) throw severalChecksums();
  if (checksum !== undefined && !isWellFormed(checksum.algorithm, checksum.value)) {
    throw invalidChecksumHeader(checksumHeaderName(checksum.algorithm));
  }
  return checksum;
}

/** The answer to a checksum header with an invalid value. */
export function invalidChecksumHeader(name: string): S3Error {
  return new S3Error("InvalidRequest", `Value for ${name} header is invalid.`);
}

function readTrailerPromise({ headers }: S3Request, payload: Payload): BodyDeclaration["checksum"] {
  const name = headers.get("x-amz-trailer");
  const comes = payload.kind === "chunked" && payload.trailer;
  if (name === undefined && !comes) return undefined;
  const prefix = "x-amz-checksum-";
  const algorithm = name?.startsWith(prefix) ? findChecksumAlgorithm(name.slice(prefix.length)) : undefined;
  if (algorithm === undefined || !comes) {
    throw new S3Error("InvalidRequest", "The value specified in the x-amz-trailer header is not supported");
  }
  return { algorithm, value: undefined };
}

function severalChecksums(): S3Error {
  return new S3Error(
    "InvalidRequest",
    "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
  );
}
