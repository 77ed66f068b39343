import { S3Error } from "../http/errors.ts";
import { documentReply, type Reply } from "../http/reply.ts";
import { childrenOf, type ParsedXml, parseXml, textOf, type XmlElements, xmlDocument } from "../http/xml.ts";
import type { Grant, Grantee, Permission } from "../store/grants.ts";
import type { StoredObject } from "../store/object-version.ts";
import { accountGrantee, checkGrantsAllowed, groupGrantee, hasAcls, ownGrants, readGrants } from "./grants.ts";
import { bucketOf, type Call, keyOf, type Operation, owner } from "./operation.ts";
import { findObject, requestedVersionId, versionHeader } from "./versions.ts";

const about = { level: "object", marks: ["acl"], optionalMarks: ["versionId"] } as const;
const permissions: readonly Permission[] = ["FULL_CONTROL", "READ", "WRITE", "READ_ACP", "WRITE_ACP"];

export const objectAclOperations: readonly Operation[] = [
  { name: "GetObjectAcl", method: "GET", ...about, handle: getObjectAcl },
  { name: "PutObjectAcl", method: "PUT", ...about, body: "document", handle: putObjectAcl },
];

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAcl.html */
function getObjectAcl(call: Call): Reply {
  const bucket = bucketOf(call);
  const object = addressed(call);
  const grants = hasAcls(bucket) ? object.grants : ownGrants();
  return documentReply(
    xmlDocument("AccessControlPolicy", {
      Owner: owner,
      AccessControlList: { Grant: grants.map(grantElements) },
    }),
    versionHeader(bucket, object),
  );
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectAcl.html */
function putObjectAcl(call: Call): Reply {
  const bucket = bucketOf(call);
  const object = addressed(call);
  const grants = readGrants(call.request, bucket) ?? readPolicy(call.document);
  if (!hasAcls(bucket)) {
    if (!isOwnersOnly(grants)) throw new S3Error("AccessControlListNotSupported");
  } else {
    checkGrantsAllowed(bucket, grants);
  }
  bucket.objects.update({ ...object, grants });
  return { status: 200, headers: versionHeader(bucket, object) };
}

function addressed(call: Call): StoredObject {
  return findObject(bucketOf(call), keyOf(call), requestedVersionId(call.request));
}

function isOwnersOnly(grants: readonly Grant[]): boolean {
  return JSON.stringify(grants) === JSON.stringify(ownGrants());
}

function grantElements({ grantee, permission }: Grant): XmlElements {
  return {
    Grantee: {
      "@_xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
      "@_xsi:type": "uri" in grantee ? "Group" : "CanonicalUser",
      ...("uri" in grantee
        ? { URI: grantee.uri }
        : { ID: grantee.id, DisplayName: grantee.id === owner.ID ? owner.DisplayName : undefined }),
    },
    Permission: permission,
  };
}

function readPolicy(document: string): readonly Grant[] {
  const [list, second] = parseXml(document, "AccessControlPolicy").get("AccessControlList") ?? [];
  if (list === undefined || second !== undefined) throw new S3Error("MalformedXML");
  return (childrenOf(list).get("Grant") ?? []).map(readGrant);
}

function readGrant(element: ParsedXml): Grant {
  const children = childrenOf(element);
  const [grantee] = children.get("Grantee") ?? [];
  const permission = permissions.find((name) => name === textOf(children, "Permission")?.trim());
  if (grantee === undefined || permission === undefined) throw new S3Error("MalformedXML");
  return { grantee: readGrantee(grantee), permission };
}

/** Which kind of grantee it is shows in what it holds, as well as in its `xsi:type`. */
function readGrantee(element: ParsedXml): Grantee {
  const children = childrenOf(element);
  const id = textOf(children, "ID");
  if (id !== undefined) return accountGrantee(id);
  const uri = textOf(children, "URI");
  if (uri !== undefined) return groupGrantee(uri);
  const address = textOf(children, "EmailAddress");
  if (address === undefined) throw new S3Error("MalformedXML");
  throw new S3Error("UnresolvableGrantByEmailAddress", undefined, { elements: { EmailAddress: address } });
}
