import type { ChecksumAlgorithm, DigestAlgorithm } from "../checksums/algorithms.ts";
import type { ResponseHead } from "../http/messages.ts";
import type { Bucket } from "./bucket.ts";
import { checksumHeaders, type DigestedBody, digestBody } from "./digest.ts";
import { withChecksums } from "./store/checksum-support.ts";
import { notS3 } from "./xml-body.ts";

/** Request headers with lower-case names. */
export type ObjectHeaders = Readonly<Record<string, string>>;

/** How an object is stored, beside its bytes. */
export interface ObjectWrite {
  /** What is stored beside the bytes, and how: content type, metadata, tags, storage class, encryption, ACL. */
  readonly headers: ObjectHeaders;
  /** Those of `headers` that bring along a customer's key, for the requests about parts. */
  readonly customerKeyHeaders: ObjectHeaders;
  readonly checksumAlgorithm: ChecksumAlgorithm | "none";
  /** Whether an input asks for this checksum. If none does, it is not sent to a store that refuses it. */
  readonly isChecksumRequired?: boolean;
}

/** An object as the answer to its writing describes it. */
export interface StoredObject {
  /** Without quotation marks; empty if the store does not return it. */
  readonly etag: string;
  /** Undefined in a bucket without versions. */
  readonly versionId: string | undefined;
}

/**
 * Stores an object with one PutObject. S3 checks the bytes against the checksum sent with them, or against their
 * MD5 if it accepts no checksums.
 *
 * @throws {UnsupportedInputError} if the store refuses the checksum that an input asks for; what `Bucket.send` throws, and what
 *   reading the body throws.
 */
export async function putObject(
  bucket: Bucket,
  key: string,
  body: DigestedBody,
  { headers, checksumAlgorithm: algorithm, isChecksumRequired: isRequired = false }: ObjectWrite,
  signal?: AbortSignal,
): Promise<StoredObject> {
  const send = async (checkedBy: DigestAlgorithm | "none") => {
    const { checksum, sha256Hex } = await digestBody(body, checkedBy, bucket.signsPayload);
    return bucket.send({
      method: "PUT",
      key,
      headers: { ...headers, ...checksumHeaders(checkedBy, checksum) },
      body,
      bodySha256: sha256Hex,
      carrier: body.carrier,
      signal,
    });
  };
  const response =
    algorithm === "none"
      ? await send("none")
      : await withChecksums(bucket, { algorithm, isRequired, headers }, ["partsOnly", "none"], (level) =>
          send(level === "none" ? "MD5" : algorithm),
        );
  return storedObject(response, requireEtag(response));
}

/** Reads what an answer to a write says of the object; the version `null` is that of a bucket without versions. */
export function storedObject({ headers }: ResponseHead, etag: string): StoredObject {
  const versionId = headers["x-amz-version-id"];
  return { etag: etag.replaceAll('"', ""), versionId: versionId === "null" ? undefined : versionId };
}

/**
 * The ETag of the stored object. An answer without one is not from S3, but for example a proxy's page.
 *
 * @throws {ServiceError} if the answer has none.
 */
export function requireEtag(response: ResponseHead): string {
  const { etag } = response.headers;
  if (etag) return etag;
  throw notS3(response, "the answer has no ETag");
}
