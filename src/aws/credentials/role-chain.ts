import { withCredentials } from "../errors/expired-session.ts";
import { refreshCredentials } from "./credential-refresh.ts";
import type { CredentialSource, Credentials } from "./credentials.ts";
import type { RoleAttempt } from "./role-attempt.ts";
import type { RoleSession, Sts } from "./sts.ts";
import { asRoleError } from "./sts-role-error.ts";

/**
 * The longest session that a role's credentials can get for another role. Source: "Role chaining" in "Roles terms and concepts", IAM User
 * Guide.
 */
const MAX_CHAINED_SECONDS = 3600;

/** A role of a chain. */
export interface RoleHop {
  readonly arn: string;
  readonly sessionName: string;
  /** Default: STS's own, 3,600. */
  readonly durationSeconds?: number | undefined;
  /** Not with a web identity. */
  readonly externalId?: string | undefined;
  /** Not with a web identity. */
  readonly sessionTags?: ReadonlyMap<string, string> | undefined;
  /** A policy, in JSON, that limits the role's rights. */
  readonly sessionPolicy?: string | undefined;
  /** The input or connection field that names the role, for messages. */
  readonly namedBy: string;
}

/** Where a chain begins: with credentials, or with a token, which is requested again each time. */
export type ChainBase = CredentialSource | { readonly webIdentity: () => Promise<string> };

export interface RoleChainOptions {
  readonly base: ChainBase;
  /** Where the base's keys come from, for messages. Default: the service connection. */
  readonly keysFrom?: string;
  /** In order; at least one if the base is a web identity. */
  readonly hops: readonly RoleHop[];
  readonly sts: Sts;
  /** Called with each secret before its first use. */
  readonly onSecret: (text: string) => void;
  /** Called with a sentence that is worth a log line, although nothing failed. */
  readonly onNote: (text: string) => void;
  /** Called once, when the last role is first assumed, with the ARN of its session. */
  readonly onAssumed?: (sessionArn: string) => void;
  /** Aborted when no credentials are needed any more. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes a source of the last role's credentials: each role is assumed with the credentials of the one before, when a request first needs
 * it, and again before its session ends. The source throws {RoleError} if a role cannot be assumed, and what the base throws.
 */
export function createRoleChain(options: RoleChainOptions): CredentialSource {
  const { base, hops } = options;
  const [first, ...rest] = hops;
  if (!first) {
    if (typeof base !== "function") throw new Error("a web identity needs a role");
    return base;
  }
  const note = once(options.onNote);
  const stepOf = (hop: RoleHop): Step => ({ ...options, hop, onNote: note, isLast: hop === hops.at(-1) });
  const start =
    typeof base === "function" ? assumeBySource(stepOf(first), base) : assumeByToken(stepOf(first), base.webIdentity);
  return rest.reduce<CredentialSource>(
    (source, hop, index) => assumeBySource(stepOf(hop), source, hops[index]?.arn),
    start,
  );
}

/** One hop, and its callbacks. */
interface Step extends Pick<RoleChainOptions, "keysFrom" | "sts" | "onSecret" | "onNote" | "onAssumed" | "signal"> {
  readonly hop: RoleHop;
  readonly isLast: boolean;
}

function assumeByToken(step: Step, webIdentity: () => Promise<string>): CredentialSource {
  const { hop, sts } = step;
  return keepFresh(step, async () => {
    const token = await webIdentity();
    step.onSecret(token);
    const request = { ...requestOf(hop), token };
    return assumeOrExplain(hop, "web-identity", hop.durationSeconds, sts, () => sts.assumeRoleWithWebIdentity(request));
  });
}

/** @param previousRole the ARN of the role whose credentials are used, if it is a role of this chain. */
function assumeBySource(step: Step, source: CredentialSource, previousRole?: string): CredentialSource {
  const { hop, sts, keysFrom = "the service connection" } = step;
  const { externalId, sessionTags } = hop;

  async function assume(credentials: Credentials): Promise<RoleSession> {
    const durationSeconds = cap(step, credentials);
    const request = { ...requestOf(hop), durationSeconds, externalId, sessionTags };
    const caller = previousRole === undefined ? { keysFrom } : { roleArn: previousRole };
    return assumeOrExplain(hop, caller, durationSeconds, sts, () => sts.assumeRole(request, credentials));
  }

  return keepFresh(step, () => withCredentials(source, assume));
}

/** The duration to request: with temporary credentials one hour at most, which is logged. */
function cap({ hop, onNote }: Step, { sessionToken }: Credentials): number | undefined {
  const { arn, namedBy, durationSeconds } = hop;
  if (durationSeconds === undefined || durationSeconds <= MAX_CHAINED_SECONDS || !sessionToken) return durationSeconds;
  const limit = `AWS allows ${MAX_CHAINED_SECONDS} s for a role that is assumed with temporary credentials`;
  onNote(
    `${arn} (${namedBy}) is assumed for ${MAX_CHAINED_SECONDS} s and not for ${durationSeconds} s, because ${limit}. The task renews it.`,
  );
  return MAX_CHAINED_SECONDS;
}

function keepFresh(step: Step, assume: () => Promise<RoleSession>): CredentialSource {
  const { hop, isLast, onSecret, onNote, onAssumed, signal } = step;
  const tellOnce = once((arn: string) => (isLast && arn ? onAssumed?.(arn) : undefined));
  return refreshCredentials({
    signal,
    async obtain() {
      const { credentials, arn } = await assume();
      onSecret(credentials.secretAccessKey);
      if (credentials.sessionToken) onSecret(credentials.sessionToken);
      tellOnce(arn);
      return credentials;
    },
    onFailedRefresh(error, remainingMs) {
      const seconds = Math.round(remainingMs / 1000);
      onNote(
        `The session of ${hop.arn} could not be renewed. It is valid for another ${seconds} s, and the task tries again. ${error.message}`,
      );
    },
  });
}

function requestOf({ arn, sessionName, durationSeconds, sessionPolicy }: RoleHop) {
  return { roleArn: arn, sessionName, durationSeconds, sessionPolicy };
}

/** Asks STS. Failures become a RoleError. */
async function assumeOrExplain(
  hop: RoleHop,
  source: RoleAttempt["source"],
  durationSeconds: number | undefined,
  sts: Sts,
  ask: () => Promise<RoleSession>,
): Promise<RoleSession> {
  try {
    return await ask();
  } catch (error) {
    throw asRoleError(error, {
      arn: hop.arn,
      namedBy: hop.namedBy,
      source,
      hasExternalId: hop.externalId !== undefined,
      hasTags: (hop.sessionTags?.size ?? 0) > 0,
      durationSeconds,
      host: sts.host,
    });
  }
}

/** Passes each text on once. */
function once(tell: (text: string) => void): (text: string) => void {
  const passedOn = new Set<string>();
  return (text) => {
    if (passedOn.has(text)) return;
    passedOn.add(text);
    tell(text);
  };
}
