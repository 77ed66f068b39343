import type { Frontend } from "../frontend.ts";
import { readRequest } from "../http/request.ts";
import type { ServerState } from "../operations/operation.ts";
import { htmlErrorReply } from "./error-page.ts";
import { visit } from "./visit.ts";

/** What all requests to websites are called in the log and in fault rules. */
export const websiteOperation = "Website";

/** The website endpoint of a bucket, whether or not there is such a bucket. It speaks http alone, as Amazon's. */
export function websiteFrontend(state: ServerState, bucket: string): Frontend {
  return {
    read(message) {
      const { path, ...request } = readRequest(message, "", false);
      const visitor = { ...request, path, bucket, key: path.slice(1) || undefined };
      return { request: visitor, operation: websiteOperation, carryOut: async () => visit(visitor, state) };
    },
    errorReply: htmlErrorReply,
  };
}
