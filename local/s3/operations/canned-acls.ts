import type { Grant } from "../store/grants.ts";
import { owner } from "./operation.ts";

/** S3's own groups of accounts. */
export const groups = {
  allUsers: "http://acs.amazonaws.com/groups/global/AllUsers",
  authenticatedUsers: "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
  logDelivery: "http://acs.amazonaws.com/groups/s3/LogDelivery",
} as const;

/** The account by which Amazon EC2 reads bundles of machine images. */
const ec2AccountId = "6aa5a366c34c1cbe25dc49211496e913e0351eb0e8c37aa3477e40942ec6b97c";

const ownersControl: Grant = { grantee: { id: owner.ID }, permission: "FULL_CONTROL" };

/**
 * The grants that canned ACLs stand for. One account owns all buckets and objects here, so that what an ACL gives the
 * bucket's owner the object's owner has anyway.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
 */
export const cannedAcls: ReadonlyMap<string, readonly Grant[]> = new Map<string, readonly Grant[]>([
  ["private", [ownersControl]],
  ["public-read", [ownersControl, { grantee: { uri: groups.allUsers }, permission: "READ" }]],
  [
    "public-read-write",
    [
      ownersControl,
      { grantee: { uri: groups.allUsers }, permission: "READ" },
      { grantee: { uri: groups.allUsers }, permission: "WRITE" },
    ],
  ],
  ["aws-exec-read", [ownersControl, { grantee: { id: ec2AccountId }, permission: "READ" }]],
  ["authenticated-read", [ownersControl, { grantee: { uri: groups.authenticatedUsers }, permission: "READ" }]],
  ["bucket-owner-read", [ownersControl]],
  ["bucket-owner-full-control", [ownersControl]],
  [
    "log-delivery-write",
    [
      ownersControl,
      { grantee: { uri: groups.logDelivery }, permission: "WRITE" },
      { grantee: { uri: groups.logDelivery }, permission: "READ_ACP" },
    ],
  ],
]);
