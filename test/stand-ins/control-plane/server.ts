import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Fault, type FaultAction, FaultTable } from "../../../local/s3/faults.ts";
import { rewriteAnswer } from "../../../local/s3/http/rewrite.ts";
import { resetConnection } from "../../../local/s3/http/send.ts";
import { CloudFront, type DistributionFacts } from "./cloudfront.ts";
import { type ControlPlaneAnswer, type ControlPlaneRequest, type FoundOperation, refusal } from "./operation.ts";
import { Route53 } from "./route53.ts";

/** What goes wrong, of the ways in which it can here. */
type ControlPlaneFault = Extract<FaultAction, { kind: "status" | "hang" | "reset" | "rewrite" }>;

export interface ControlPlaneServer {
  readonly url: string;
  readonly cloudFront: CloudFront;
  readonly route53: Route53;
  /** The operations that were asked for, in order. */
  readonly calls: readonly string[];
  /** Lets something go wrong with an operation, `times` times, after so many that pass. */
  addFault(operation: string, fault: ControlPlaneFault, times?: number, after?: number): Fault;
  close(): Promise<void>;
}

/** Starts a stand-in for the parts of CloudFront and Route 53 that a publish needs, in this process, on loopback. */
export async function startControlPlane(distributions: readonly DistributionFacts[] = []): Promise<ControlPlaneServer> {
  const cloudFront = new CloudFront(distributions);
  const route53 = new Route53();
  const faults = new FaultTable();
  const calls: string[] = [];
  const server = http.createServer(async (message, response) => {
    const request = await readRequest(message);
    const operation = cloudFront.find(request) ?? route53.find(request);
    if (!operation) return void response.writeHead(404).end();
    calls.push(operation.name);
    const { method } = request;
    answer(message, response, operation, faults.take({ operation: operation.name, method, query: {} }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cloudFront,
    route53,
    calls,
    addFault: (operation, action, times = Number.POSITIVE_INFINITY, after = 0) =>
      faults.add({ match: { operation }, times, after, action }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readRequest(message: IncomingMessage): Promise<ControlPlaneRequest> {
  const body = Buffer.concat(await message.toArray()).toString();
  const { pathname, searchParams } = new URL(message.url ?? "/", "http://localhost");
  return { method: message.method ?? "", path: pathname.replace(/^\/[\d-]+/, ""), query: searchParams, body };
}

function answer(
  { socket }: IncomingMessage,
  response: ServerResponse,
  operation: FoundOperation,
  fault: FaultAction | undefined,
): void {
  if (fault?.kind === "hang") return;
  if (fault?.kind === "reset") {
    if (fault.when === "afterWork") operation.carryOut();
    resetConnection(socket);
    return;
  }
  if (fault?.kind === "rewrite") rewriteAnswer(response, fault.rewrite);
  const { status, document } = underFault(fault, operation);
  response.writeHead(status, { "content-type": "text/xml", "x-amzn-requestid": "request-1" }).end(document);
}

function underFault(fault: FaultAction | undefined, operation: FoundOperation): ControlPlaneAnswer {
  if (fault?.kind === "status") return refusal(fault.status, fault.code, fault.message ?? "Something went wrong");
  const isForgotten = fault?.kind === "rewrite" && fault.work !== "done";
  return isForgotten ? refusal(500, "InternalError", "forgotten") : operation.carryOut();
}
