import type { OidcClaims } from "../../agent/connection/oidc-token.ts";

/**
 * What to log if AWS refused the pipeline's token: its claims, and a trust policy for the role that matches them.
 *
 * Source: "Create an OpenID Connect (OIDC) identity provider in IAM" and "Create a role for OpenID Connect federation" in the IAM User
 * Guide.
 */
export function describeTrust({ issuer, subject, audience }: OidcClaims, roleArn: string): readonly string[] {
  return [
    "The pipeline's identity token says:",
    `  iss  ${issuer}`,
    `  sub  ${subject}`,
    `  aud  ${audience}`,
    `IAM needs an identity provider of type OpenID Connect, with iss as its URL and aud as its audience. The role ${roleArn} needs a trust policy like this:`,
    ...JSON.stringify(trustPolicy({ issuer, subject, audience }, roleArn), null, 2).split("\n"),
  ];
}

/** The smallest trust policy that lets a token of this issuer, subject and audience assume a role. */
export function trustPolicy({ issuer, subject, audience }: OidcClaims, roleArn: string): object {
  const [, partition = "aws", , , account = ""] = roleArn.split(":");
  const provider = issuer.replace(/^https?:\/\//, "");
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Federated: `arn:${partition}:iam::${account}:oidc-provider/${provider}` },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: { StringEquals: { [`${provider}:aud`]: audience, [`${provider}:sub`]: subject } },
      },
    ],
  };
}
