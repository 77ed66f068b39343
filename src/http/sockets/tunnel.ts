import type { Socket } from "node:net";
import type { ResponseHead } from "../messages.ts";
import { ProtocolError } from "../parser/protocol-error.ts";
import { ResponseParser } from "../parser/response-parser.ts";
import { requestHead } from "../request-head.ts";
import { authorityOf, type Origin } from "../server-address.ts";
import { openingStep, type StepOptions } from "./opening-step.ts";

/**
 * Asks a proxy for a tunnel to a server, on a socket that is connected to it. After an answer with a 2xx status, the socket leads to the
 * server.
 *
 * @returns the proxy's answer; its body, if it refused, is not read.
 * @throws what `options.failure` makes of what went wrong.
 *
 * Source: RFC 9110, section 9.3.6.
 */
export function askForTunnel(
  socket: Socket,
  server: Origin,
  headers: Readonly<Record<string, string>>,
  options: StepOptions,
): Promise<ResponseHead> {
  const target = authorityOf(server);
  const parser = new ResponseParser("CONNECT");
  return openingStep(socket, options, (done, fail) => {
    const read = (bytes: Buffer) => {
      try {
        for (let position = 0; position < bytes.length && !parser.head; ) {
          position += parser.parse(bytes.subarray(position));
        }
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        return fail(error.code, error.message);
      }
      if (!parser.head) return;
      // The next bytes are for TLS, which reads them below this stream.
      socket.off("data", read).pause();
      done(parser.head);
    };
    socket.on("data", read);
    socket.once("end", () => fail("ECONNRESET", "it ended the connection before it answered"));
    socket.write(requestHead({ method: "CONNECT", target, headers: { host: target, ...headers } }), "latin1");
  });
}
