import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import net, { type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TLSSocket } from "node:tls";
import type { StepRequest } from "../../local/agent/agent.ts";
import { type S3Server, startS3Server } from "../../local/s3/server.ts";
import type { StsServer } from "../stand-ins/sts/server.ts";
import { awsTls } from "./aws-tls.ts";

/** Amazon S3 and AWS STS by their own names: what a connection without an address of its own leads to. */
export interface AmazonBehindProxy {
  readonly s3: S3Server;
  /** How the agent is to be configured so that its steps reach the stand-ins, and nothing else. */
  readonly agent: Pick<StepRequest, "proxy" | "certificates">;
  close(): Promise<void>;
}

/**
 * Starts a proxy behind which the stand-ins have the names of Amazon S3 and of STS in us-east-1. Plain http it passes on as it is.
 *
 * @param sts knows the sessions that the S3 server takes, too.
 */
export async function startAmazonBehindProxy(sts: StsServer): Promise<AmazonBehindProxy> {
  const s3 = await startS3Server({
    tls: awsTls,
    baseHost: "s3.us-east-1.amazonaws.com",
    credentials: sts.sessions.lookup,
  });
  const proxy = http.createServer(forward);
  const sockets = new Set<Socket>();
  proxy.on("connection", (socket) => sockets.add(socket));
  proxy.on("connect", (request, socket: Socket) => {
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    if (request.url === "sts.us-east-1.amazonaws.com:443")
      relay(new TLSSocket(socket, { isServer: true, ...awsTls }), sts.url);
    else if (/(^|\.)s3\.us-east-1\.amazonaws\.com:443$/.test(request.url ?? "")) relay(socket, s3.url);
    else socket.destroy();
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const folder = mkdtempSync(join(tmpdir(), "aws-ca-"));
  const ca = join(folder, "ca.pem");
  writeFileSync(ca, awsTls.cert);
  return {
    s3,
    agent: { proxy: { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` }, certificates: { ca } },
    async close() {
      proxy.close();
      for (const socket of sockets) socket.destroy();
      await s3.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Hands all that comes on to a server, and back. */
function relay(socket: Socket, url: string): void {
  const server = net.connect(Number(new URL(url).port), "127.0.0.1");
  for (const end of [socket, server]) end.on("error", () => [socket, server].forEach((each) => void each.destroy()));
  socket.pipe(server).pipe(socket);
}

function forward(request: http.IncomingMessage, response: http.ServerResponse): void {
  const { url = "", method, headers } = request;
  const onward = http.request(url, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on("error", () => response.writeHead(502).end());
  request.pipe(onward);
}
