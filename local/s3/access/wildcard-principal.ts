import { groups } from "../operations/canned-acls.ts";
import { hasAcls } from "../operations/grants.ts";
import type { Bucket } from "../store/buckets.ts";
import type { StoredObject } from "../store/object-version.ts";
import { blockInForce } from "./block.ts";
import { type Attempt, policyDecision } from "./policy-decision.ts";
import { isPublicPolicy } from "./public-policy.ts";

/**
 * Whether anyone at all may do something: because the bucket policy says so or, for an object, its ACL.
 * @param object what would be read, where there is such an object
 */
export function wildcardPrincipalMay(bucket: Bucket, attempt: Attempt, object?: StoredObject): boolean {
  const block = blockInForce(bucket);
  const { policy } = bucket;
  const decision = policy === undefined ? undefined : policyDecision(policy, attempt);
  if (decision === "Deny") return false;
  if (decision === "Allow" && policy && !(block.RestrictPublicBuckets && isPublicPolicy(policy))) return true;
  return object !== undefined && hasAcls(bucket) && !block.IgnorePublicAcls && grantsReading(object);
}

function grantsReading({ grants }: StoredObject): boolean {
  return grants.some(
    ({ grantee, permission }) =>
      "uri" in grantee && grantee.uri === groups.allUsers && (permission === "READ" || permission === "FULL_CONTROL"),
  );
}
