import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import net, { type AddressInfo } from "node:net";
import { localhostTls } from "../../local/s3/localhost-tls.ts";
import { describeFailure } from "../../src/aws/errors/error-hints.ts";
import type { HttpRequest, HttpResponse } from "../../src/http/messages.ts";
import type { NetworkSettings } from "../../src/http/network-settings.ts";
import { createTransport, type Transport } from "../../src/http/transport.ts";
import { type ForwardProxy, startForwardProxy } from "../stand-ins/proxy/forward-proxy.ts";

const user = { name: "corp\\me", password: "p@ss:/%41 ü" };

describe("the transport, through a proxy", () => {
  let closers: (() => unknown)[] = [];
  let proxy: ForwardProxy;
  let ports: { http: number; https: number };

  beforeEach(async () => {
    closers = [];
    proxy = await startForwardProxy({ user, forbiddenHosts: ["forbidden.example"] });
    closers.push(() => proxy.close());
    ports = { http: await serve(http.createServer(echo)), https: await serve(https.createServer(localhostTls, echo)) };
  });
  afterEach(async () => {
    for (const close of closers.reverse()) await close();
  });

  it("sends 200 requests over https through as many tunnels as it may have connections", async () => {
    const transport = through(proxy.url);
    const answers = await Promise.all(Array.from({ length: 200 }, () => put(transport, "https:")));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]));
    assert.deepEqual(proxy.tunnels, Array(4).fill(`127.0.0.1:${ports.https}`));
  });

  it("sends requests over http by their whole URL, and the server sees nothing of the proxy's password", async () => {
    const answer = await put(through(proxy.url), "http:", { target: "/a/../b%20c?x=%2F" });
    assert.deepEqual(JSON.parse(String(answer.body)), { method: "PUT", url: "/a/../b%20c?x=%2F", body: "body" });
    assert.deepEqual(proxy.forwarded, [`PUT http://127.0.0.1:${ports.http}/a/../b%20c?x=%2F`]);
  });

  it("speaks TLS with the proxy as well, and trusts it by the same authorities", async () => {
    const secure = await startForwardProxy({ user, tls: localhostTls });
    closers.push(() => secure.close());
    for (const protocol of ["http:", "https:"] as const) {
      assert.equal((await put(through(secure.url), protocol)).status, 201);
    }
    assert.deepEqual([secure.tunnels.length, secure.forwarded.length], [1, 1]);
    const distrustful = through(secure.url, { proxyFor: () => withUser(secure.url), skipsValidation: false });
    assert.match(
      await failureOf(distrustful, "http:"),
      /The certificate of 127.0.0.1:\d+ is not trusted\. Check the agent's/,
    );
  });

  it("holds the certificate against the server's address, not the proxy's name", async function () {
    // Elsewhere there is one loopback address.
    if (process.platform !== "linux") this.skip();
    const named = proxy.url.replace("127.0.0.1", "localhost");
    const transport = through(named);
    const answer = transport.exchange(request("https:", { hostname: "127.0.0.2" }));
    await assert.rejects(answer, {
      systemCode: "ERR_TLS_CERT_ALTNAME_INVALID",
      code: "certificate-name-wrong",
      stage: "beyond",
    });
  });

  const setting = "the server URL of awsCredentials";
  const failures: [title: string, proxy: () => string, message: RegExp][] = [
    [
      "a wrong password",
      () => withUser(proxy.url, { ...user, password: "wrong" }).href,
      /the proxy HOST answered 407 Proxy Authentication Required\. The proxy requires a user and a password, or the configured ones are wrong. Check the agent's proxy settings \(\.\/config\.sh --proxyurl\) \(\.\/config\.sh --proxyusername, --proxypassword\)/,
    ],
    [
      "a proxy that is not there",
      () => "http://127.0.0.1:1",
      /the proxy 127\.0\.0\.1:1 was not reached: connect ECONNREFUSED 127\.0\.0\.1:1\. Check the agent's proxy settings/,
    ],
    [
      "a proxy whose name is not known",
      () => "http://u:p@proxy.invalid:3128",
      /the proxy proxy\.invalid:3128 was not reached: getaddrinfo ENOTFOUND proxy\.invalid\. Check the agent's proxy settings/,
    ],
    [
      "a proxy that speaks http where https is set",
      () => proxy.url.replace("http:", "https:"),
      /the proxy HOST was not reached: wrong version number\. The server uses another protocol\. Check http or https, and the port, in the agent's proxy settings/,
    ],
  ];
  for (const protocol of ["http:", "https:"] as const) {
    for (const [title, url, message] of failures) {
      it(`tells what to do about ${title} (${protocol})`, async () => {
        const text = await failureOf(through(url()), protocol);
        assert.match(text.replace(new URL(proxy.url).host, "HOST"), message);
        assert.doesNotMatch(text, /p@ss|wrong@|u:p/, "no password");
      });
    }
  }

  it("tells what to do where the proxy forbids the host, or does not reach it", async () => {
    const forbidden = await failureOf(through(proxy.url), "https:", { hostname: "forbidden.example" });
    assert.match(forbidden, /answered 403 Forbidden\. The proxy does not allow connections to forbidden\.example/);
    const unreached = await failureOf(through(proxy.url), "https:", { port: 1 });
    assert.match(
      unreached,
      new RegExp(`answered 502 Bad Gateway\\. The proxy does not reach 127\\.0\\.0\\.1\\. Check ${setting}`),
    );
  });

  it("says whose proxy it is where it came from the environment", async () => {
    const url = withUser(proxy.url, { ...user, password: "wrong" });
    const network: NetworkSettings = { proxyFor: () => url, proxySource: "environment", skipsValidation: false };
    assert.match(
      await failureOf(through(proxy.url, network), "https:"),
      /Check HTTPS_PROXY or HTTP_PROXY in the step's/,
    );
  });

  it("tells of a certificate that is not trusted, which may be the proxy's own", async () => {
    const network: NetworkSettings = { proxyFor: () => withUser(proxy.url), skipsValidation: false };
    const text = await failureOf(through(proxy.url, network), "https:");
    assert.match(
      text,
      /self-signed certificate \(through the proxy .*\)\. The certificate of 127\.0\.0\.1 is not trusted\. .*--sslcacert.*NODE_EXTRA_CA_CERTS.* If the proxy .* inspects TLS, this is the authority of the proxy\./,
    );
  });

  for (const protocol of ["http:", "https:"] as const) {
    it(`gives up a proxy that does not answer (${protocol})`, async () => {
      const port = await serve(net.createServer(() => undefined));
      const url = `http://127.0.0.1:${port}`;
      await assert.rejects(put(through(url, networkOf(url), 150), protocol), { systemCode: "ETIMEDOUT" });
    });
  }

  it("tells of a proxy that hangs up", async () => {
    const port = await serve(net.createServer((socket) => socket.once("data", () => socket.end())));
    await assert.rejects(put(through(`http://127.0.0.1:${port}`), "https:"), {
      systemCode: "ECONNRESET",
      code: "proxy-not-reached",
      stage: "unreached",
    });
  });

  it("ends what waits for a proxy when it is closed", async () => {
    const server = net.createServer(() => undefined);
    const asked = once(server, "connection");
    const port = await serve(server);
    const transport = createTransport({
      maxConnections: 1,
      idleTimeoutMs: 60_000,
      network: networkOf(`http://127.0.0.1:${port}`),
    });
    const answer = assert.rejects(put(transport, "https:"), { stage: "unreached" });
    await asked;
    transport.close();
    await answer;
  });

  it("ends a request by its signal while the tunnel is opened", async () => {
    const server = net.createServer(() => undefined);
    const asked = once(server, "connection");
    const port = await serve(server);
    const controller = new AbortController();
    const answer = put(through(`http://127.0.0.1:${port}`), "https:", { signal: controller.signal });
    const ended = assert.rejects(answer, /enough/);
    await asked;
    controller.abort(new Error("enough"));
    await ended;
  });

  for (const status of [401, 407]) {
    it(`takes ${status} for the server's own where it comes through a tunnel`, async () => {
      const port = await serve(
        https.createServer(localhostTls, (_request, response) => {
          response.writeHead(status, { "www-authenticate": "Basic realm=store" }).end();
        }),
      );
      assert.equal((await put(through(proxy.url), "https:", { port })).status, status);
    });
  }

  function through(url: string, network = networkOf(url), timeoutMs = 10_000): Transport {
    const transport = createTransport({
      maxConnections: 4,
      idleTimeoutMs: timeoutMs,
      connectTimeoutMs: timeoutMs,
      network,
    });
    closers.push(() => transport.close());
    return transport;
  }

  function put(
    transport: Transport,
    protocol: "http:" | "https:",
    given: Partial<HttpRequest> = {},
  ): Promise<HttpResponse> {
    return transport.exchange(request(protocol, given));
  }

  function request(protocol: "http:" | "https:", given: Partial<HttpRequest>): HttpRequest {
    const port = protocol === "http:" ? ports.http : ports.https;
    const body = { sizeBytes: 4, chunks: () => [Buffer.from("body")] };
    const headers = { host: `127.0.0.1:${port}`, "content-length": "4" };
    return { protocol, hostname: "127.0.0.1", port, method: "PUT", target: "/", headers, body, ...given };
  }

  async function failureOf(
    transport: Transport,
    protocol: "http:" | "https:",
    given: Partial<HttpRequest> = {},
  ): Promise<string> {
    const error = await put(transport, protocol, given).then(
      ({ status }) => assert.fail(`it was answered with ${status}`),
      (reason: unknown) => reason,
    );
    return describeFailure(error, "bucket", "key");
  }

  async function serve(server: net.Server): Promise<number> {
    const sockets = new Set<net.Socket>();
    server.on("connection", (socket) => sockets.add(socket.on("error", () => undefined)));
    closers.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
    return (server.address() as AddressInfo).port;
  }
});

function networkOf(url: string): NetworkSettings {
  const proxy = new URL(url).username ? new URL(url) : withUser(url);
  return { proxyFor: () => proxy, authorities: localhostTls.cert, skipsValidation: false };
}

function withUser(url: string, { name, password } = user): URL {
  return Object.assign(new URL(url), { username: encodeURIComponent(name), password: encodeURIComponent(password) });
}

async function echo(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const proxyHeaders = Object.fromEntries(Object.entries(request.headers).filter(([name]) => name.startsWith("proxy")));
  const { method, url } = request;
  response.writeHead(201).end(JSON.stringify({ method, url, body: String(Buffer.concat(chunks)), ...proxyHeaders }));
}
