import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { FaultAction, FaultTable } from "./faults.ts";
import type { Frontend, Reading } from "./frontend.ts";
import { S3Error } from "./http/errors.ts";
import { pace } from "./http/pace.ts";
import type { Reply } from "./http/reply.ts";
import { rewriteAnswer } from "./http/rewrite.ts";
import { type Disturbance, resetConnection, sendReply } from "./http/send.ts";
import type { ServerState } from "./operations/operation.ts";
import type { OpenEntry, RequestLog } from "./request-log.ts";

/** What all frontends of a server share. */
export interface ServerContext {
  readonly state: ServerState;
  readonly faults: FaultTable;
  readonly log: RequestLog;
}

/** Answers one request, whatever comes: this function does not throw. */
export async function answer(
  context: ServerContext,
  frontend: Frontend,
  message: IncomingMessage,
  response: ServerResponse,
  connectionId: number,
): Promise<void> {
  const { state } = context;
  const { reading, refusal } = read(frontend, message);
  const entry = context.log.open(describe(message, reading, connectionId));
  const fault = refusal === undefined ? context.faults.take(entry) : undefined;
  const source = countedBody(message, entry, fault);
  response.setHeader("server", "AmazonS3");
  response.setHeader("date", state.now().toUTCString());
  response.setHeader("x-amz-request-id", randomBytes(8).toString("hex").toUpperCase());
  response.setHeader("x-amz-id-2", randomBytes(24).toString("base64"));

  if (fault?.kind === "rewrite") rewriteAnswer(response, fault.rewrite);

  let reply: Reply | "none" | "reset";
  try {
    if (refusal !== undefined) throw refusal;
    reply = await replyUnderFault(context, { frontend, reading, source, response, entry } as Arrival, fault);
  } catch (error) {
    reply = refuse(error, frontend, response, entry);
  }
  try {
    if (reply === "reset") resetConnection(message.socket);
    if (typeof reply === "string") return;
    entry.status = reply.status;
    await sendReply(response, reply, state.bodies, disturbanceOf(fault));
  } catch {
    // The client is gone, or a stored body cannot be read: either way the answer cannot be completed.
    message.socket.destroy();
  } finally {
    if (typeof reply !== "string") releaseContent(context, reply);
  }
}

function read(
  frontend: Frontend,
  message: IncomingMessage,
): { readonly reading?: Reading; readonly refusal?: unknown } {
  try {
    return { reading: frontend.read(message) };
  } catch (refusal) {
    return { refusal };
  }
}

function describe(
  message: IncomingMessage,
  reading: Reading | undefined,
  connectionId: number,
): Parameters<RequestLog["open"]>[0] {
  const { request, operation = "Unreadable" } = reading ?? {};
  return {
    operation,
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
  readonly frontend: Frontend;
  readonly reading: Reading;
  readonly source: AsyncIterable<Buffer>;
  readonly response: ServerResponse;
  readonly entry: OpenEntry;
}

async function replyUnderFault(
  context: ServerContext,
  { frontend, reading, source, response, entry }: Arrival,
  fault: FaultAction | undefined,
): Promise<Reply | "none" | "reset"> {
  switch (fault?.kind) {
    case "status": {
      await drain(source);
      entry.errorCode = fault.code;
      return frontend.errorReply(
        { message: "This answer was ordered by a fault rule.", ...fault },
        response,
        reading.request.bucket,
      );
    }
    case "hang":
      await drain(source);
      return "none";
    case "reset":
      if (fault.when === "afterBody") await drain(source);
      if (fault.when === "duringBody") for await (const _ of source) break;
      if (fault.when === "afterWork") releaseContent(context, await reading.carryOut(source));
      return "reset";
    case "rewrite":
      if (fault.work === "done") break;
      if (fault.work === "forgotten") await drain(source);
      return { status: 500 };
    case "wait":
      await fault.until;
      break;
    case "delay":
      await sleep(fault.delayMs);
  }
  return reading.carryOut(source);
}

async function drain(source: AsyncIterable<Buffer>): Promise<void> {
  for await (const _ of source);
}

function releaseContent({ state }: ServerContext, { content }: Reply): void {
  if (typeof content === "object") state.bodies.release(content.body);
}

function refuse(error: unknown, frontend: Frontend, response: ServerResponse, entry: OpenEntry): Reply {
  const s3Error = error instanceof S3Error ? error : new S3Error("InternalError", String(error));
  const { status, code, message, elements, headers, cause } = s3Error;
  entry.errorCode = code;
  return frontend.errorReply({ status, code, message, elements, headers, cause }, response, entry.bucket);
}

function disturbanceOf(fault: FaultAction | undefined): Disturbance {
  if (fault?.kind === "cutBody") return { cutAfterBytes: fault.afterBytes };
  if (fault?.kind === "corrupt") return { corruptByteIndex: fault.byteIndex };
  return fault?.kind === "slow" ? { bytesPerSecond: fault.bytesPerSecond } : {};
}
