import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { type Authority, authenticate } from "./auth/authenticate.ts";
import { readDeclaration } from "./body/declaration.ts";
import { type IncomingBody, receiveBody } from "./body/receive.ts";
import type { FaultAction, FaultTable } from "./faults.ts";
import { errorReply } from "./http/error-reply.ts";
import { S3Error } from "./http/errors.ts";
import { pace } from "./http/pace.ts";
import type { Reply } from "./http/reply.ts";
import { readRequest, type S3Request } from "./http/request.ts";
import { type Disturbance, resetConnection, sendReply } from "./http/send.ts";
import { checkHeadersUnderstood } from "./http/understood-headers.ts";
import { checkBucketOwner } from "./operations/bucket-owner.ts";
import type { Operation, World } from "./operations/operation.ts";
import { findRoute, type Route } from "./operations/table.ts";
import type { OpenEntry, RequestLog } from "./request-log.ts";

/** The largest document a request may carry: a DeleteObjects of 1,000 long keys, escaped, stays far below. */
const maxDocumentBytes = 16 * 1024 * 1024;

/** All that answering takes. */
export interface Desk {
  readonly authority: Authority;
  readonly world: World;
  readonly faults: FaultTable;
  readonly log: RequestLog;
  readonly baseHost: string;
  readonly secure: boolean;
}

/** Answers one request, whatever comes: this function does not throw. */
export async function answer(
  desk: Desk,
  message: IncomingMessage,
  response: ServerResponse,
  connectionId: number,
): Promise<void> {
  const { world } = desk;
  const { request, route, refusal } = readRoute(desk, message);
  const entry = desk.log.open(describe(message, request, route, connectionId));
  const fault = refusal === undefined ? desk.faults.take(entry) : undefined;
  const source = countedBody(message, entry, fault);
  response.setHeader("server", "AmazonS3");
  response.setHeader("date", world.now().toUTCString());
  response.setHeader("x-amz-request-id", randomBytes(8).toString("hex").toUpperCase());
  response.setHeader("x-amz-id-2", randomBytes(24).toString("base64"));

  let reply: Reply | "none" | "reset";
  try {
    if (refusal !== undefined) throw refusal;
    reply = await replyUnderFault(desk, { request, route, source, response, entry } as Arrival, fault);
  } catch (error) {
    reply = refuse(error, response, world, entry);
  }
  try {
    if (reply === "reset") resetConnection(message.socket);
    if (typeof reply === "string") return;
    entry.status = reply.status;
    await sendReply(response, reply, world.bodies, disturbanceOf(fault));
  } catch {
    // The client is gone, or a stored body cannot be read: either way the answer cannot be completed.
    message.socket.destroy();
  } finally {
    if (typeof reply !== "string") releaseContent(desk, reply);
  }
}

interface Read {
  readonly request?: S3Request;
  readonly route?: Route;
  readonly refusal?: unknown;
}

function readRoute(desk: Desk, message: IncomingMessage): Read {
  try {
    const request = readRequest(message, desk.baseHost, desk.secure);
    return { request, route: findRoute(request) };
  } catch (refusal) {
    return { refusal };
  }
}

function describe(
  message: IncomingMessage,
  request: S3Request | undefined,
  route: Route | undefined,
  connectionId: number,
): Parameters<RequestLog["open"]>[0] {
  return {
    operation: route?.name ?? "Unreadable",
    method: message.method ?? "",
    ...(request?.bucket !== undefined && { bucket: request.bucket }),
    ...(request?.key !== undefined && { key: request.key }),
    query: Object.fromEntries(request?.query ?? []),
    headers: Object.fromEntries(request?.wireHeaders ?? []),
    connectionId,
  };
}

/** The request body, counted into the log, at a fault's pace. An operation that fails early leaves the rest unread. */
function countedBody(
  message: IncomingMessage,
  entry: OpenEntry,
  fault: FaultAction | undefined,
): AsyncIterable<Buffer> {
  async function* counted(): AsyncGenerator<Buffer, void, undefined> {
    for await (const chunk of message.iterator({ destroyOnReturn: false })) {
      entry.bytesReceived += (chunk as Buffer).length;
      yield chunk as Buffer;
    }
  }
  return fault?.kind === "slow" ? pace(counted(), fault.bytesPerSecond) : counted();
}

/** A request that could be read, on its way to its answer. */
interface Arrival {
  readonly request: S3Request;
  readonly route: Route;
  readonly source: AsyncIterable<Buffer>;
  readonly response: ServerResponse;
  readonly entry: OpenEntry;
}

async function replyUnderFault(
  desk: Desk,
  arrival: Arrival,
  fault: FaultAction | undefined,
): Promise<Reply | "none" | "reset"> {
  const { source, response, entry } = arrival;
  switch (fault?.kind) {
    case "status": {
      await drain(source);
      entry.errorCode = fault.code;
      return errorReply({ message: "This answer was ordered by a fault rule.", ...fault }, response);
    }
    case "hang":
      await drain(source);
      return "none";
    case "reset":
      if (fault.when === "afterBody") await drain(source);
      if (fault.when === "afterWork") releaseContent(desk, await carryOut(desk, arrival));
      return "reset";
    case "delay":
      await sleep(fault.delayMs);
  }
  return carryOut(desk, arrival);
}

async function carryOut(desk: Desk, { request, route, source }: Arrival): Promise<Reply> {
  const { world } = desk;
  const authenticated = authenticate(request, desk.authority);
  const { operation, name } = route;
  if (operation === undefined) throw new S3Error("NotImplemented", `${name} is not implemented.`);
  checkHeadersUnderstood(request);
  if (request.bucket !== undefined && world.buckets.has(request.bucket)) {
    checkBucketOwner(request, "x-amz-expected-bucket-owner");
  }
  const declaration = readDeclaration(request, authenticated.payload, operation.checksumOf ?? "body");
  const incoming: IncomingBody = { source, authenticated, declaration };
  const document = operation.body === "object" ? "" : await readDocument(operation, incoming);
  return charged(request, await operation.handle({ request, world, document, incoming }));
}

/** A requester who offers to pay for a request is told that it was charged. */
function charged({ headers }: S3Request, reply: Reply): Reply {
  if (headers.get("x-amz-request-payer") !== "requester") return reply;
  return { ...reply, headers: { ...reply.headers, "x-amz-request-charged": "requester" } };
}

/** A body that the operation has no use for must still be what the request says of it. */
async function readDocument(operation: Operation, incoming: IncomingBody): Promise<string> {
  if ((incoming.declaration.sizeBytes ?? 0) > maxDocumentBytes) throw new S3Error("EntityTooLarge");
  const chunks: Buffer[] = [];
  await receiveBody(incoming, (content) => {
    chunks.push(content);
  });
  return operation.body === "document" ? Buffer.concat(chunks).toString() : "";
}

async function drain(source: AsyncIterable<Buffer>): Promise<void> {
  for await (const _ of source);
}

function releaseContent({ world }: Desk, { content }: Reply): void {
  if (typeof content === "object") world.bodies.release(content.body);
}

function refuse(error: unknown, response: ServerResponse, world: World, entry: OpenEntry): Reply {
  const s3Error = error instanceof S3Error ? error : new S3Error("InternalError", String(error));
  const { status, code, message, elements } = s3Error;
  entry.errorCode = code;
  const headers = { ...s3Error.headers, ...regionHeader(world, entry) };
  return errorReply({ status, code, message, elements, headers }, response);
}

/** Errors about an existing bucket tell its region, so that a client which signed for another one learns it. */
function regionHeader(world: World, { bucket }: OpenEntry): Record<string, string> {
  return bucket !== undefined && world.buckets.has(bucket) ? { "x-amz-bucket-region": world.region } : {};
}

function disturbanceOf(fault: FaultAction | undefined): Disturbance {
  if (fault?.kind === "cutBody") return { cutAfterBytes: fault.afterBytes };
  if (fault?.kind === "corrupt") return { corruptByteIndex: fault.byteIndex };
  return fault?.kind === "slow" ? { bytesPerSecond: fault.bytesPerSecond } : {};
}
