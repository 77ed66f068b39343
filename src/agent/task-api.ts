import type { RequestOptions } from "node:http";
import type { TaskApi } from "azure-devops-node-api/TaskApi.js";
import type { NetworkSettings } from "../http/network-settings.ts";
import { serverAddress } from "../http/server-address.ts";
import { openServerAgent, type ServerAgent } from "../http/server-agent.ts";
import type { JobIdentity } from "./connection/job-identity.ts";

/** Azure DevOps answers within a second or two; an attempt that takes so long is tried again. */
const ATTEMPT_TIMEOUT_MS = 20_000;

export interface TaskApiOptions {
  readonly job: JobIdentity;
  readonly network: NetworkSettings;
  readonly userAgent: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * * Opens the client for Azure DevOps' API of tasks. It is loaded here and not before: few steps need it.
 *
 * The client's own settings support neither proxy passwords that need encoding nor certificates that are not files, and they use
 * HTTPS_PROXY even if the agent has other settings. So a handler gives each request its socket, token and time limit, with the step's own
 * network settings.
 */
export async function openTaskApi({ job, network, userAgent, signal }: TaskApiOptions): Promise<TaskApi> {
  const { TaskApi: Client } = await import("./task-api-client.ts");
  const server = openServerAgent(serverAddress(job.collectionUrl), network, ATTEMPT_TIMEOUT_MS);
  signal?.addEventListener("abort", () => server.agent.destroy(), { once: true });
  const handler = {
    prepareRequest(options: RequestOptions) {
      sendTo(server, options);
      Object.assign(options.headers as object, { authorization: `Bearer ${job.accessToken}`, "user-agent": userAgent });
      if (signal) options.signal = signal;
    },
    canHandleAuthentication: () => false,
    handleAuthentication: () => Promise.reject(new Error("not handled")),
  };
  // A redirect would send the job's token to another server.
  const settings = { allowRedirects: false, socketTimeout: ATTEMPT_TIMEOUT_MS };
  return new Client(ATTEMPT_TIMEOUT_MS, job.collectionUrl.href, [handler], settings);
}

function sendTo({ agent, targetPrefix, headers }: ServerAgent, options: RequestOptions): void {
  options.agent = agent;
  options.path = `${targetPrefix}${options.path ?? "/"}`;
  options.headers = { ...options.headers, ...headers };
}
