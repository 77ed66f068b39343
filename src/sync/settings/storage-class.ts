import { CodedError } from "../../errors/coded-error.ts";

/** Of general purpose buckets, by what they are for. Source: "Understanding and managing Amazon S3 storage classes". */
const AMAZON_STORAGE_CLASSES: readonly string[] = [
  "STANDARD",
  "INTELLIGENT_TIERING",
  "STANDARD_IA",
  "ONEZONE_IA",
  "GLACIER_IR",
  "GLACIER",
  "DEEP_ARCHIVE",
  "REDUCED_REDUNDANCY",
];

/**
 * Reads a storage class. Amazon S3 has those of its list, in any case here; other stores have classes of their own, which are
 * taken as they are.
 *
 * @throws Error if there can be no such class.
 */
export function parseStorageClass(text: string, isAmazon: boolean): string {
  if (isAmazon) {
    const name = text.toUpperCase();
    if (AMAZON_STORAGE_CLASSES.includes(name)) return name;
    throw new CodedError(
      "storage-class-invalid",
      `"${text}" is not a storage class of Amazon S3. Enter one of ${AMAZON_STORAGE_CLASSES.join(", ")}.`,
    );
  }
  if (/^[\w.-]+$/.test(text)) return text;
  throw new CodedError(
    "storage-class-invalid",
    `"${text}" cannot be the name of a storage class. Use letters, digits, and _ . -.`,
  );
}
