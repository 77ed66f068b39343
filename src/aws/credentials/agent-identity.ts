import { asReason } from "../../errors/bounded-text.ts";
import type { Transport } from "../../http/transport.ts";
import { IdentityError } from "../errors/errors.ts";
import { ignoreNodeSupport, requestHandler } from "../sdk-requests.ts";
import { endProcessesWith } from "./credential-process.ts";
import { refreshCredentials } from "./credential-refresh.ts";
import type { CredentialSource, Credentials } from "./credentials.ts";

/** A metadata service is on the machine itself or one hop away, so a missing one is detected soon. */
const METADATA_TIMEOUT_MS = 1000;
const METADATA_RETRIES = 2;

export interface AgentIdentityOptions {
  /** The region of STS, for profiles and token files that name a role and no region; undefined for what the machine's configuration says. */
  readonly region?: string | undefined;
  readonly transport: Transport;
  /** The input or connection field that chose the agent's identity, for messages. */
  readonly askedBy: string;
  /** Why it is used although no setting chose it, as the start of a sentence. */
  readonly reason?: string | undefined;
  /** Called with each secret before its first use. */
  readonly onSecret: (text: string) => void;
  /** Called with a sentence that is worth a log line, although nothing failed. */
  readonly onNote: (text: string) => void;
  /** Aborted when no credentials are needed any more. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The identity of the machine or container that the agent runs on, found in the same way as by other AWS tools: environment variables,
 * shared profiles (role, SSO and process among them), a web identity token file, a container's role, the instance profile.
 *
 * The source throws {IdentityError} if none of these gives credentials, and the signal's reason. Source: "Standardized credential
 * providers" in the AWS SDKs and Tools Reference Guide.
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

async function loadChain({ region, transport, onNote, signal }: AgentIdentityOptions): Promise<Find> {
  ignoreNodeSupport();
  const { defaultProvider, fromIni } = await import("../sdk-clients.ts");
  const ignore = () => undefined;
  const settings = {
    timeout: METADATA_TIMEOUT_MS,
    maxRetries: METADATA_RETRIES,
    clientConfig: { requestHandler: requestHandler(transport) },
    // A region in clientConfig would override the profile's regions, including the SSO region.
    ...(region ? { parentClientConfig: { region } } : {}),
    logger: { debug: ignore, info: ignore, error: ignore, warn: (text: unknown) => onNote(String(text)) },
  };
  if (signal) endProcessesWith(signal);
  const { AWS_PROFILE, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
  if (AWS_PROFILE && AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY) {
    onNote(`The step's environment has AWS_PROFILE and access keys: the profile "${AWS_PROFILE}" is used.`);
  }
  // The whole chain would continue with the machine's role if the named profile fails.
  const profile = fromIni(settings);
  const provider = AWS_PROFILE ? () => profile() : defaultProvider(settings);
  return async () => {
    // The SDK's cache is not used: it would return credentials that a server has refused.
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = await provider({ forceRefresh: true });
    return {
      accessKeyId,
      secretAccessKey,
      ...(sessionToken ? { sessionToken } : {}),
      ...(expiration ? { expiresAtMs: expiration.getTime() } : {}),
    };
  };
}

/** The SDK's messages if it found no credentials anywhere, or if a profile is missing or empty. */
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
  // Node's message about a failed process contains its command line, which may contain secrets.
  const why = /^Command failed/.test(message)
    ? "the credential_process of the profile failed. Run it as the agent's user to see why"
    : asReason(message);
  return `${what}: ${why}. Check AWS_PROFILE and the other AWS_ variables on the agent, and the files in its ~/.aws.`;
}
