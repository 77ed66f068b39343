import { admitAnonymous, isAnonymous } from "./access/anonymous.ts";
import { checkOwnerNotDenied } from "./access/owner-denied.ts";
import { type Authority, authenticate } from "./auth/authenticate.ts";
import { readDeclaration } from "./body/declaration.ts";
import { type IncomingBody, receiveBody } from "./body/receive.ts";
import type { Frontend } from "./frontend.ts";
import { errorReply } from "./http/error-reply.ts";
import { S3Error, type S3ErrorCode } from "./http/errors.ts";
import type { Reply } from "./http/reply.ts";
import { readRequest, type S3Request } from "./http/request.ts";
import { checkHeadersUnderstood } from "./http/understood-headers.ts";
import { checkBucketOwner } from "./operations/bucket-owner.ts";
import type { Operation, ServerState } from "./operations/operation.ts";
import { findRoute, type Route } from "./operations/table.ts";
import { answerAs, asUnderstood, checkHeadersAccepted, type Persona } from "./persona.ts";

/** The largest document a request may carry: a DeleteObjects of 1,000 long keys, escaped, stays far below. */
const maxDocumentBytes = 16 * 1024 * 1024;

/** What the API works with. */
export interface Api {
  readonly state: ServerState;
  readonly authority: Authority;
  /** Requests to `<bucket>.<baseHost>` are in virtual-host style. */
  readonly baseHost: string;
  readonly secure: boolean;
  readonly persona: Persona;
}

/** The S3 API. */
export function apiFrontend(api: Api): Frontend {
  const { state, baseHost, secure, persona } = api;
  return {
    read(message) {
      const request = readRequest(message, baseHost, secure);
      const route = findRoute(request, persona.unknownSubResources);
      return { request, operation: route.name, carryOut: (source) => carryOut(api, request, route, source) };
    },
    errorReply(error, response, bucket) {
      const own = persona.refusals?.[error.code as S3ErrorCode];
      if (own !== undefined) return errorReply(own, response);
      return errorReply({ ...error, headers: { ...error.headers, ...regionHeader(state, bucket) } }, response);
    },
  };
}

async function carryOut(
  { state, authority, persona }: Api,
  sent: S3Request,
  route: Route,
  source: AsyncIterable<Buffer>,
): Promise<Reply> {
  const authenticated = isAnonymous(sent) ? admitAnonymous(sent, route.name, state) : authenticate(sent, authority);
  if (!isAnonymous(sent)) checkOwnerNotDenied(sent, route.name, state);
  checkHeadersAccepted(sent, route.name, persona);
  const request = asUnderstood(sent, persona);
  const { operation, name } = route;
  if (operation === undefined) throw new S3Error("NotImplemented", `${name} is not implemented.`);
  checkHeadersUnderstood(request);
  if (request.bucket !== undefined && state.buckets.has(request.bucket)) {
    checkBucketOwner(request, "x-amz-expected-bucket-owner");
  }
  const declaration = readDeclaration(request, authenticated.payload, operation.checksumOf ?? "body");
  const incoming: IncomingBody = { source, authenticated, declaration };
  const document = operation.body === "object" ? "" : await readDocument(operation, incoming);
  return charged(request, await answerAs(persona, operation, { request, state, document, incoming }));
}

/** The answer to a requester who offers to pay says that the request was charged. */
function charged({ headers }: S3Request, reply: Reply): Reply {
  if (headers.get("x-amz-request-payer") !== "requester") return reply;
  return { ...reply, headers: { ...reply.headers, "x-amz-request-charged": "requester" } };
}

/** A body that the operation does not use must still match the request's headers. */
async function readDocument(operation: Operation, incoming: IncomingBody): Promise<string> {
  if ((incoming.declaration.sizeBytes ?? 0) > maxDocumentBytes) throw new S3Error("EntityTooLarge");
  const chunks: Buffer[] = [];
  await receiveBody(incoming, (content) => {
    chunks.push(content);
  });
  return operation.body === "document" ? Buffer.concat(chunks).toString() : "";
}

/** Errors about an existing bucket contain its region, so that a client that signed for another one learns it. */
function regionHeader(state: ServerState, bucket: string | undefined): Record<string, string> {
  return bucket !== undefined && state.buckets.has(bucket) ? { "x-amz-bucket-region": state.region } : {};
}
