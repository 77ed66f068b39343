import { blockInForce } from "../access/block.ts";
import { S3Error } from "../http/errors.ts";
import type { S3Request } from "../http/request.ts";
import type { Bucket } from "../store/buckets.ts";
import type { Grant, Grantee, Permission } from "../store/grants.ts";
import { cannedAcls, groups } from "./canned-acls.ts";

const grantHeaders: readonly (readonly [name: string, permission: Permission])[] = [
  ["x-amz-grant-full-control", "FULL_CONTROL"],
  ["x-amz-grant-read", "READ"],
  ["x-amz-grant-write", "WRITE"],
  ["x-amz-grant-read-acp", "READ_ACP"],
  ["x-amz-grant-write-acp", "WRITE_ACP"],
];

/** The only ACL that says what is so anyway where the bucket's owner owns all objects. */
const ownersAcl = "bucket-owner-full-control";

/**
 * The grants that a request's headers ask for.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
 * @returns undefined when they ask for none
 * @throws S3Error AccessControlListNotSupported, InvalidRequest, InvalidArgument, UnresolvableGrantByEmailAddress,
 *   AccessDenied where public access is blocked
 */
export function readGrants({ headers }: S3Request, bucket: Bucket): readonly Grant[] | undefined {
  const canned = headers.get("x-amz-acl");
  const given = grantHeaders.flatMap(([name, permission]) =>
    (headers.get(name)?.split(",") ?? []).map((text) => ({ grantee: readGrantee(text), permission })),
  );
  if (canned === undefined && given.length === 0) return undefined;
  if (canned !== undefined && given.length > 0) {
    throw new S3Error("InvalidRequest", "Specifying both Canned ACLs and Header Grants is not allowed");
  }
  const grants = canned === undefined ? given : cannedAcls.get(canned);
  if (grants === undefined) throw invalid("x-amz-acl", canned ?? "");
  if (canned !== ownersAcl) checkGrantsAllowed(bucket, grants);
  return grants;
}

/** What the owner of a new object has where nothing else is said. */
export function ownGrants(): readonly Grant[] {
  return cannedAcls.get("private") ?? [];
}

/** Whether the objects of a bucket have access control lists. */
export function hasAcls({ ownership }: Bucket): boolean {
  return ownership !== "BucketOwnerEnforced";
}

/**
 * Checks that a bucket takes an ACL.
 * @throws S3Error AccessControlListNotSupported, AccessDenied where public access is blocked
 */
export function checkGrantsAllowed(bucket: Bucket, grants: readonly Grant[]): void {
  if (!hasAcls(bucket)) throw new S3Error("AccessControlListNotSupported");
  if (blockInForce(bucket).BlockPublicAcls && grants.some(isPublic)) throw new S3Error("AccessDenied");
}

/** A grantee by its canonical user id. @throws S3Error InvalidArgument */
export function accountGrantee(id: string): Grantee {
  if (!/^[0-9a-f]{64}$/.test(id)) throw invalid("CanonicalUser/ID", id, "Invalid id");
  return { id };
}

/** A group by its URI. @throws S3Error InvalidArgument */
export function groupGrantee(uri: string): Grantee {
  if (!(Object.values(groups) as string[]).includes(uri)) throw invalid("uri", uri, "Invalid group uri");
  return { uri };
}

function readGrantee(text: string): Grantee {
  const [, kind = "", value = ""] = /^\s*(\w+)\s*=\s*"?([^"]*)"?\s*$/.exec(text) ?? [];
  switch (kind.toLowerCase()) {
    case "id":
      return accountGrantee(value);
    case "uri":
      return groupGrantee(value);
    case "emailaddress":
      // This server knows no account by its address.
      throw new S3Error("UnresolvableGrantByEmailAddress", undefined, { elements: { EmailAddress: value } });
    default:
      throw invalid("x-amz-grant", text, "Argument format not recognized");
  }
}

function isPublic({ grantee }: Grant): boolean {
  return "uri" in grantee && grantee.uri !== groups.logDelivery;
}

function invalid(name: string, value: string, message?: string): S3Error {
  return new S3Error("InvalidArgument", message, {
    elements: { ArgumentName: name, ArgumentValue: value },
  });
}
