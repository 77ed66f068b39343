import type { Credentials } from "../../../src/aws/credentials/credentials.ts";
import { createRoleChain, type RoleChainOptions, type RoleHop } from "../../../src/aws/credentials/role-chain.ts";
import { createSts, type Sts } from "../../../src/aws/credentials/sts.ts";
import { createTransport, type Transport } from "../../../src/http/transport.ts";
import { createOidcIssuer, type OidcIssuer } from "../../stand-ins/sts/oidc-issuer.ts";
import { type StsServer, type StsServerOptions, startStsServer } from "../../stand-ins/sts/server.ts";
import type { TrustPolicy, TrustStatement } from "../../stand-ins/sts/trust-policy.ts";

export const HERE = "111122223333";
export const ELSEWHERE = "444455556666";
export const user = {
  arn: `arn:aws:iam::${HERE}:user/deployer`,
  accessKeyId: "AKIAEXAMPLEDEPLOYER0",
  secretAccessKey: "example/user+secret",
};
export const userKeys: Credentials = { accessKeyId: user.accessKeyId, secretAccessKey: user.secretAccessKey };

const ISSUER_URL = "https://vstoken.dev.azure.com/0a1b2c3d-0000-0000-0000-000000000000";
export const SUBJECT = "sc://contoso/shop/aws-production";
export const AUDIENCE = "api://AzureADTokenExchange";
export const issuer: OidcIssuer = createOidcIssuer(ISSUER_URL);

/** What chains of roles begin with: the user's keys, or a token that the pipeline is given. */
export const keys = (): Credentials => userKeys;
export const web = { webIdentity: async () => issuer.issue(SUBJECT, AUDIENCE) };

export const roleArn = (name: string, account = HERE) => `arn:aws:iam::${account}:role/${name}`;

/** A trust policy that lets somebody in, on conditions or without. */
export function trust(principal: string, condition?: TrustStatement["Condition"], ...actions: string[]): TrustPolicy {
  const Action = ["sts:AssumeRole", ...actions];
  const Condition = condition ? { Condition: condition } : {};
  return {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: principal }, Action, ...Condition }],
  };
}

/** A trust policy that lets the pipeline's tokens in. */
export function trustToken(subject = SUBJECT): TrustPolicy {
  const host = ISSUER_URL.replace("https://", "");
  const Condition = { StringEquals: { [`${host}:aud`]: AUDIENCE }, StringLike: { [`${host}:sub`]: subject } };
  const Principal = { Federated: `arn:aws:iam::${HERE}:oidc-provider/${host}` };
  return { Statement: [{ Effect: "Allow", Principal, Action: "sts:AssumeRoleWithWebIdentity", Condition }] };
}

/** A role that takes whoever knows its external id, `the-id`. */
export const guarded = {
  arn: roleArn("guarded", ELSEWHERE),
  trustPolicy: trust(`arn:aws:iam::${HERE}:root`, { StringEquals: { "sts:ExternalId": "the-id" } }),
};
/** A role that takes the user with the session tag `team=web`. */
export const tagged = {
  arn: roleArn("tagged", ELSEWHERE),
  trustPolicy: trust(user.arn, { StringEquals: { "aws:RequestTag/team": "web" } }, "sts:TagSession"),
};

/** The stand-in, a client for it, and what a chain of roles has told. */
export interface StsTarget {
  readonly server: StsServer;
  readonly sts: Sts;
  readonly transport: Transport;
  readonly secrets: string[];
  readonly notes: string[];
  readonly acting: string[];
  /** A chain over the target's client. */
  chain(
    base: RoleChainOptions["base"],
    ...hops: (Partial<RoleHop> & { arn: string })[]
  ): ReturnType<typeof createRoleChain>;
  stop(): Promise<void>;
}

/** Starts the stand-in with the user, the issuer, and roles. */
export async function startSts(options: StsServerOptions): Promise<StsTarget> {
  const identityProviders = [{ account: HERE, issuer, audiences: [AUDIENCE] }];
  const server = await startStsServer({ users: [user], identityProviders, ...options });
  const transport = createTransport({ maxConnections: 8, idleTimeoutMs: 2000 });
  const sts = createSts({ endpoint: new URL(server.url), region: "us-east-1", transport, userAgent: "test" });
  const told = { secrets: [] as string[], notes: [] as string[], acting: [] as string[] };
  return {
    server,
    sts,
    transport,
    ...told,
    chain: (base, ...hops) =>
      createRoleChain({
        base,
        hops: hops.map((hop) => ({ sessionName: "azp-shop-1", namedBy: "assumeRole", ...hop })),
        sts,
        onSecret: (text) => told.secrets.push(text),
        onNote: (text) => told.notes.push(text),
        onAssumed: (arn) => told.acting.push(arn),
      }),
    async stop() {
      transport.close();
      await server.close();
    },
  };
}
