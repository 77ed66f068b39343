import http from "node:http";
import https from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { answer, type ServerContext } from "./answer.ts";
import type { Frontend } from "./frontend.ts";
import { xmlError } from "./http/xml.ts";

const keepAliveTimeoutMs = 120_000;

/** The address of a frontend. */
export interface Place {
  /** 0 for one that is free. */
  readonly port: number;
  readonly hostname: string;
  /** PEM texts; with them the listener speaks https alone. */
  readonly tls?: { readonly key: string; readonly cert: string } | undefined;
  /** Numbers the connections. */
  readonly connectionIdOf: (socket: Socket) => number;
}

/** A port on which requests are answered. */
export interface Listener {
  /** Such as `http://127.0.0.1:9000`. */
  readonly url: string;
  /** Ends all connections. Closing it again does nothing. */
  close(): Promise<void>;
}

/**
 * Opens a frontend to requests.
 * @throws when the port is taken
 */
export async function openListener(context: ServerContext, frontend: Frontend, place: Place): Promise<Listener> {
  const { port, hostname, tls, connectionIdOf } = place;
  const onRequest: http.RequestListener = (message, response) => {
    void answer(context, frontend, message, response, connectionIdOf(message.socket));
  };
  const server = tls === undefined ? http.createServer(onRequest) : https.createServer(tls, onRequest);
  server.keepAliveTimeout = keepAliveTimeoutMs;
  // A body of gigabytes may take its time.
  server.requestTimeout = 0;
  server.on("clientError", endBrokenConnection);
  await listen(server, port, hostname);
  const protocol = tls === undefined ? "http" : "https";
  return {
    url: `${protocol}://${hostname}:${(server.address() as AddressInfo).port}`,
    close: () => stop(server),
  };
}

/** Numbers connections from 1 on, whichever listener they are to. */
export function numberConnections(): (socket: Socket) => number {
  const ids = new WeakMap<Socket, number>();
  let count = 0;
  return (socket) => {
    const id = ids.get(socket) ?? ++count;
    ids.set(socket, id);
    return id;
  };
}

/** A client that closes its side within a body, but still reads, gets the answer that the body was not complete. */
function endBrokenConnection(
  error: NodeJS.ErrnoException,
  socket: NodeJS.WritableStream & { writable: boolean },
): void {
  if (!socket.writable || error.code === "ECONNRESET") return;
  const code = error.code === "HPE_INVALID_EOF_STATE" ? "IncompleteBody" : "BadRequest";
  const document = xmlError({ Code: code, Message: "The request was not complete, or was not HTTP." });
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: application/xml\r\nContent-Length: ${document.length}\r\n\r\n${document}`,
  );
}

function listen(server: http.Server, port: number, hostname: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, hostname, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function stop(server: http.Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
