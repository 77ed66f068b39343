import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";

/** The website of a bucket, for as long as a test needs it. */
export interface Website {
  /** Such as `http://127.0.0.1:9000`: no slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Stands before a server that tells websites by the host names that they are asked for, which resolve nowhere here: passes
 * requests on under such a name, and redirects to that name back as redirects to itself.
 * @param serverUrl where the server listens for visitors of websites
 * @param host the name of the website
 */
export async function openWebsiteFront(serverUrl: string, host: string): Promise<Website> {
  const server = new URL(serverUrl);
  const front = http.createServer((request, response) => passOn(server, host, request, response));
  front.listen(0, "127.0.0.1");
  await once(front, "listening");
  return {
    url: `http://127.0.0.1:${(front.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        front.close(() => resolve());
        front.closeAllConnections();
      }),
  };
}

function passOn(server: URL, host: string, request: http.IncomingMessage, response: http.ServerResponse): void {
  const { method = "", url = "", headers } = request;
  const onward = http.request({
    // A connection for each request: radosgw sends more of an error page than it has announced.
    agent: false,
    hostname: server.hostname,
    port: server.port,
    method,
    path: url,
    headers: { ...headers, host },
  });
  let isComplete = (): boolean => false;
  onward.on("response", (answer) => {
    isComplete = () => answer.complete;
    response.writeHead(answer.statusCode ?? 0, withOwnAddress(answer.headers, host, headers.host ?? ""));
    answer.pipe(response);
    answer.on("error", breakOff);
  });
  onward.on("error", breakOff);
  request.pipe(onward);

  /** What the server breaks off the visitor is to see broken off. */
  function breakOff(): void {
    if (!isComplete()) request.socket.destroy();
  }
}

function withOwnAddress(headers: http.IncomingHttpHeaders, host: string, ownHost: string): http.IncomingHttpHeaders {
  const { location } = headers;
  if (location === undefined || !URL.canParse(location)) return headers;
  const target = new URL(location);
  if (target.hostname !== host) return headers;
  return { ...headers, location: location.replace(`${target.protocol}//${target.host}`, `http://${ownHost}`) };
}
