import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { BodyFolder } from "../store/bodies.ts";
import { pace } from "./pace.ts";
import type { Reply } from "./reply.ts";

/** What is to go wrong with the body of an answer. */
export interface Disturbance {
  /** Resets the connection after so many bytes of the body. */
  readonly cutAfterBytes?: number;
  readonly bytesPerSecond?: number;
  /** Inverts the byte of the body at this index. */
  readonly corruptByteIndex?: number;
}

/**
 * Sends an answer.
 * @throws when the client is gone before the end
 */
export async function sendReply(
  response: ServerResponse,
  reply: Reply,
  bodies: BodyFolder,
  disturbance: Disturbance = {},
): Promise<void> {
  const { content } = reply;
  if (typeof content === "string" && Object.keys(disturbance).length === 0) {
    const bytes = Buffer.from(content);
    response.writeHead(reply.status, { ...reply.headers, "content-length": bytes.length });
    response.end(bytes);
    return;
  }
  if (content === undefined) {
    sendHead(response, reply, disturbance);
    if (disturbance.cutAfterBytes === undefined) response.end();
    else resetConnection(response.req.socket);
    return;
  }
  const { bytesPerSecond, corruptByteIndex, cutAfterBytes = Number.POSITIVE_INFINITY } = disturbance;
  const stored =
    typeof content === "string" ? oneChunk(content) : bodies.read(content.body, content.start, content.end);
  const chunks = corruptByteIndex === undefined ? stored : corrupt(stored, corruptByteIndex);
  sendHead(response, typeof content === "string" ? withLength(reply, content) : reply, disturbance);
  await sendBody(response, bytesPerSecond === undefined ? chunks : pace(chunks, bytesPerSecond), cutAfterBytes);
}

/** Ends a connection by a reset where the transport allows it (TLS only closes). */
export function resetConnection(socket: Socket): void {
  if ("encrypted" in socket) socket.destroy();
  else socket.resetAndDestroy();
}

async function sendBody(response: ServerResponse, chunks: AsyncIterable<Buffer>, cutAfterBytes: number): Promise<void> {
  let leftBytes = cutAfterBytes;
  for await (const chunk of chunks) {
    await write(response, leftBytes < chunk.length ? chunk.subarray(0, leftBytes) : chunk);
    leftBytes -= chunk.length;
    if (leftBytes <= 0) return resetConnection(response.req.socket);
  }
  response.end();
}

/** A head that is flushed goes as UTF-8, and any other as the bytes that it is made of: metadata is bytes. */
function sendHead(response: ServerResponse, reply: Reply, disturbance: Disturbance): void {
  response.writeHead(reply.status, reply.headers);
  if (Object.keys(disturbance).length > 0) response.flushHeaders();
}

function withLength(reply: Reply, content: string): Reply {
  return { ...reply, headers: { ...reply.headers, "content-length": String(Buffer.byteLength(content)) } };
}

async function* oneChunk(text: string): AsyncGenerator<Buffer, void, undefined> {
  yield Buffer.from(text);
}

/** Passes bytes on, all but one as they are. */
async function* corrupt(source: AsyncIterable<Buffer>, byteIndex: number): AsyncGenerator<Buffer, void, undefined> {
  let passedBytes = 0;
  for await (const chunk of source) {
    const index = byteIndex - passedBytes;
    passedBytes += chunk.length;
    if (index < 0 || index >= chunk.length) {
      yield chunk;
      continue;
    }
    const changed = Buffer.from(chunk);
    changed[index] = ~(changed[index] ?? 0) & 0xff;
    yield changed;
  }
}

/** Writes and waits until the system has taken the bytes; fails when the connection closes first. */
function write(response: ServerResponse, chunk: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const onClose = (): void => reject(new Error("The client closed the connection."));
    response.once("close", onClose);
    response.write(chunk, (error) => {
      response.off("close", onClose);
      if (error) reject(error);
      else resolve();
    });
  });
}
