import type { TaskApi } from "azure-devops-node-api/TaskApi.js";
import * as tl from "azure-pipelines-task-lib/task.js";
import { IdentityError, ServiceError } from "../../aws/errors/errors.ts";
import { withRetries } from "../../aws/retry.ts";
import { ConnectionError } from "../../http/connection-error.ts";
import type { NetworkSettings } from "../../http/network-settings.ts";
import { asKnownError, refusal } from "../azure-devops/api-errors.ts";
import { openTaskApi } from "../azure-devops/open-client.ts";
import { maskSecret } from "../secret-input.ts";
import { type JobIdentity, readJobIdentity } from "./job-identity.ts";

/** The claims of a token that a trust policy can check. */
export interface OidcClaims {
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
}

/** The pipeline's identity, confirmed by Azure DevOps. */
export interface OidcTokens {
  /**
   * Gets a new token, because a token lives ten minutes, and masks it.
   *
   * @throws {IdentityError} if there is none; the signal's reason.
   */
  request(): Promise<string>;
  /** The claims of the latest token. Undefined before the first token, or if it could not be parsed. */
  latestClaims(): OidcClaims | undefined;
}

export interface OidcOptions {
  /** The token's subject. It names this connection. */
  readonly serviceConnectionId: string;
  readonly network: NetworkSettings;
  readonly userAgent: string;
  readonly signal?: AbortSignal | undefined;
}

/** Source: AssumeRoleWithWebIdentity in the AWS STS API Reference. */
const MAX_TOKEN_LENGTH = 20_000;

/** Only connections of the AWS Toolkit, with the scheme `UsernamePassword`, are publicly known to get such tokens. */
const OTHER_CONNECTION =
  'If that does not help, Azure DevOps may not issue tokens for a service connection without a stored secret: create one of the AWS Toolkit\'s type AWS with "Use OIDC", and enter it in toolkitCredentials instead of awsCredentials.';

/** Prepares requests for tokens; nothing is sent yet. */
export function createOidcTokens(options: OidcOptions): OidcTokens {
  const { serviceConnectionId, signal } = options;
  let opened: Promise<{ readonly api: TaskApi; readonly job: JobIdentity }> | undefined;
  let claims: OidcClaims | undefined;

  async function open() {
    const job = readJobIdentity();
    return { job, api: await openTaskApi({ ...options, job }) };
  }

  return {
    async request() {
      opened ??= open().catch((error) => {
        opened = undefined;
        throw error;
      });
      const { api, job } = await opened;
      const token = await askWithRetries(api, job, serviceConnectionId, signal);
      maskSecret(token);
      claims = readClaims(token);
      return token;
    },
    latestClaims: () => claims,
  };
}

async function askWithRetries(
  api: TaskApi,
  job: JobIdentity,
  serviceConnectionId: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { projectId, hubName, planId, jobId, collectionUrl } = job;
  try {
    return await withRetries(async () => {
      const answer = await api
        .createOidcToken({}, projectId, hubName, planId, jobId, serviceConnectionId)
        .catch((error) => Promise.reject(asKnownError(error, collectionUrl.hostname)));
      const token: unknown = answer?.oidcToken;
      if (typeof token !== "string" || token === "") throw refusal(undefined, "its answer has no token");
      if (token.length > MAX_TOKEN_LENGTH) throw refusal(undefined, "the token in its answer is too long for STS");
      return token;
    }, signal);
  } catch (error) {
    if (!(error instanceof ServiceError || error instanceof ConnectionError)) throw error;
    const what = `Azure DevOps issued no identity token for the service connection: ${error.message}.`;
    const advice = [advise(error, collectionUrl), ...adviseOtherConnection(error, serviceConnectionId)];
    throw new IdentityError("identity-token-not-issued", `${what} ${advice.join(" ")}`, { cause: error });
  }
}

function advise(error: ServiceError | ConnectionError, collectionUrl: URL): string {
  if (error instanceof ConnectionError) {
    return `Check that this machine reaches ${collectionUrl.host}, with the proxy and the certificates of the agent.`;
  }
  const { status } = error.details;
  if (status === 404) {
    return "Azure DevOps Server issues no such tokens: use access keys or the identity of the agent there. On Azure DevOps Services, check that the service connection still exists.";
  }
  if (status === 407) return "Check the user name and password of the agent's proxy.";
  if (status >= 300 && status < 400) {
    return "It redirects to another address, to which the token of the job must not be sent. Check any proxy between this machine and Azure DevOps.";
  }
  if (status === 401 || status === 403) {
    return "Check that the pipeline may use the service connection (its security, and its approvals and checks), and run the step again.";
  }
  return status >= 500 || status === 429
    ? "The task asked several times. Run the step again later."
    : "Run the step again. If it happens again, check any proxy between this machine and Azure DevOps.";
}

/** Only if Azure DevOps itself answered, and not with "too many requests". */
function adviseOtherConnection(error: ServiceError | ConnectionError, serviceConnectionId: string): string[] {
  if (error instanceof ConnectionError) return [];
  const { status } = error.details;
  if ((status >= 300 && status < 400) || status === 407 || status === 429) return [];
  return tl.getEndpointAuthorizationScheme(serviceConnectionId, true) === "None" ? [OTHER_CONNECTION] : [];
}

function readClaims(token: string): OidcClaims | undefined {
  try {
    const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
    const { iss, sub, aud } = claims as Record<string, unknown>;
    return { issuer: String(iss), subject: String(sub), audience: [aud].flat().map(String).join(", ") };
  } catch {
    return undefined;
  }
}
