import http from "node:http";
import type { AddressInfo } from "node:net";

/** What a stub answers to one request. */
export interface StubAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/**
 * A web server that gives the answers for a path in turn, the last of them again and again; 404 for any other path.
 *
 * @param answers by path, as it comes on the wire.
 */
export async function startSiteStub(answers: Readonly<Record<string, readonly StubAnswer[]>>) {
  const requests: { readonly path: string; readonly headers: http.IncomingHttpHeaders }[] = [];
  const server = http.createServer((request, response) => {
    const path = request.url ?? "";
    const earlier = requests.filter((one) => one.path === path).length;
    requests.push({ path, headers: request.headers });
    const turns = answers[path] ?? [{ status: 404 }];
    const { status = 200, headers = {}, body = "" } = turns[Math.min(earlier, turns.length - 1)] as StubAnswer;
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
