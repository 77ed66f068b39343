import { NOT_S3, NOT_SUPPORTED_CODES, ServiceError } from "../aws/errors/errors.ts";
import type { XmlElement } from "../aws/xml.ts";
import type { HttpResponse } from "../http/messages.ts";
import type { Bucket } from "./bucket.ts";
import { getSubResource } from "./sub-resource.ts";
import { childElements, childText, notS3, readResult } from "./xml-body.ts";

/** A permission that an object's ACL gives. */
export interface Grant {
  /** An account by its canonical user id, a group by its URI, or an account by its e-mail address. */
  readonly grantee: { readonly kind: "id" | "uri" | "emailAddress"; readonly name: string };
  /** FULL_CONTROL, READ, READ_ACP, WRITE_ACP or WRITE. */
  readonly permission: string;
}

/** The grants of an object, in addition to policies. */
export interface ObjectAcl {
  /** The owner's canonical user id. */
  readonly ownerId: string;
  readonly grants: readonly Grant[];
  /** False if there may be more: a store other than Amazon S3 answered without an ACL, or with grants to nobody. */
  readonly isComplete: boolean;
}

/** What a store answers that has no ACLs. */
const NO_ACL_CODES = new Set([...NOT_SUPPORTED_CODES, "AccessControlListNotSupported"]);

/**
 * Reads an object's ACL. That takes s3:GetObjectAcl. In a store without ACLs all objects are their owner's only.
 *
 * @throws what `Bucket.send` throws; but a failure of a store other than Amazon S3 is an ACL that is not complete.
 *
 * Source: GetObjectAcl in the Amazon S3 API Reference.
 */
export async function getObjectAcl(bucket: Bucket, key: string, signal?: AbortSignal): Promise<ObjectAcl> {
  try {
    const response = await getSubResource(bucket, key, "acl", signal);
    return response ? await readAcl(response, bucket.isAmazon) : UNKNOWN_ACL;
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof ServiceError)) throw error;
    if (NO_ACL_CODES.has(error.awsCode)) return { ...UNKNOWN_ACL, isComplete: true };
    if (!bucket.isAmazon && (error.details.status >= 500 || error.awsCode === NOT_S3)) return UNKNOWN_ACL;
    throw error;
  }
}

const UNKNOWN_ACL: ObjectAcl = { ownerId: "", grants: [], isComplete: false };

async function readAcl(response: HttpResponse, mustBeComplete: boolean): Promise<ObjectAcl> {
  const root = await readResult(response, "AccessControlPolicy");
  const [owner = {}] = childElements(root, "Owner");
  const elements = childElements(root, "AccessControlList").flatMap((list) => childElements(list, "Grant"));
  const grants = elements.flatMap((element) => grantOf(element) ?? []);
  const isComplete = grants.length === elements.length;
  if (mustBeComplete && !isComplete) {
    throw notS3(response, "the answer has a grant without a grantee or a permission");
  }
  return { ownerId: childText(owner, "ID") ?? "", grants, isComplete };
}

/** @returns undefined if it does not say to whom, or what. */
function grantOf(element: XmlElement): Grant | undefined {
  const [grantee = {}] = childElements(element, "Grantee");
  const id = childText(grantee, "ID");
  const uri = childText(grantee, "URI");
  const emailAddress = childText(grantee, "EmailAddress");
  const permission = childText(element, "Permission");
  if (!permission) return undefined;
  if (id) return { grantee: { kind: "id", name: id }, permission };
  if (uri) return { grantee: { kind: "uri", name: uri }, permission };
  return emailAddress ? { grantee: { kind: "emailAddress", name: emailAddress }, permission } : undefined;
}

/** Whether nobody but the owner is granted anything, as it is for an object stored without an ACL. */
export function isOwnerOnly({ ownerId, grants }: ObjectAcl): boolean {
  return grants.every(({ grantee }) => grantee.kind === "id" && grantee.name === ownerId);
}

/** The permissions that an object can have, and the headers that grant them. WRITE means nothing for an object. */
const GRANT_HEADERS: ReadonlyMap<string, string> = new Map([
  ["FULL_CONTROL", "x-amz-grant-full-control"],
  ["READ", "x-amz-grant-read"],
  ["READ_ACP", "x-amz-grant-read-acp"],
  ["WRITE_ACP", "x-amz-grant-write-acp"],
]);

/**
 * The headers by which a new object is given the same grants.
 *
 * Source: "Access control list (ACL) overview" in the Amazon S3 User Guide.
 */
export function grantHeaders({ grants }: ObjectAcl): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { grantee, permission } of grants) {
    const header = GRANT_HEADERS.get(permission);
    if (!header) continue;
    const value = `${grantee.kind}="${grantee.name}"`;
    headers[header] = headers[header] ? `${headers[header]}, ${value}` : value;
  }
  return headers;
}
