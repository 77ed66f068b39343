import type { ServerResponse } from "node:http";
import type { Reply } from "./reply.ts";
import { xmlError } from "./xml.ts";

/** An error as the client will see it. */
export interface ErrorFacts {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly elements?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** The error that prevented another form of this answer. */
  readonly cause?: unknown;
}

/** S3's answer for an error: a document, or for HEAD the status and headers alone. */
export function errorReply(error: ErrorFacts, response: ServerResponse): Reply {
  const { method, url = "" } = response.req;
  const reply: Reply = { status: error.status, headers: { "content-type": "application/xml", ...error.headers } };
  if (method === "HEAD") return reply;
  return {
    ...reply,
    content: xmlError({
      Code: error.code,
      Message: error.message,
      ...error.elements,
      Resource: url.split("?")[0] ?? "",
      RequestId: String(response.getHeader("x-amz-request-id")),
      HostId: String(response.getHeader("x-amz-id-2")),
    }),
  };
}
