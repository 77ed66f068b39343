/**
 * What a store was found not to have, and a step continues without: checksums of whole objects in parts, all checksums, the question for
 * checksums, ACLs that can be kept, Block Public Access, listings in the order of the keys; or checksums of objects to compare files with,
 * which Amazon S3 may not have either.
 */
export type GivenUp =
  | "wholeObject"
  | "checksums"
  | "checksumMode"
  | "acls"
  | "publicAccessBlock"
  | "listingOrder"
  | "comparison";
