import type { IncomingBody } from "../body/receive.ts";
import type { Reply } from "../http/reply.ts";
import type { S3Request } from "../http/request.ts";
import type { BodyFolder } from "../store/bodies.ts";
import type { Bucket, BucketTable } from "../store/buckets.ts";

/** What operations work on. */
export interface ServerState {
  readonly buckets: BucketTable;
  readonly bodies: BodyFolder;
  readonly region: string;
  readonly now: () => Date;
  /** How many public policies are refused after a bucket's block of public access has been changed. */
  readonly refusalsAfterBlockChange: number;
  /** The ARN of an access key's owner, where it is known. */
  readonly arnOf: (accessKeyId: string) => string | undefined;
}

/** A request that may have what it asks for. */
export interface Admitted {
  readonly request: S3Request;
  readonly state: ServerState;
}

/** One such request on its way through an operation. */
export interface Call extends Admitted {
  /** The body of an operation that takes a document, verified; "" for one that takes none. */
  readonly document: string;
  /** The body of an operation that takes object content: not yet read. */
  readonly incoming: IncomingBody;
}

export interface Operation {
  /** S3's name for it. */
  readonly name: string;
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  readonly level: "service" | "bucket" | "object";
  /** Sub-resources (query parameters that choose an operation, or `x-amz-copy-source`) that must be there. */
  readonly marks?: readonly string[];
  /** Sub-resources that may be there. */
  readonly optionalMarks?: readonly string[];
  /** What the request body is; by default none is expected. */
  readonly body?: "document" | "object";
  /** What checksum headers speak of; by default the request body. */
  readonly checksumOf?: "object";
  readonly handle: (call: Call) => Promise<Reply> | Reply;
}

/** The bucket that a call addresses. @throws S3Error NoSuchBucket */
export function bucketOf({ request, state }: Admitted): Bucket {
  return state.buckets.get(request.bucket as string);
}

/** The key that a call of an object operation addresses. */
export function keyOf({ request }: Admitted): string {
  return request.key as string;
}

/** The server's time in whole seconds, the precision in which S3 keeps times. */
export function currentSecond({ now }: ServerState): Date {
  return new Date(Math.floor(now().getTime() / 1000) * 1000);
}

/** The id of the account that owns all buckets: one that documentation uses. */
export const ownerAccountId = "111122223333";

/** The same account as ACLs and listings name it. */
export const owner = { ID: "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a", DisplayName: "local" };
