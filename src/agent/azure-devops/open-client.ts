import type { RequestOptions } from "node:http";
import type { GitApi } from "azure-devops-node-api/GitApi.js";
import type { TaskApi } from "azure-devops-node-api/TaskApi.js";
import type { NetworkSettings } from "../../http/network-settings.ts";
import { serverAddress } from "../../http/server-address.ts";
import { openServerAgent, type ServerAgent } from "../../http/server-agent.ts";
import type { JobServer } from "./job-server.ts";

/** Azure DevOps answers within a second or two; an attempt that takes so long is tried again. */
const ATTEMPT_TIMEOUT_MS = 20_000;

export interface ClientOptions {
  readonly job: JobServer;
  readonly network: NetworkSettings;
  readonly userAgent: string;
  readonly signal?: AbortSignal | undefined;
}

/** Opens the client for Azure DevOps' API of tasks. */
export async function openTaskApi(options: ClientOptions): Promise<TaskApi> {
  const { TaskApi: Client } = await import("./clients.ts");
  return new Client(ATTEMPT_TIMEOUT_MS, ...settingsOf(options));
}

/** Opens the client for Azure DevOps' API of Git repositories and their pull requests. */
export async function openGitApi(options: ClientOptions): Promise<GitApi> {
  const { GitApi: Client } = await import("./clients.ts");
  return new Client(ATTEMPT_TIMEOUT_MS, ...settingsOf(options));
}

/**
 * The clients' own settings support neither proxy passwords that need encoding nor certificates that are not files, and they use
 * HTTPS_PROXY even if the agent has other settings. So a handler gives each request its socket, token and time limit, with the step's own
 * network settings.
 */
function settingsOf({ job, network, userAgent, signal }: ClientOptions): ConstructorParameters<typeof TaskApi> {
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
  return [job.collectionUrl.href, [handler], { allowRedirects: false, socketTimeout: ATTEMPT_TIMEOUT_MS }];
}

function sendTo({ agent, targetPrefix, headers }: ServerAgent, options: RequestOptions): void {
  options.agent = agent;
  options.path = `${targetPrefix}${options.path ?? "/"}`;
  options.headers = { ...options.headers, ...headers };
}
