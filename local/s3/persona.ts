import type { S3Request } from "./http/request.ts";

/** How a store answers that lacks some of what Amazon S3 has. All that is not said here is as on Amazon S3. */
export interface Persona {
  /** Query parameters it does not know: such a request is one for the object or the bucket itself. */
  readonly unknownSubResources?: readonly string[];
  /** Headers that it ignores. */
  readonly ignoredHeaders?: readonly string[];
}

/** Takes a request for an object's tags for one for the object, so that tags replace its content. */
export const takesTagsForObject: Persona = { unknownSubResources: ["tagging"], ignoredHeaders: ["x-amz-tagging"] };

/** The request as a store understands it. Its signature must have been checked before. */
export function asUnderstood(request: S3Request, { ignoredHeaders = [] }: Persona): S3Request {
  if (ignoredHeaders.length === 0) return request;
  const headers = new Map([...request.headers].filter(([name]) => !ignoredHeaders.includes(name)));
  return { ...request, headers };
}
