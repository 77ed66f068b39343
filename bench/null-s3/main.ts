import net, { type AddressInfo, type Socket } from "node:net";
import { parseArgs } from "node:util";
import { Bodies, type BodyTaker } from "./bodies.ts";
import { type Answer, Operations } from "./operations.ts";
import { type RequestHead, RequestReader } from "./request-reader.ts";

const bodies = new Bodies();
const operations = new Operations();
let requestsSeen = 0;

/** `tsx bench/null-s3/main.ts [--latency-ms 20]`: serves until it is killed, and prints its URL. */
function main(): void {
  const { values } = parseArgs({ options: { "latency-ms": { type: "string", default: "0" } } });
  const latencyMs = Number(values["latency-ms"]);
  const server = net.createServer({ noDelay: true }, (socket) => serveConnection(socket, latencyMs));
  server.listen({ port: 0, host: "127.0.0.1", backlog: 1024 }, () => {
    const { port } = server.address() as AddressInfo;
    console.log(`http://127.0.0.1:${port}`);
  });
}

function serveConnection(socket: Socket, latencyMs: number): void {
  let head: RequestHead | undefined;
  let taker: BodyTaker | undefined;
  const reader = new RequestReader({
    head(next) {
      head = next;
      taker = bodies.taker(next);
      if (next.headers.has("expect")) socket.write("HTTP/1.1 100 Continue\r\n\r\n");
    },
    body: (chunk) => taker?.take(chunk),
    end() {
      if (!head || !taker) return;
      const answer = operations.answer(head, taker.end());
      if (latencyMs > 0) setTimeout(() => send(socket, answer), latencyMs);
      else send(socket, answer);
    },
  });
  socket.on("data", (chunk: Buffer) => reader.push(chunk));
  // Clients that are done break their connections off.
  socket.on("error", () => socket.destroy());
}

function send(socket: Socket, { status, headers, bodyBytes, body }: Answer): void {
  const about = `x-amz-request-id: ${++requestsSeen}\r\nServer: null-s3\r\nDate: ${new Date().toUTCString()}\r\n`;
  socket.cork();
  const length = status === 204 ? "" : `Content-Length: ${bodyBytes}\r\n`;
  socket.write(`HTTP/1.1 ${status} OK\r\n${length}${about}${headers}\r\n`, "latin1");
  for (const piece of body) socket.write(piece);
  socket.uncork();
}

main();
