import { randomUUID } from "node:crypto";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type Fault, type FaultAction, FaultTable } from "../../../local/s3/faults.ts";
import { rewriteAnswer } from "../../../local/s3/http/rewrite.ts";
import { resetConnection } from "../../../local/s3/http/send.ts";
import { act } from "./actions.ts";
import { errorDocument, resultDocument } from "./documents.ts";
import { StsError } from "./errors.ts";
import type { Form } from "./parameters.ts";
import type { IdentityProvider, Role, StsState, User } from "./server-state.ts";
import { SessionTable } from "./sessions.ts";

export interface StsServerOptions {
  readonly users?: readonly User[];
  readonly roles?: readonly Role[];
  readonly identityProviders?: readonly IdentityProvider[];
  /** The region that requests must be signed for. Default: us-east-1. */
  readonly region?: string;
  /** How long sessions live, whatever is asked: for tests that outlive them. */
  readonly sessionSeconds?: number;
  /** Whether refusals name the kind of policy that refuses, as AWS does in some cases. */
  readonly namesPolicies?: boolean;
  /** The server's clock. */
  readonly now?: () => Date;
}

/** What goes wrong, of the ways in which it can here. */
export type StsFault = Extract<FaultAction, { kind: "status" | "delay" | "hang" | "reset" | "rewrite" }>;

/** A request that the server has seen. */
export interface SeenCall {
  readonly action: string;
  readonly form: Form;
  /** By lower-case name. */
  readonly headers: http.IncomingHttpHeaders;
  /** 0 while, or because, no answer has been sent. */
  status: number;
  errorCode?: string;
}

export interface StsServer {
  readonly url: string;
  /** Known users and sessions: an S3 server with its `lookup` as credentials knows the same. */
  readonly sessions: SessionTable;
  /** What the server has seen, in order of arrival. */
  readonly calls: readonly SeenCall[];
  clearCalls(): void;
  /** Adds a role, or puts it instead of the one with its ARN. */
  setRole(role: Role): void;
  /** Lets something go wrong with an action, `times` times, after so many that pass. */
  addFault(action: string, fault: StsFault, times?: number, after?: number): Fault;
  close(): Promise<void>;
}

/** Starts a stand-in for AWS STS in this process, on loopback. */
export async function startStsServer(options: StsServerOptions = {}): Promise<StsServer> {
  const { users = [], roles = [], identityProviders = [], region = "us-east-1", now = () => new Date() } = options;
  const sessions = new SessionTable();
  for (const { arn, accessKeyId, secretAccessKey } of users) {
    sessions.addUser(arn, { accessKeyId, secretAccessKey });
  }
  const rolesByArn = new Map(roles.map((role) => [role.arn, role]));
  const state: StsState = {
    region,
    now,
    sessions,
    roles: rolesByArn,
    users: new Map(users.map((user) => [user.arn, user])),
    identityProviders,
    sessionSeconds: options.sessionSeconds,
    namesPolicies: options.namesPolicies ?? false,
  };
  const faults = new FaultTable();
  const calls: SeenCall[] = [];
  const server = http.createServer((message, response) => {
    answer(message, response, { state, faults, calls }).catch(() => message.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sessions,
    calls,
    clearCalls: () => void calls.splice(0),
    setRole: (role) => void rolesByArn.set(role.arn, role),
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
  readonly state: StsState;
  readonly faults: FaultTable;
  readonly calls: SeenCall[];
}

async function answer(
  message: IncomingMessage,
  response: ServerResponse,
  { state, faults, calls }: ServerContext,
): Promise<void> {
  const body = Buffer.concat(await message.toArray());
  const form = new Map(new URLSearchParams(body.toString("latin1")));
  const call: SeenCall = { action: form.get("Action") ?? "", form, headers: message.headers, status: 0 };
  calls.push(call);
  const requestId = randomUUID();
  const reply = (status: number, document: string, headers: Readonly<Record<string, string>> = {}) => {
    call.status = status;
    const date = state.now().toUTCString();
    response.writeHead(status, { "content-type": "text/xml", "x-amzn-requestid": requestId, date, ...headers });
    response.end(document);
  };
  const fault = faults.take({ operation: call.action, method: message.method ?? "", query: {} });
  if (fault?.kind === "hang") return;
  if (fault?.kind === "reset") return resetConnection(message.socket);
  if (fault?.kind === "delay") await sleep(fault.delayMs);
  if (fault?.kind === "rewrite") rewriteAnswer(response, fault.rewrite);
  if (fault?.kind === "rewrite" && fault.work !== "done") return reply(500, "");
  if (fault?.kind === "status") {
    call.errorCode = fault.code;
    const document = errorDocument(fault.status, fault.code, fault.message ?? "Something went wrong", requestId);
    return reply(fault.status, document, fault.headers);
  }
  try {
    reply(200, resultDocument(call.action, act(message, body, form, state), requestId));
  } catch (error) {
    const stsError = error instanceof StsError ? error : new StsError("InternalFailure", String(error));
    call.errorCode = stsError.code;
    reply(stsError.status, errorDocument(stsError.status, stsError.code, stsError.message, requestId));
  }
}
