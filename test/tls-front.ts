import type net from "node:net";
import type { AddressInfo } from "node:net";
import tls from "node:tls";

/** TLS in front of a server that speaks TLS of its own, for what that one cannot do, as ask clients for their certificates. */
export interface TlsFront {
  /** Such as `https://127.0.0.1:8443`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Starts one for the server at `url`. It passes bytes on, so that servers see the Host header of the request as it was signed. */
export async function startTlsFront(url: string, options: tls.TlsOptions): Promise<TlsFront> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<net.Socket>();
  const server = tls.createServer(options, (socket) => {
    const onward = tls.connect({ host: hostname, port: Number(port), rejectUnauthorized: false });
    for (const each of [socket, onward]) sockets.add(each.on("error", () => undefined));
    socket.pipe(onward).pipe(socket);
    socket.on("close", () => onward.destroy());
    onward.on("close", () => socket.destroy());
  });
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
