import { ServiceError } from "../aws/errors/errors.ts";
import type { XmlElement } from "../aws/xml.ts";
import type { HttpResponse } from "../http/messages.ts";
import type { Bucket } from "./bucket.ts";
import { childElements, childText, notS3, readResult } from "./xml-body.ts";

/** A permission that an object's ACL gives. */
export interface Grant {
  /** An account by its canonical user id, a group by its URI, or an account by its e-mail address. */
  readonly grantee: { readonly kind: "id" | "uri" | "emailAddress"; readonly name: string };
  /** FULL_CONTROL, READ, READ_ACP, WRITE_ACP or WRITE. */
  readonly permission: string;
}

/** Who may do what with an object, beside what policies say. */
export interface ObjectAcl {
  /** The owner's canonical user id. */
  readonly ownerId: string;
  readonly grants: readonly Grant[];
}

/** What a store answers that has no ACLs. */
const NO_ACL_CODES = new Set(["AccessControlListNotSupported", "MethodNotAllowed", "NotImplemented"]);

/**
 * Reads an object's ACL. That takes s3:GetObjectAcl. In a store without ACLs all objects are their owner's only.
 *
 * @throws what `Bucket.send` throws.
 *
 * Source: GetObjectAcl in the Amazon S3 API Reference.
 */
export async function getObjectAcl(bucket: Bucket, key: string, signal?: AbortSignal): Promise<ObjectAcl> {
  let response: HttpResponse;
  try {
    response = await bucket.send({ method: "GET", key, query: { acl: "" }, signal });
  } catch (error) {
    if (error instanceof ServiceError && NO_ACL_CODES.has(error.awsCode)) return { ownerId: "", grants: [] };
    throw error;
  }
  const root = await readResult(response, "AccessControlPolicy");
  const [owner = {}] = childElements(root, "Owner");
  const grants = childElements(root, "AccessControlList").flatMap((list) => childElements(list, "Grant"));
  return {
    ownerId: childText(owner, "ID") ?? "",
    grants: grants.map((grant) => grantOf(grant, response)),
  };
}

function grantOf(element: XmlElement, response: HttpResponse): Grant {
  const [grantee = {}] = childElements(element, "Grantee");
  const id = childText(grantee, "ID");
  const uri = childText(grantee, "URI");
  const emailAddress = childText(grantee, "EmailAddress");
  const permission = childText(element, "Permission");
  if (permission) {
    if (id) return { grantee: { kind: "id", name: id }, permission };
    if (uri) return { grantee: { kind: "uri", name: uri }, permission };
    if (emailAddress) return { grantee: { kind: "emailAddress", name: emailAddress }, permission };
  }
  throw notS3(response, "the answer has a grant without a grantee or a permission");
}

/** Whether nobody but the owner is granted anything, as it is for an object stored without an ACL. */
export function isOwnerOnly({ ownerId, grants }: ObjectAcl): boolean {
  return grants.every(({ grantee }) => grantee.kind === "id" && grantee.name === ownerId);
}

/** The permissions that an object can have, and the headers that grant them. WRITE means nothing for an object. */
const GRANT_HEADERS: Readonly<Record<string, string>> = {
  FULL_CONTROL: "x-amz-grant-full-control",
  READ: "x-amz-grant-read",
  READ_ACP: "x-amz-grant-read-acp",
  WRITE_ACP: "x-amz-grant-write-acp",
};

/**
 * The headers by which a new object is given the same grants.
 *
 * Source: "Access control list (ACL) overview" in the Amazon S3 User Guide.
 */
export function grantHeaders({ grants }: ObjectAcl): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { grantee, permission } of grants) {
    const header = GRANT_HEADERS[permission];
    if (!header) continue;
    const value = `${grantee.kind}="${grantee.name}"`;
    headers[header] = headers[header] ? `${headers[header]}, ${value}` : value;
  }
  return headers;
}
