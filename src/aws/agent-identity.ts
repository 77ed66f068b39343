import { requestHandler } from "./agent-identity-requests.ts";
import type { CredentialSource, Credentials } from "./credentials.ts";
import { IdentityError } from "./errors.ts";
import { createRenewal } from "./renewal.ts";
import type { Transport } from "./transport.ts";

/** A metadata service is on the machine itself, or one hop away: where it is not there, a step shall say so soon. */
const METADATA_TIMEOUT_MS = 1000;
const METADATA_RETRIES = 2;

export interface AgentIdentityOptions {
  /** The region of STS, for profiles and token files that name a role; undefined for what the machine's configuration says. */
  readonly region?: string | undefined;
  readonly transport: Transport;
  /** What asked for the agent's identity, for messages: an input, or a field of the service connection. */
  readonly askedBy: string;
  /** Told of each secret before its first use. */
  readonly onSecret: (text: string) => void;
  /** Told, in a sentence, what is worth knowing though nothing failed. */
  readonly onNote: (text: string) => void;
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
  return createRenewal({
    async obtain() {
      chain ??= loadChain(options);
      const find = await chain;
      const credentials = await find().catch((error: Error) => {
        throw new IdentityError(describe(error, options.askedBy), { cause: error });
      });
      options.onSecret(credentials.secretAccessKey);
      if (credentials.sessionToken) options.onSecret(credentials.sessionToken);
      return credentials;
    },
    onFailedRenewal(error, remainingMs) {
      const seconds = Math.round(remainingMs / 1000);
      options.onNote(
        `The agent's credentials could not be renewed; they hold for another ${seconds} s. ${error.message}`,
      );
    },
  });
}

type Find = () => Promise<Credentials>;

async function loadChain({ region, transport, onNote }: AgentIdentityOptions): Promise<Find> {
  // The SDK speaks of the versions of Node that it will support one day; which one runs here is up to the agent.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  const { defaultProvider } = await import("./agent-identity-chain.ts");
  const ignore = () => undefined;
  const provider = defaultProvider({
    timeout: METADATA_TIMEOUT_MS,
    maxRetries: METADATA_RETRIES,
    clientConfig: { requestHandler: requestHandler(transport), ...(region ? { region } : {}) },
    logger: { debug: ignore, info: ignore, error: ignore, warn: (text) => onNote(String(text)) },
  });
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

/** What the SDK says where it has looked everywhere. */
const NOTHING_FOUND = "Could not load credentials from any providers";

function describe(error: Error, askedBy: string): string {
  const profile = process.env.AWS_PROFILE;
  if (error.message.includes(NOTHING_FOUND) && profile) {
    const what = `The agent has no AWS identity, which ${askedBy} asks for`;
    return `${what}: AWS_PROFILE names the profile "${profile}", and the user whom the agent runs as has none of that name in ~/.aws that holds credentials. Add it there, or take AWS_PROFILE out of the step's environment.`;
  }
  if (error.message.includes(NOTHING_FOUND)) {
    const what = `The agent has no AWS identity, which ${askedBy} asks for`;
    const where =
      "the step's environment has no keys, there is no shared profile, no web identity token file, no role of a container, and no instance profile, or the metadata service does not answer (for an agent in a container it needs a hop limit of 2)";
    return `${what}: ${where}. Give the agent's machine a role, or choose another way to sign in.`;
  }
  const why = error.message.replace(/[.\s]+$/, "");
  const what = `The agent's AWS identity, which ${askedBy} asks for, cannot be used: ${why}`;
  return `${what}. Check AWS_PROFILE and the other AWS_ variables on the agent, and the files in its ~/.aws.`;
}
