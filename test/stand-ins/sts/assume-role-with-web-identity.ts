import { StsError } from "./errors.ts";
import { type Claims, readClaims } from "./oidc-issuer.ts";
import { type OpenedSession, openSession } from "./open-session.ts";
import { type Form, readSessionParameters } from "./parameters.ts";
import { accountOf, type StsState } from "./server-state.ts";
import { askTrustPolicy } from "./trust-policy.ts";

/** What STS says of a session that it gave for a token. */
export interface WebIdentitySession extends OpenedSession {
  readonly providerArn: string;
  readonly subject: string;
  readonly audience: string;
}

/**
 * AssumeRoleWithWebIdentity: nobody signs it, the token says who asks.
 * Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 * @throws StsError
 */
export function assumeRoleWithWebIdentity(form: Form, state: StsState): WebIdentitySession {
  const parameters = readSessionParameters(form);
  const account = accountOf(parameters.roleArn);
  const { sub, aud, iss } = verifyToken(form.get("WebIdentityToken") ?? "", account, state);
  const host = iss.replace(/^https:\/\//, "");
  const [, partition] = parameters.roleArn.split(":");
  const providerArn = `arn:${partition}:iam::${account}:oidc-provider/${host}`;
  const role = state.roles.get(parameters.roleArn);
  const answer =
    role &&
    askTrustPolicy(role.trustPolicy, {
      action: "sts:AssumeRoleWithWebIdentity",
      names: [providerArn],
      account: undefined,
      context: new Map([
        [`${host}:sub`, [sub]],
        [`${host}:aud`, [aud]],
        ["sts:RoleSessionName", [parameters.sessionName]],
      ]),
    });
  if (role === undefined || answer !== "allowed") {
    throw new StsError("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity");
  }
  const session = openSession(state, role, parameters, { tags: new Map(), transitiveKeys: new Set() });
  return { ...session, providerArn, subject: sub, audience: aud };
}

/** @returns the claims of a token that an identity provider of the account vouches for */
function verifyToken(token: string, account: string, { identityProviders, now }: StsState): Claims {
  const claims = readClaims(token);
  if (!isWhole(claims)) throw new StsError("InvalidIdentityToken", "The ID Token provided is not a valid JWT.");
  const provider = identityProviders.find((each) => each.account === account && each.issuer.url === claims.iss);
  if (provider === undefined) {
    const why = `No OpenIDConnect provider found in your account for ${claims.iss}`;
    throw new StsError("InvalidIdentityToken", why);
  }
  if (!provider.issuer.hasSigned(token)) {
    throw new StsError("InvalidIdentityToken", "Token signature verification failed");
  }
  const seconds = Math.floor(now().getTime() / 1000);
  if (claims.exp <= seconds) {
    const why = `Token expired: current date/time ${seconds} must be before the expiration date/time ${claims.exp}`;
    throw new StsError("ExpiredTokenException", why);
  }
  if (!provider.audiences.includes(claims.aud)) {
    throw new StsError("InvalidIdentityToken", "Incorrect token audience");
  }
  return claims;
}

function isWhole(claims: Partial<Claims> | undefined): claims is Claims {
  const { iss, sub, aud, exp } = claims ?? {};
  return iss !== undefined && sub !== undefined && aud !== undefined && exp !== undefined;
}
