import { S3Error } from "../http/errors.ts";
import { documentReply, type Reply } from "../http/reply.ts";
import { parseXml, textOf, xmlDocument, xmlTextDocument } from "../http/xml.ts";
import type { ObjectOwnership } from "../store/buckets.ts";
import { bucketOf, type Call, currentSecond, type Operation, owner } from "./operation.ts";
import { findObjectOwnership } from "./ownership-controls.ts";

/** The region that location constraints do not name, because it is older than they are. */
const unnamedRegion = "us-east-1";

export const bucketOperations: readonly Operation[] = [
  { name: "ListBuckets", method: "GET", level: "service", handle: listBuckets },
  { name: "CreateBucket", method: "PUT", level: "bucket", body: "document", handle: createBucket },
  { name: "HeadBucket", method: "HEAD", level: "bucket", handle: headBucket },
  { name: "DeleteBucket", method: "DELETE", level: "bucket", handle: deleteBucket },
  { name: "GetBucketLocation", method: "GET", level: "bucket", marks: ["location"], handle: getBucketLocation },
];

function listBuckets({ state }: Call): Reply {
  const buckets = state.buckets.sorted().map(({ name, created }) => ({
    Name: name,
    CreationDate: created.toISOString(),
  }));
  return documentReply(xmlDocument("ListAllMyBucketsResult", { Owner: owner, Buckets: { Bucket: buckets } }));
}

function createBucket({ request, state, document }: Call): Reply {
  const name = request.bucket as string;
  const ownership = readOwnership(request.headers);
  checkLocation(document, state.region);
  if (state.buckets.has(name)) {
    // S3 answers a second creation by the owner with 200 in its first region, and with 409 everywhere else.
    if (state.region !== unnamedRegion) throw new S3Error("BucketAlreadyOwnedByYou");
  } else {
    state.buckets.create(name, currentSecond(state), ownership);
  }
  return { status: 200, headers: { location: `/${name}` } };
}

function readOwnership(headers: ReadonlyMap<string, string>): ObjectOwnership {
  const name = headers.get("x-amz-object-ownership") ?? "BucketOwnerEnforced";
  const ownership = findObjectOwnership(name);
  if (ownership === undefined) {
    throw new S3Error("InvalidArgument", `Invalid x-amz-object-ownership header: ${name}`, {
      elements: { ArgumentName: "x-amz-object-ownership", ArgumentValue: name },
    });
  }
  const acl = headers.get("x-amz-acl") ?? "private";
  const hasGrants = [...headers.keys()].some((header) => header.startsWith("x-amz-grant-"));
  if (acl === "private" && !hasGrants) return ownership;
  if (ownership === "BucketOwnerEnforced") throw new S3Error("InvalidBucketAclWithObjectOwnership");
  throw new S3Error("NotImplemented", "ACLs of buckets are not implemented.");
}

function checkLocation(document: string, region: string): void {
  const location = document === "" ? undefined : readLocation(document);
  if (location === unnamedRegion) {
    throw new S3Error("InvalidLocationConstraint", undefined, { elements: { LocationConstraint: location } });
  }
  if ((location ?? unnamedRegion) === region) return;
  throw new S3Error(
    "IllegalLocationConstraintException",
    `The ${location ?? "unspecified"} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  );
}

function readLocation(document: string): string | undefined {
  const configuration = parseXml(document, "CreateBucketConfiguration");
  const unknown = [...configuration.keys()].find((name) => name !== "LocationConstraint");
  if (unknown !== undefined) throw new S3Error("NotImplemented", `${unknown} in CreateBucket is not implemented.`);
  const location = textOf(configuration, "LocationConstraint") || undefined;
  // The first region in Europe is still taken by its former name.
  return location === "EU" ? "eu-west-1" : location;
}

function headBucket(call: Call): Reply {
  bucketOf(call);
  return { status: 200, headers: { "x-amz-bucket-region": call.state.region, "content-type": "application/xml" } };
}

function deleteBucket(call: Call): Reply {
  const { name, objects, versioning } = bucketOf(call);
  if (!objects.isEmpty) {
    const message = "The bucket you tried to delete is not empty. You must delete all versions in the bucket.";
    throw new S3Error("BucketNotEmpty", versioning && message, { elements: { BucketName: name } });
  }
  dropUploads(call);
  call.state.buckets.delete(name);
  return { status: 204 };
}

/** A bucket goes with its unfinished uploads. */
function dropUploads(call: Call): void {
  for (const upload of bucketOf(call).uploads.sorted()) {
    for (const part of upload.parts.values()) call.state.bodies.release(part.body);
  }
}

function getBucketLocation(call: Call): Reply {
  bucketOf(call);
  const { region } = call.state;
  return documentReply(xmlTextDocument("LocationConstraint", region === unnamedRegion ? "" : region));
}
