import type { OidcIssuer } from "./oidc-issuer.ts";
import type { SessionTable } from "./sessions.ts";
import type { TrustPolicy } from "./trust-policy.ts";

/** A role, and what its own policy lets it do next. */
export interface Role {
  readonly arn: string;
  readonly trustPolicy: TrustPolicy;
  /** Default: 3,600. */
  readonly maxSessionSeconds?: number;
  /** Patterns of roles that its permissions policy allows it to assume, with their tags. Default: every role. */
  readonly mayAssume?: readonly string[];
}

/** A user with one access key. */
export interface User {
  readonly arn: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** As of a role. */
  readonly mayAssume?: readonly string[];
}

/** An identity provider of type OpenID Connect, in an account. */
export interface IdentityProvider {
  readonly account: string;
  readonly issuer: OidcIssuer;
  /** The audiences that are registered with it. */
  readonly audiences: readonly string[];
}

/** What STS knows. */
export interface StsState {
  readonly region: string;
  readonly now: () => Date;
  readonly sessions: SessionTable;
  readonly roles: ReadonlyMap<string, Role>;
  readonly users: ReadonlyMap<string, User>;
  readonly identityProviders: readonly IdentityProvider[];
  /** How long sessions live, whatever was asked; undefined for what was asked. */
  readonly sessionSeconds: number | undefined;
  /** Whether refusals name the kind of policy that refuses, as AWS does in some cases. */
  readonly namesPolicies: boolean;
}

/** The account in an ARN. */
export function accountOf(arn: string): string {
  return arn.split(":")[4] ?? "";
}
