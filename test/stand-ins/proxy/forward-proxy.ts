import http from "node:http";
import https from "node:https";
import net, { type AddressInfo } from "node:net";

export interface ForwardProxyOptions {
  /** Who may use it, by Basic authentication. Default: everybody. */
  readonly user?: { readonly name: string; readonly password: string };
  /** PEM texts; with them the proxy itself is spoken to over TLS. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Of these hosts it will have nothing to do. */
  readonly forbiddenHosts?: readonly string[];
  /** Whether it passes bodies on in chunks, and not their length. */
  readonly sendsChunks?: boolean;
}

/** A web proxy in this process: tunnels for https, and requests passed on for http. */
export interface ForwardProxy {
  /** Such as `http://127.0.0.1:3128`. */
  readonly url: string;
  /** Host and port of each tunnel that was opened. */
  readonly tunnels: readonly string[];
  /** Method and URL of each request that was passed on. */
  readonly forwarded: readonly string[];
  /** How many requests and tunnels were refused. */
  readonly refusals: number;
  clear(): void;
  close(): Promise<void>;
}

/** Headers that are about one connection, and not about the request. Source: RFC 9110, 7.6.1. */
const HOP_HEADERS = new Set(["connection", "proxy-connection", "proxy-authorization", "keep-alive", "te", "upgrade"]);

/** Starts a proxy on a free port of 127.0.0.1. */
export async function startForwardProxy(options: ForwardProxyOptions = {}): Promise<ForwardProxy> {
  const tunnels: string[] = [];
  const forwarded: string[] = [];
  const sockets = new Set<net.Socket>();
  const upstream = new http.Agent({ keepAlive: true });
  let refusals = 0;

  const refusalOf = (request: http.IncomingMessage, host: string): [number, string] | undefined => {
    const isWelcome = !options.user || request.headers["proxy-authorization"] === basic(options.user);
    const refusal: [number, string] | undefined = !isWelcome
      ? [407, "Proxy Authentication Required"]
      : options.forbiddenHosts?.includes(host)
        ? [403, "Forbidden"]
        : undefined;
    if (refusal) refusals++;
    return refusal;
  };

  const server = options.tls ? https.createServer(options.tls) : http.createServer();
  server.on("request", (request: http.IncomingMessage, response: http.ServerResponse) => {
    const url = URL.canParse(request.url ?? "") ? new URL(request.url ?? "") : undefined;
    if (url?.protocol !== "http:") return void response.writeHead(400).end();
    const refusal = refusalOf(request, url.hostname);
    if (refusal) return void response.writeHead(...refusal, { "proxy-authenticate": 'Basic realm="proxy"' }).end();
    forwarded.push(`${request.method} ${request.url}`);
    passOn(request, url, response, upstream, options.sendsChunks && request.method === "GET");
  });
  server.on("connect", (request: http.IncomingMessage, client: net.Socket, head: Buffer) => {
    client.on("error", () => client.destroy());
    const { hostname, port } = new URL(`tunnel://${request.url}`);
    const refusal = refusalOf(request, hostname);
    if (refusal) {
      const challenge = refusal[0] === 407 ? 'Proxy-Authenticate: Basic realm="proxy"\r\n' : "";
      client.end(`HTTP/1.1 ${refusal.join(" ")}\r\n${challenge}Content-Length: 0\r\n\r\n`);
      return;
    }
    openTunnel(client, head, hostname.replace(/^\[|\]$/g, ""), Number(port), () => tunnels.push(request.url ?? ""));
  });
  server.on("connection", (socket: net.Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  return {
    url: `${options.tls ? "https" : "http"}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tunnels,
    forwarded,
    get refusals() {
      return refusals;
    },
    clear() {
      tunnels.length = 0;
      forwarded.length = 0;
      refusals = 0;
    },
    close() {
      upstream.destroy();
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function passOn(
  request: http.IncomingMessage,
  url: URL,
  response: http.ServerResponse,
  agent: http.Agent,
  sendsChunks = false,
): void {
  const onward = http.request({
    agent,
    hostname: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port,
    method: request.method,
    path: (request.url ?? "").slice(url.origin.length),
    headers: withoutHopHeaders(request.rawHeaders),
  });
  onward.on("response", (answer) => {
    const headers = withoutHopHeaders(answer.rawHeaders, sendsChunks);
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, headers);
    answer.pipe(response);
    answer.on("error", () => response.destroy());
  });
  onward.on("error", () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
  response.on("close", () => onward.destroy());
  request.pipe(onward);
}

function openTunnel(client: net.Socket, head: Buffer, hostname: string, port: number, onOpen: () => void): void {
  let isOpen = false;
  const server = net.connect(port, hostname, () => {
    isOpen = true;
    onOpen();
    client.write("HTTP/1.1 200 Connection established\r\n\r\n");
    if (head.length > 0) server.write(head);
    client.pipe(server).pipe(client);
  });
  server.on("error", () => {
    if (!isOpen) client.end("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
  });
  client.on("close", () => server.destroy());
  server.on("close", () => client.destroySoon());
}

function withoutHopHeaders(raw: readonly string[], isWithoutLength = false): string[] {
  const kept: string[] = [];
  for (let at = 0; at < raw.length; at += 2) {
    const [name, value] = [raw[at] as string, raw[at + 1] as string];
    const isDropped = HOP_HEADERS.has(name.toLowerCase()) || (isWithoutLength && /^content-length$/i.test(name));
    if (!isDropped) kept.push(name, value);
  }
  return kept;
}

function basic({ name, password }: NonNullable<ForwardProxyOptions["user"]>): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;
}
