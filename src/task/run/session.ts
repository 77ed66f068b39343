import { setTimeout as sleep } from "node:timers/promises";
import { createOidcTokens, type OidcTokens } from "../../agent/connection/oidc-token.ts";
import { log } from "../../agent/log.ts";
import { readNetwork } from "../../agent/network.ts";
import { maskSecret } from "../../agent/secret-input.ts";
import type { AgentIdentityOptions } from "../../aws/credentials/agent-identity.ts";
import type { CredentialSource } from "../../aws/credentials/credentials.ts";
import { createRoleChain } from "../../aws/credentials/role-chain.ts";
import { createSts, type Sts } from "../../aws/credentials/sts.ts";
import { RoleError } from "../../aws/credentials/sts-role-error.ts";
import { userAgent } from "../../aws/user-agent.ts";
import type { HttpRequest } from "../../http/messages.ts";
import type { NetworkSettings } from "../../http/network-settings.ts";
import { createTransport, type Transport } from "../../http/transport.ts";
import type { BucketAccess } from "../../sync/options.ts";
import type { Identity } from "../inputs/identity.ts";
import { describeTrust } from "./trust-policy.ts";

/** STS and the credential sources of the agent's machine answer within seconds. */
const IDLE_TIMEOUT_MS = 30_000;
const MAX_CONNECTIONS = 2;
const MAX_WAIT_MS = 500;
/** The longest wait for the identity's name. */
const MAX_CALLER_WAIT_MS = 5_000;

/** The credentials and identity of a step. */
export type SessionAccess = Required<Pick<BucketAccess, "credentials" | "callerArn">>;

/**
 * Does a step's work with credentials that are renewed until the step ends. All credential sources are asked first.
 *
 * @throws {IdentityError} if there are none; what `act` throws.
 */
export async function actInSession<T>(
  identity: Identity,
  taskName: string,
  cancelSignal: AbortSignal,
  act: (session: SessionAccess) => Promise<T>,
): Promise<T> {
  const { base, hops } = identity;
  const network = readNetwork();
  const transport = createTransport({ maxConnections: MAX_CONNECTIONS, idleTimeoutMs: IDLE_TIMEOUT_MS, network });
  const ended = new AbortController();
  const signal = AbortSignal.any([cancelSignal, ended.signal]);
  let telling: Promise<string | undefined> | undefined;
  try {
    const bounded = { ...transport, exchange: (request: HttpRequest) => transport.exchange({ ...request, signal }) };
    const session = await openSession(identity, { taskName, transport: bounded, network, signal });
    if (base.kind !== "keys" || hops.length > 0) await session.credentials();
    if (hops.length === 0 && identity.hasSts) telling = tellCaller(session, identity);
    const callerArn = async () => session.assumedArn() ?? (telling && (await withinTime(telling, cancelSignal)));
    return await act({ credentials: session.credentials, callerArn });
  } finally {
    // The owner of the keys explains a refusal, so the step waits a moment for an answer that takes longer than the work.
    await Promise.race([
      telling,
      sleep(MAX_WAIT_MS, undefined, { signal: cancelSignal, ref: false }).catch(() => undefined),
    ]);
    // A request whose result is no longer needed is not retried, and does not delay the end of the step.
    ended.abort();
    transport.close();
  }
}

function withinTime<T>(promise: Promise<T>, cancelSignal: AbortSignal): Promise<T | undefined> {
  const waiting = sleep(MAX_CALLER_WAIT_MS, undefined, { signal: cancelSignal, ref: false }).catch(() => undefined);
  return Promise.race([promise, waiting]);
}

interface Surroundings {
  readonly taskName: string;
  readonly transport: Transport;
  readonly network: NetworkSettings;
  /** Aborted when the step is cancelled, and when it ends. */
  readonly signal: AbortSignal;
}

interface Session {
  readonly credentials: CredentialSource;
  readonly sts: Sts;
  /** Of the session of the last role; undefined if none has been assumed. */
  assumedArn(): string | undefined;
}

async function openSession(identity: Identity, surroundings: Surroundings): Promise<Session> {
  const { taskName, transport, network, signal } = surroundings;
  const { base, hops, region, stsEndpoint: endpoint } = identity;
  const sts = createSts({ endpoint, region, transport, userAgent: userAgent(taskName), signal });
  const tellers = { onSecret: maskSecret, onNote: log.info, signal };
  let assumed: string | undefined;
  const assumedArn = () => assumed;
  const onAssumed = (arn: string) => {
    assumed = arn;
    tellRole(arn);
  };
  if (base.kind === "oidc") {
    const tokens = createOidcTokens({
      serviceConnectionId: base.serviceConnectionId,
      network,
      userAgent: userAgent(taskName),
      signal,
    });
    const webIdentity = () => tokens.request();
    const chain = createRoleChain({ base: { webIdentity }, hops, sts, ...tellers, onAssumed });
    return { sts, assumedArn, credentials: explainTrust(chain, tokens) };
  }
  const source = await baseSource(identity, transport, tellers);
  return {
    sts,
    assumedArn,
    credentials: createRoleChain({
      base: source,
      hops,
      sts,
      ...tellers,
      onAssumed,
      keysFrom: identity.description,
    }),
  };
}

async function baseSource(
  identity: Identity,
  transport: Transport,
  tellers: Pick<AgentIdentityOptions, "onSecret" | "onNote" | "signal">,
): Promise<CredentialSource> {
  const { base, description, agentReason, region, stsEndpoint } = identity;
  if (base.kind === "keys") return () => base.credentials;
  const { createAgentIdentity } = await import("../../aws/credentials/agent-identity.ts");
  return createAgentIdentity({
    // The machine's own profiles are for AWS, in whatever region this is.
    region: stsEndpoint ? undefined : region,
    transport,
    askedBy: description,
    reason: agentReason,
    ...tellers,
  });
}

/** STS's codes for a token that a role, or its account, does not trust. */
const TRUST_CODES = new Set(["AccessDenied", "InvalidIdentityToken", "IDPRejectedClaim"]);

/** If the pipeline's token is refused, the log shows its claims and a matching trust policy. No other credentials are tried. */
function explainTrust(chain: CredentialSource, tokens: OidcTokens): CredentialSource {
  let isTold = false;
  const explain = (error: unknown): never => {
    const claims = tokens.latestClaims();
    const isRefused = error instanceof RoleError && error.byWebIdentity && TRUST_CODES.has(error.awsCode ?? "");
    if (isRefused && claims && !isTold) {
      isTold = true;
      for (const line of describeTrust(claims, error.roleArn)) log.info(line);
    }
    throw error;
  };
  const source = () => {
    const credentials = chain();
    return credentials instanceof Promise ? credentials.catch(explain) : credentials;
  };
  return Object.assign(source, chain.forget ? { forget: chain.forget } : {});
}

/** Looks up the owner of the keys in the background. It is worth a log line, but not a delay or a failure. */
async function tellCaller({ credentials, sts }: Session, { description }: Identity): Promise<string | undefined> {
  try {
    const { account, arn } = await sts.getCallerIdentity(await credentials());
    log.info(`Acting as ${arn} in account ${account} (${description})`);
    return arn;
  } catch {
    // This request needs no permission.
    return undefined;
  }
}

/** The ARN of a session names account, role and session. */
function tellRole(sessionArn: string): void {
  const [, , , , account = "", resource = ""] = sessionArn.split(":");
  const [kind, role, session] = resource.split("/");
  const isKnown = kind === "assumed-role" && account && role && session;
  log.info(isKnown ? `Acting as role ${role} in account ${account} (session ${session})` : `Acting as ${sessionArn}`);
}
