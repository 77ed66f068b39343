import { asReason } from "../../errors/bounded-text.ts";
import type { Transport } from "../../http/transport.ts";
import { IdentityError } from "../errors/errors.ts";
import { requestHandler } from "../sdk-requests.ts";
import { refreshCredentials } from "./credential-refresh.ts";
import type { CredentialSource, Credentials } from "./credentials.ts";

/** A metadata service is on the machine itself, or one hop away: where it is not there, a step shall say so soon. */
const METADATA_TIMEOUT_MS = 1000;
const METADATA_RETRIES = 2;

export interface AgentIdentityOptions {
  /** The region of STS, for profiles and token files that name a role and no region; undefined for what the machine's configuration says. */
  readonly region?: string | undefined;
  readonly transport: Transport;
  /** What asked for the agent's identity, for messages: an input, or a field of the service connection. */
  readonly askedBy: string;
  /** Why it is looked for though nothing asked for it, at the beginning of a sentence. */
  readonly reason?: string | undefined;
  /** Told of each secret before its first use. */
  readonly onSecret: (text: string) => void;
  /** Told, in a sentence, what is worth knowing though nothing failed. */
  readonly onNote: (text: string) => void;
  /** Aborted when no credentials are needed any more. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The identity of the machine or container that the agent runs on, found as every AWS tool finds it: environment variables, shared
 * profiles (role, SSO and process among them), a web identity token file, a container's role, the instance profile.
 *
 * The source throws {IdentityError} where none of these gives credentials.
 * Source: "Standardized credential providers" in the AWS SDKs and Tools Reference Guide.
 */
export function createAgentIdentity(options: AgentIdentityOptions): CredentialSource {
  let chain: Promise<Find> | undefined;
  return refreshCredentials({
    signal: options.signal,
    async obtain() {
      chain ??= loadChain(options);
      const find = await chain;
      const credentials = await find().catch((error: Error) => {
        throw new IdentityError(
          NOTHING_FOUND.test(error.message) ? "aws-identity-not-found" : "aws-identity-unusable",
          describe(error, options),
        );
      });
      options.onSecret(credentials.secretAccessKey);
      if (credentials.sessionToken) options.onSecret(credentials.sessionToken);
      return credentials;
    },
    onFailedRefresh(error, remainingMs) {
      const seconds = Math.round(remainingMs / 1000);
      options.onNote(
        `The agent's credentials could not be renewed. They are valid for another ${seconds} s. ${error.message}`,
      );
    },
  });
}

type Find = () => Promise<Credentials>;

async function loadChain({ region, transport, onNote }: AgentIdentityOptions): Promise<Find> {
  // The SDK speaks of the versions of Node that it will support one day; which one runs here is up to the agent.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  const { defaultProvider, fromIni } = await import("../sdk-clients.ts");
  const ignore = () => undefined;
  const settings = {
    timeout: METADATA_TIMEOUT_MS,
    maxRetries: METADATA_RETRIES,
    clientConfig: { requestHandler: requestHandler(transport) },
    // A region in clientConfig would go before those of a profile, that of SSO among them.
    ...(region ? { parentClientConfig: { region } } : {}),
    logger: { debug: ignore, info: ignore, error: ignore, warn: (text: unknown) => onNote(String(text)) },
  };
  const { AWS_PROFILE, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
  if (AWS_PROFILE && AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY) {
    onNote(`The step's environment has AWS_PROFILE and access keys: the profile "${AWS_PROFILE}" is used.`);
  }
  // The whole chain would go on to the machine's role where the profile that is named fails.
  const profile = fromIni(settings);
  const provider = AWS_PROFILE ? () => profile() : defaultProvider(settings);
  return async () => {
    // The SDK's own memory is passed over: it would give back what a server has refused.
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = await provider({ forceRefresh: true });
    return {
      accessKeyId,
      secretAccessKey,
      ...(sessionToken ? { sessionToken } : {}),
      ...(expiration ? { expiresAtMs: expiration.getTime() } : {}),
    };
  };
}

/** What the SDK says where it has looked everywhere, and of a profile that is not there or empty. */
const NOTHING_FOUND = /^Could not (load credentials from any providers|resolve credentials using profile)/;

function describe({ message }: Error, { askedBy, reason }: AgentIdentityOptions): string {
  const profile = process.env.AWS_PROFILE;
  const isMissing = NOTHING_FOUND.test(message);
  const what =
    reason ??
    `The agent${isMissing ? " has no AWS identity" : "'s AWS identity"}, which is needed for ${askedBy}${isMissing ? "" : ", cannot be used"}`;
  if (isMissing && profile) {
    return `${what}: AWS_PROFILE names the profile "${profile}", but ~/.aws of the agent's user has no such profile with credentials. Add it there, or remove AWS_PROFILE from the step's environment.`;
  }
  if (isMissing) {
    const where =
      "there are no keys in the environment, no shared profile, no web identity token file, no container role and no instance profile. In a container, the instance metadata service needs a hop limit of 2";
    const advice = reason
      ? "Select a service connection in awsCredentials, or give the agent's machine a role."
      : "Give the agent's machine a role, or choose another way to sign in.";
    return `${what}: ${where}. ${advice}`;
  }
  // Node's message of a process that failed holds its command line, which may hold secrets.
  const why = /^Command failed/.test(message)
    ? "the credential_process of the profile failed. Run it as the agent's user to see why"
    : asReason(message);
  return `${what}: ${why}. Check AWS_PROFILE and the other AWS_ variables on the agent, and the files in its ~/.aws.`;
}
