import { DeletePublicAccessBlockCommand, PutBucketPolicyCommand } from "@aws-sdk/client-s3";
import type { Subject } from "./conformance.ts";
import { type RawAnswer, send } from "./raw-request.ts";

export type Statement = Readonly<Record<string, unknown>>;

/** A bucket of its own in which nothing keeps the public out but that nobody has let it in. */
export async function unblockedBucket({ client, target }: Subject): Promise<string> {
  const bucket = await target.newBucket();
  // A server that does not know the block has nothing to take away.
  await client.send(new DeletePublicAccessBlockCommand({ Bucket: bucket })).catch(() => undefined);
  return bucket;
}

/** A bucket of its own whose objects anyone may read, and no more. */
export async function publicBucket(subject: Subject): Promise<string> {
  const bucket = await unblockedBucket(subject);
  await putPolicy(subject, bucket, allow("s3:GetObject", `${bucket}/*`));
  return bucket;
}

/** Allows everybody an action, on `bucket` or `bucket/key`. */
export function allow(action: string, resource: string): Statement {
  return { Effect: "Allow", Principal: "*", Action: action, Resource: `arn:aws:s3:::${resource}` };
}

/** The same, denied. */
export function deny(action: string, resource: string): Statement {
  return { ...allow(action, resource), Effect: "Deny" };
}

/** Makes statements the policy of a bucket. */
export function putPolicy({ client }: Subject, bucket: string, ...statements: Statement[]) {
  return client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: policyText(...statements) }));
}

export function policyText(...statements: Statement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/**
 * Sends a request that nobody has signed.
 * @param path percent-encoded, with its query
 */
export function ask(
  url: string,
  path: string,
  { method = "GET", headers = {} }: { method?: string; headers?: Readonly<Record<string, string>> } = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  return send({ method, hostname, port, path, headers });
}
