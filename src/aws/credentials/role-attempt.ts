/** An attempt to assume a role, as messages describe it. */
export interface RoleAttempt {
  readonly arn: string;
  /** The input, or the field of the service connection, that names the role. */
  readonly namedBy: string;
  /** The identity that was used: a token of the pipeline, keys, or the previous role. */
  readonly source: "web-identity" | { readonly keysFrom: string } | { readonly roleArn: string };
  readonly hasExternalId: boolean;
  readonly hasTags: boolean;
  readonly durationSeconds: number | undefined;
  /** The host that received the request. */
  readonly host: string;
}
