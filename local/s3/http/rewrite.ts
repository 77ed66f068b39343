import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { resetConnection } from "./send.ts";

/** What is sent instead of an answer, and what becomes of the connection after it. */
export interface RewrittenAnswer {
  readonly bytes: Buffer;
  /** `stay` leaves it open for the next request, or silent if the answer is not complete. */
  readonly connection: "stay" | "end" | "reset";
}

/** Makes something else of an answer, which comes as a whole, as it would be sent: head and body. */
export type AnswerRewrite = (answer: Buffer) => RewrittenAnswer;

/** Holds an answer back until it is complete, and sends what `rewrite` makes of it. */
export function rewriteAnswer(response: ServerResponse, rewrite: AnswerRewrite): void {
  const { socket } = response.req;
  const send = socket.write;
  const chunks: Buffer[] = [];
  const hold = (chunk: Buffer | string, encoding?: BufferEncoding | (() => void), done?: () => void): boolean => {
    chunks.push(typeof chunk === "string" ? Buffer.from(chunk, encoding as BufferEncoding) : Buffer.from(chunk));
    const taken = typeof encoding === "function" ? encoding : done;
    if (taken) process.nextTick(taken);
    return true;
  };
  socket.write = hold as Socket["write"];
  response.once("finish", () => {
    socket.write = send;
    const { bytes, connection } = rewrite(Buffer.concat(chunks));
    if (connection === "end") socket.end(bytes);
    else socket.write(bytes, () => void (connection === "reset" && resetConnection(socket)));
  });
}
