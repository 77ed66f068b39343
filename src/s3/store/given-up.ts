/**
 * What a store other than Amazon S3 was found not to have, and a step continues without: checksums of whole objects in parts, all
 * checksums, the question for checksums, ACLs that can be kept, Block Public Access.
 */
export type GivenUp = "wholeObject" | "checksums" | "checksumMode" | "acls" | "publicAccessBlock";
