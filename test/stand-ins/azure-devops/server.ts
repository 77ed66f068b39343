import { randomBytes, randomUUID } from "node:crypto";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { ServiceConnection } from "../../../local/agent/service-connection.ts";
import { systemConnectionName } from "../../../local/agent/service-connection.ts";
import { type Fault, type FaultAction, FaultTable } from "../../../local/s3/faults.ts";
import { rewriteAnswer } from "../../../local/s3/http/rewrite.ts";
import { resetConnection } from "../../../local/s3/http/send.ts";
import type { OidcIssuer } from "../sts/oidc-issuer.ts";
import { PULL_REQUEST_LOCATIONS, type PullRequestOperation, PullRequests } from "./pull-requests.ts";
import { complainOfVersion, oidcTokenLocation } from "./resource-locations.ts";

export interface AzureDevOpsOptions {
  /** Signs the tokens: the one that STS trusts. */
  readonly issuer: OidcIssuer;
  /** The connections for which the pipeline may have tokens. */
  readonly connections: readonly Pick<ServiceConnection, "id" | "name">[];
  /** Default: 600, as Azure DevOps has it. */
  readonly tokenSeconds?: number;
  /** PEM texts; with them the server speaks https alone. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

export type AzureDevOpsOperation = "ListResources" | "CreateOidcToken" | PullRequestOperation;

/**
 * What goes wrong. A status with a message that begins with `<` is a page, with one that begins with `{` a document; with a `location`
 * among the headers, a redirect.
 */
export type AzureDevOpsFault = Extract<
  FaultAction,
  { kind: "status" | "delay" | "hang" | "reset" | "cutBody" | "rewrite" }
>;

/** A request that the server has seen. */
export interface SeenCall {
  readonly operation: AzureDevOpsOperation | "unknown";
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
}

export interface AzureDevOpsServer {
  /** Of the organization, for example `http://127.0.0.1:8080/local/`. */
  readonly collectionUrl: string;
  /** What a job has to be given to be one of this server's. */
  readonly job: {
    readonly connection: ServiceConnection;
    readonly variables: Readonly<Record<string, string>>;
  };
  readonly calls: readonly SeenCall[];
  /** Those of its one repository. */
  readonly pullRequests: PullRequests;
  /** Called before a request is answered. */
  beforeAnswer: (operation: SeenCall["operation"]) => Promise<void> | void;
  /** The tokens that were issued, in order. */
  readonly tokens: readonly string[];
  /** `sub` of the tokens for a connection. */
  subjectOf(connectionName: string): string;
  addFault(operation: AzureDevOpsOperation, fault: AzureDevOpsFault, times?: number, after?: number): Fault;
  close(): Promise<void>;
}

/** `aud` of every token. Source: "Workload identity federation", Azure DevOps documentation. */
export const tokenAudience = "api://AzureADTokenExchange";
const organization = "local";
const project = { id: "0d6d2a55-9f43-4c39-8e0b-6f0c5a7d4e11", name: "local" };
const hubs = ["build", "release"];

const repository = { id: "3f0d7c1e-5b8a-4c66-9a27-1d2e3f4a5b6c", name: "local", project };

/** Starts a stand-in for the parts of Azure DevOps that issue identity tokens to jobs and show pull requests, in this process, on loopback. */
export async function startAzureDevOps(options: AzureDevOpsOptions): Promise<AzureDevOpsServer> {
  const job = {
    planId: randomUUID(),
    jobId: randomUUID(),
    accessToken: `job.${randomBytes(60).toString("base64url")}`,
  };
  const faults = new FaultTable();
  const calls: SeenCall[] = [];
  const tokens: string[] = [];
  const context: ServerContext = {
    options,
    job,
    faults,
    calls,
    tokens,
    pullRequests: new PullRequests(repository),
    beforeAnswer: () => undefined,
  };
  const listener: http.RequestListener = (message, response) => {
    answer(message, response, context).catch(() => message.socket.destroy());
  };
  const { tls } = options;
  const server = tls ? https.createServer(tls, listener) : http.createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `${tls ? "https" : "http"}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const collectionUrl = `${origin}/${organization}/`;
  return {
    collectionUrl,
    job: {
      connection: {
        id: "00000000-0000-0000-0000-000000000000",
        name: systemConnectionName,
        type: "Generic",
        url: collectionUrl,
        scheme: "OAuth",
        parameters: { AccessToken: job.accessToken },
        data: {},
      },
      variables: {
        "System.CollectionUri": collectionUrl,
        "System.TeamProjectId": project.id,
        "System.PlanId": job.planId,
        "System.JobId": job.jobId,
        "Build.Repository.ID": repository.id,
      },
    },
    calls,
    pullRequests: context.pullRequests,
    set beforeAnswer(act: AzureDevOpsServer["beforeAnswer"]) {
      context.beforeAnswer = act;
    },
    tokens,
    subjectOf,
    addFault: (operation, action, times = Number.POSITIVE_INFINITY, after = 0) =>
      faults.add({ match: { operation }, times, after, action }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface ServerContext {
  readonly options: AzureDevOpsOptions;
  readonly job: { readonly planId: string; readonly jobId: string; readonly accessToken: string };
  readonly faults: FaultTable;
  readonly calls: SeenCall[];
  readonly tokens: string[];
  readonly pullRequests: PullRequests;
  beforeAnswer: AzureDevOpsServer["beforeAnswer"];
}

interface Answer {
  readonly status: number;
  readonly content: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function answer(message: IncomingMessage, response: ServerResponse, context: ServerContext): Promise<void> {
  const body = Buffer.concat(await message.toArray()).toString();
  const url = new URL(message.url ?? "/", "http://localhost");
  const operation = operationOf(message.method ?? "", url.pathname, context);
  context.calls.push({ operation, path: url.pathname, headers: message.headers });
  await context.beforeAnswer(operation);
  const fault = context.faults.take({ operation, method: message.method ?? "", query: {} });
  if (fault?.kind === "hang") return;
  if (fault?.kind === "reset") return resetConnection(message.socket);
  if (fault?.kind === "delay") await sleep(fault.delayMs);
  if (fault?.kind === "rewrite") rewriteAnswer(response, fault.rewrite);
  const reply = fault?.kind === "status" ? faultyAnswer(fault) : rightAnswer(message, url, body, operation, context);
  const text = typeof reply.content === "string" ? reply.content : JSON.stringify(reply.content);
  const isPage = text.startsWith("<");
  response.writeHead(reply.status, {
    "content-type": isPage ? "text/html; charset=utf-8" : "application/json; charset=utf-8",
    ...reply.headers,
    ...(fault?.kind === "cutBody" ? { connection: "close" } : {}),
  });
  if (fault?.kind === "cutBody") {
    response.write(text.slice(0, fault.afterBytes), () => message.socket.end());
    return;
  }
  response.end(text);
}

function operationOf(method: string, path: string, { pullRequests }: ServerContext): SeenCall["operation"] {
  if (method === "OPTIONS" && AREAS.some((area) => path === `/${organization}/_apis/${area}`)) return "ListResources";
  const routed = pullRequests.route(method, path);
  if (routed) return routed.operation;
  return method === "POST" && path.endsWith("/oidctoken") ? "CreateOidcToken" : "unknown";
}

const AREAS = [oidcTokenLocation.area, "git"];

function faultyAnswer({
  status,
  message = "Something went wrong",
  headers,
}: AzureDevOpsFault & { kind: "status" }): Answer {
  return {
    status,
    content: /^[<{]/.test(message) ? message : { $id: "1", message },
    ...(headers ? { headers } : {}),
  };
}

function rightAnswer(
  message: IncomingMessage,
  url: URL,
  body: string,
  operation: SeenCall["operation"],
  context: ServerContext,
): Answer {
  const { job, tokens } = context;
  if (message.headers.authorization !== `Bearer ${job.accessToken}`) {
    return { status: 401, content: "<html>Sign in</html>", headers: { "www-authenticate": "Bearer" } };
  }
  const { method = "" } = message;
  if (operation === "ListResources") {
    const value = url.pathname.endsWith("/git") ? PULL_REQUEST_LOCATIONS : [oidcTokenLocation];
    return { status: 200, content: { count: value.length, value } };
  }
  const routed = context.pullRequests.route(method, url.pathname);
  const [ofPullRequests = oidcTokenLocation] = routed ? PULL_REQUEST_LOCATIONS : [];
  const complaint = complainOfVersion(ofPullRequests, method, message.headers.accept ?? "", url.searchParams);
  if (complaint) return { status: 400, content: { message: complaint } };
  if (routed) return routed.reply(body === "" ? undefined : JSON.parse(body));
  const { planId, jobId } = job;
  const paths = hubs.map(
    (hub) => `/${organization}/${project.id}/_apis/distributedtask/hubs/${hub}/plans/${planId}/jobs/${jobId}/oidctoken`,
  );
  const connection = context.options.connections.find(({ id }) => id === url.searchParams.get("serviceConnectionId"));
  if (operation === "unknown" || !paths.includes(url.pathname) || connection === undefined) {
    return { status: 404, content: { message: "There is no such job, or it has no such service connection." } };
  }
  const { issuer, tokenSeconds } = context.options;
  const oidcToken = issuer.issue(subjectOf(connection.name), tokenAudience, tokenSeconds);
  tokens.push(oidcToken);
  return { status: 200, content: { oidcToken } };
}

function subjectOf(connectionName: string): string {
  return `sc://${organization}/${project.name}/${connectionName}`;
}
