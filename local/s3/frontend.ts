import type { IncomingMessage, ServerResponse } from "node:http";
import type { ErrorFacts } from "./http/error-reply.ts";
import type { Reply } from "./http/reply.ts";
import type { S3Request } from "./http/request.ts";

/** A way into the server, behind a port of its own: the S3 API, or the website of a bucket. */
export interface Frontend {
  /**
   * Reads what a request asks for.
   * @throws S3Error when it cannot be read
   */
  read(message: IncomingMessage): Reading;
  /**
   * An error, in the form for the clients of this frontend.
   * @param bucket the bucket that the request was about, as far as it could be read
   */
  errorReply(error: ErrorFacts, response: ServerResponse, bucket: string | undefined): Reply;
}

/** A request that has been read. */
export interface Reading {
  readonly request: S3Request;
  /** What it is called in the log and in fault rules. */
  readonly operation: string;
  /**
   * Does the work.
   * @param source the request body
   * @throws S3Error
   */
  carryOut(source: AsyncIterable<Buffer>): Promise<Reply>;
}
