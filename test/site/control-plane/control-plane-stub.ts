import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { createTransport } from "../../../src/http/transport.ts";
import { type ControlPlane, openControlPlane } from "../../../src/site/control-plane/control-plane.ts";

export interface StubAnswer {
  readonly status?: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that the stub got. */
export interface StubRequest {
  /** Method, path and query. */
  readonly line: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** CloudFront and Route 53 as one server that answers as the test says. */
export interface ControlPlaneStub {
  readonly controlPlane: ControlPlane;
  readonly url: URL;
  /** In the order in which they came. */
  readonly requests: readonly StubRequest[];
  close(): Promise<void>;
}

export const stubKeys = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "example/secret" };

export async function startControlPlaneStub(
  answer: (request: StubRequest) => StubAnswer | Promise<StubAnswer>,
): Promise<ControlPlaneStub> {
  const requests: StubRequest[] = [];
  const server = http.createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const line = `${incoming.method} ${incoming.url}`;
    const request = { line, headers: incoming.headers, body: Buffer.concat(chunks).toString() };
    requests.push(request);
    const { status = 200, headers = {}, body } = await answer(request);
    outgoing.writeHead(status, { "content-type": "text/xml", "x-amzn-requestid": "request-1", ...headers }).end(body);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const transport = createTransport({ maxConnections: 2, idleTimeoutMs: 10_000 });
  const controlPlane = await openControlPlane({
    region: "eu-central-1",
    credentials: () => stubKeys,
    transport,
    userAgent: "s3-tasks/1.0.0 AwsS3PublishSite",
    endpoint: url,
  });
  return {
    controlPlane,
    url,
    requests,
    async close() {
      transport.close();
      server.closeAllConnections();
      await once(server.close(), "close");
    },
  };
}

/** A refusal in the form of both services. */
export function refusal(status: number, code: string, message: string): StubAnswer {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, body: `<ErrorResponse>${error}<RequestId>request-1</RequestId></ErrorResponse>` };
}

/** A pause that takes no time, and a clock that goes by it. */
export function fakeTime() {
  const delays: number[] = [];
  return {
    delays,
    pause: async (delayMs: number) => void delays.push(delayMs),
    now: () => delays.reduce((sum, delayMs) => sum + delayMs, 0),
  };
}
