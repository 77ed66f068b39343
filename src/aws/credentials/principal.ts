/**
 * Whether two ARNs mean the same user or role. Different sessions of one role count as the same.
 *
 * Source: "IAM identifiers" in the IAM User Guide.
 */
export function isSamePrincipal(arn: string, otherArn: string): boolean {
  return withoutSession(arn) === withoutSession(otherArn);
}

/** `arn:aws:sts::111122223333:assumed-role/deploy` for `arn:aws:sts::111122223333:assumed-role/deploy/run-1`. */
function withoutSession(arn: string): string {
  const [, , service, , , resource = ""] = arn.split(":", 6);
  const isSession = service === "sts" && resource.startsWith("assumed-role/");
  return isSession ? arn.slice(0, arn.lastIndexOf("/")) : arn;
}
