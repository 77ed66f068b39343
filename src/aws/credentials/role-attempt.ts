/** A role that was to be assumed, as far as messages tell of it. */
export interface RoleAttempt {
  readonly arn: string;
  /** The input, or the field of the service connection, that names the role. */
  readonly namedBy: string;
  /** Whose rights were to be used: those of a token of the pipeline, of keys, or of the previous role. */
  readonly source: "web-identity" | { readonly keysFrom: string } | { readonly roleArn: string };
  readonly hasExternalId: boolean;
  readonly hasTags: boolean;
  readonly durationSeconds: number | undefined;
  /** The host that was asked. */
  readonly host: string;
}
