import assert from "node:assert/strict";
import http from "node:http";
import https from "node:https";
import net, { type AddressInfo } from "node:net";
import { localhostTls } from "../../local/s3/localhost-tls.ts";
import { openServerAgent } from "../../src/http/server-agent.ts";
import { type ForwardProxy, startForwardProxy } from "../stand-ins/proxy/forward-proxy.ts";

const user = { name: "corp\\me", password: "p@ss:/%41 ü" };

describe("the agent for Node's own client", () => {
  let closers: (() => unknown)[];
  let proxy: ForwardProxy;
  beforeEach(async () => {
    proxy = await startForwardProxy({ user });
    closers = [() => proxy.close()];
  });
  afterEach(async () => {
    for (const close of closers.reverse()) await close();
  });

  for (const protocol of ["http:", "https:"] as const) {
    for (const isProxied of [false, true]) {
      const title = `sends requests over ${protocol.slice(0, -1)}, ${isProxied ? "through a proxy with a password" : "directly"}`;
      it(`${title}, on one connection`, async () => {
        const sockets = new Set<unknown>();
        const answer: http.RequestListener = ({ socket, url, headers }, response) => {
          sockets.add(socket);
          response.end(JSON.stringify({ url, host: headers.host, password: headers["proxy-authorization"] }));
        };
        const port = await listen(
          protocol === "http:" ? http.createServer(answer) : https.createServer(localhostTls, answer),
        );
        const send = open(protocol, port, isProxied ? user.password : undefined);
        for (const path of ["/a?b=c", "/d"]) {
          const seen = await send(path);
          assert.deepEqual(JSON.parse(seen), { url: path, host: `127.0.0.1:${port}` });
        }
        assert.equal(sockets.size, 1);
        const [tunnels, forwarded] = protocol === "https:" ? [1, 0] : [0, 2];
        assert.deepEqual([proxy.tunnels.length, proxy.forwarded.length], isProxied ? [tunnels, forwarded] : [0, 0]);
      });
    }
  }

  it("tells of the proxy's refusal of a tunnel", async () => {
    const port = await listen(https.createServer(localhostTls));
    await assert.rejects(open("https:", port, "another")("/"), { systemCode: "ERR_PROXY_REFUSED", status: 407 });
  });

  it("ends what waits for a connection when it is destroyed", async () => {
    const port = await listen(net.createServer());
    const { agent, send } = openWithAgent("https:", port, undefined);
    const answer = assert.rejects(send("/"), { systemCode: "ECONNRESET" });
    await new Promise((resolve) => setTimeout(resolve, 50));
    agent.destroy();
    await answer;
  });

  function open(protocol: "http:" | "https:", port: number, password: string | undefined) {
    return openWithAgent(protocol, port, password).send;
  }

  function openWithAgent(protocol: "http:" | "https:", port: number, password: string | undefined) {
    const url = new URL(proxy.url);
    const credentials = { username: encodeURIComponent(user.name), password: encodeURIComponent(password ?? "") };
    const proxyFor = () => (password === undefined ? undefined : Object.assign(url, credentials));
    const network = { proxyFor, authorities: localhostTls.cert, skipsValidation: false };
    const hostname = "127.0.0.1";
    const { agent, targetPrefix, headers } = openServerAgent({ protocol, hostname, port }, network, 30_000);
    closers.push(() => agent.destroy());
    const client = protocol === "http:" ? http : https;
    const send = (path: string) =>
      new Promise<string>((resolve, reject) => {
        const outgoing = client.get({ agent, hostname, port, path: targetPrefix + path, headers }, (incoming) => {
          let text = "";
          incoming.setEncoding("utf8").on("data", (chunk: string) => {
            text += chunk;
          });
          incoming.on("end", () => resolve(text));
        });
        outgoing.on("error", reject);
      });
    return { agent, send };
  }

  async function listen(server: net.Server): Promise<number> {
    const sockets = new Set<net.Socket>();
    server.on("connection", (socket) => sockets.add(socket.on("error", () => undefined)));
    closers.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  }
});
