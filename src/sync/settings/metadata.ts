import { CodedError } from "../../errors/coded-error.ts";
import { decodeWords, encodeWords } from "../../s3/encoded-words.ts";
import { readSettingLines } from "./setting-lines.ts";

const PREFIX = "x-amz-meta-";

/** "Working with object metadata" in the Amazon S3 User Guide: names, without the prefix, and values in UTF-8, all together. */
export const MAX_METADATA_BYTES = 2048;

/** A header of an object's metadata: its name in lower case, as S3 keeps it, and its value as it goes on the wire. */
export type MetadataHeader = readonly [name: string, value: string];

/**
 * Reads `name=value` lines of metadata; the name may have its `x-amz-meta-` in front or not.
 *
 * @throws {AggregateError} of an Error for each wrong line, or if all together is more than S3 allows.
 */
export function parseMetadata(text: string): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  readSettingLines(text, "name=value", ({ name, value }) => {
    const [header, encoded] = metadataHeader(name, value);
    if (header in headers)
      throw new CodedError("metadata-invalid", `"${name}" occurs twice. Metadata has one value for each name.`);
    headers[header] = encoded;
  });
  const sizeBytes = metadataBytes(headers);
  if (sizeBytes > MAX_METADATA_BYTES) {
    const error = new CodedError(
      "metadata-too-large",
      `it has ${sizeBytes} bytes in total, and S3 allows ${MAX_METADATA_BYTES}.`,
    );
    throw new AggregateError([error], error.message);
  }
  return headers;
}

/**
 * The header that carries one name and value.
 *
 * @throws Error if there can be no such metadata.
 */
export function metadataHeader(name: string, value: string): MetadataHeader {
  const bare = name.toLowerCase().startsWith(PREFIX) ? name.slice(PREFIX.length) : name;
  // RFC 9110, section 5.6.2.
  if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(bare)) {
    throw new CodedError("metadata-invalid", `"${name}" cannot be a name of metadata. Use letters, digits, - and _.`);
  }
  if (value === "") throw new CodedError("metadata-invalid", `"${name}" has no value.`);
  if (/[\p{Cc}\p{Cs}]/u.test(value))
    throw new CodedError("metadata-invalid", `the value of "${name}" has a control character.`);
  return [PREFIX + bare.toLowerCase(), encodeWords(value)];
}

/** How much of S3's allowance the metadata among these headers takes. */
export function metadataBytes(headers: Readonly<Record<string, string>>): number {
  return Object.entries(headers)
    .filter(([name]) => name.startsWith(PREFIX))
    .reduce((sum, [name, value]) => sum + name.length - PREFIX.length + Buffer.byteLength(decodeWords(value)), 0);
}
