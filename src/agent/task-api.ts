import type { RequestOptions } from "node:http";
import type { TaskApi } from "azure-devops-node-api/TaskApi.js";
import type { NetworkSettings } from "../http/network-settings.ts";
import { type Route, Routes } from "../http/routes.ts";
import type { JobIdentity } from "./connection/job-identity.ts";

/** Azure DevOps answers within a second or two; an attempt that takes so long is tried again. */
const ATTEMPT_TIMEOUT_MS = 20_000;
/** A proxy gets so long to open a tunnel. */
const TUNNEL_TIMEOUT_MS = 20_000;

export interface TaskApiOptions {
  readonly job: JobIdentity;
  readonly network: NetworkSettings;
  readonly userAgent: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens the client for Azure DevOps' API of tasks. It is loaded here and not before: few steps need it.
 *
 * The client's own settings know no proxy whose password has to be encoded and no certificates but files, and they heed HTTPS_PROXY where
 * the agent says otherwise. So each request gets its way, its token and its end by a handler, through the settings that all other requests
 * of the step go by.
 */
export async function openTaskApi({ job, network, userAgent, signal }: TaskApiOptions): Promise<TaskApi> {
  const { TaskApi: Client } = await import("./task-api-client.ts");
  const { protocol, hostname, port, href } = job.collectionUrl;
  const limits = { maxConnections: 1, idleTimeoutMs: ATTEMPT_TIMEOUT_MS, tunnelTimeoutMs: TUNNEL_TIMEOUT_MS };
  const routes = new Routes(network, limits);
  signal?.addEventListener("abort", () => routes.close(), { once: true });
  const route = await routes.to({
    protocol: protocol === "http:" ? "http:" : "https:",
    hostname: hostname.replace(/^\[|\]$/g, ""),
    port: port ? Number(port) : undefined,
  });
  const handler = {
    prepareRequest(options: RequestOptions) {
      takeRoute(options, route);
      const headers = options.headers as Record<string, string>;
      headers.authorization = `Bearer ${job.accessToken}`;
      headers["user-agent"] = userAgent;
      if (signal) options.signal = signal;
    },
    canHandleAuthentication: () => false,
    handleAuthentication: () => Promise.reject(new Error("not handled")),
  };
  // A redirect would take the job's token to wherever it points.
  return new Client(href, [handler], { allowRedirects: false, socketTimeout: ATTEMPT_TIMEOUT_MS });
}

function takeRoute(options: RequestOptions, { options: way, targetPrefix, proxyHeaders }: Route): void {
  const headers = options.headers as Record<string, string>;
  for (let index = 0; index + 1 < proxyHeaders.length; index += 2) {
    headers[proxyHeaders[index] as string] = proxyHeaders[index + 1] as string;
  }
  const { host: _host, hostname: _hostname, port: _port, ...rest } = options;
  if (targetPrefix) headers.host = new URL(targetPrefix).host;
  for (const name of ["host", "hostname", "port"] as const) delete options[name];
  Object.assign(options, rest, way, { path: `${targetPrefix}${options.path ?? "/"}` });
}
