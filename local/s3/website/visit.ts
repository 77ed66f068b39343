import { checkNoKmsKey } from "../access/kms-objects.ts";
import { wildcardPrincipalMay } from "../access/wildcard-principal.ts";
import { S3Error } from "../http/errors.ts";
import type { Reply } from "../http/reply.ts";
import type { S3Request } from "../http/request.ts";
import { getObject, headObject } from "../operations/get-object.ts";
import { redirectHeader } from "../operations/object-headers.ts";
import { bucketOf, type ServerState } from "../operations/operation.ts";
import { findObject } from "../operations/versions.ts";
import type { Bucket } from "../store/buckets.ts";
import type { ServingWebsite } from "../store/website.ts";
import { encodeKey, findRule, followRule, redirectAll, redirectReply } from "./redirects.ts";

/** The request headers that a website applies: whose copy is fresh, and which bytes are wanted. */
const conditions = ["if-match", "if-modified-since", "if-none-match", "if-unmodified-since", "range"];

/** A request on its way through a website. */
interface Visit {
  readonly request: S3Request;
  readonly state: ServerState;
  readonly bucket: Bucket;
  readonly website: ServingWebsite;
}

/**
 * Answers a visitor of a website. Source: "Hosting a static website using Amazon S3" in the Amazon S3 User Guide
 * @throws S3Error for an error page
 */
export function visit(request: S3Request, state: ServerState): Reply {
  const bucket = bucketOf({ request, state });
  const { website } = bucket;
  if (website === undefined) {
    throw new S3Error("NoSuchWebsiteConfiguration", undefined, { elements: { BucketName: bucket.name } });
  }
  checkMethod(request);
  if ("redirectAllRequestsTo" in website) return redirectAll(request, website.redirectAllRequestsTo);
  const rule = findRule(website.routingRules, request.key ?? "", undefined);
  return rule === undefined ? serve({ request, state, bucket, website }) : followRule(request, rule);
}

function checkMethod({ method }: S3Request): void {
  if (method === "GET" || method === "HEAD") return;
  throw new S3Error("MethodNotAllowed", undefined, {
    elements: { Method: method, ResourceType: "OBJECT" },
    headers: { allow: "GET, HEAD" },
  });
}

function serve(visit: Visit): Reply {
  const { key = "" } = visit.request;
  const { indexSuffix } = visit.website;
  const isFolder = key === "" || key.endsWith("/");
  try {
    return readObject(visit, isFolder ? key + indexSuffix : key);
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    const isMissing = error.code === "NoSuchKey" && !isFolder;
    if (isMissing && visit.bucket.objects.get(`${key}/${indexSuffix}`)) {
      return redirectReply(302, `/${encodeKey(key)}/`);
    }
    return serveError(visit, error);
  }
}

/** An error leads to where a rule for it leads, or else to the error document. @throws S3Error the error itself */
function serveError(visit: Visit, error: S3Error): Reply {
  const { request, website } = visit;
  const rule = findRule(website.routingRules, request.key ?? "", error.status);
  if (rule !== undefined) return followRule(request, rule);
  if (website.errorKey === undefined || error.status >= 500) throw error;
  try {
    // The error document is sent as a whole, whatever the visitor has or wants of the page that was asked for.
    const unconditional = { ...request, headers: new Map() };
    return { ...readObject({ ...visit, request: unconditional }, website.errorKey), status: error.status };
  } catch (documentError) {
    error.cause = documentError;
    throw error;
  }
}

/**
 * Reads an object that anyone may read, or follows its redirect. A website answers 404 for a missing object even if nobody may list the
 * bucket: "On the website endpoint, if a user requests an object that doesn't exist, Amazon S3 returns HTTP response code 404 (Not Found)",
 * in "Setting permissions for website access" in the Amazon S3 User Guide.
 */
function readObject({ request, state, bucket }: Visit, key: string): Reply {
  const object = findObject(bucket, key, undefined);
  const attempt = { action: "s3:GetObject", resource: `${bucket.name}/${key}`, secure: false } as const;
  if (!wildcardPrincipalMay(bucket, attempt, object)) throw new S3Error("AccessDenied");
  checkNoKmsKey(object);
  const { [redirectHeader]: location } = object.headers;
  if (location !== undefined) return redirectReply(301, location);
  const heeded = [...request.headers].filter(([name]) => conditions.includes(name));
  const read = { state, request: { ...request, key, query: new Map<string, string>(), headers: new Map(heeded) } };
  return request.method === "HEAD" ? headObject(read) : getObject(read);
}
