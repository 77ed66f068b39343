import type { Socket } from "node:net";
import { type ConnectionError, reasonOf } from "../connection-error.ts";

/** Makes an error of what went wrong, by Node's code and a reason for people. */
export type SocketFailure = (code: string, reason: string) => ConnectionError;

/** What holds for one step of opening a socket. */
export interface StepOptions {
  readonly timeoutMs: number;
  /** What is missing when the time is over, for people. */
  readonly missing: string;
  /** Ends the opening. */
  readonly signal: AbortSignal;
  readonly failure: SocketFailure;
}

/**
 * Waits for one step of opening a socket: that it is connected, say, or that the proxy answers.
 *
 * @param watch calls `done` when the step is done.
 * @throws what `failure` makes of what went wrong; the socket is destroyed then.
 */
export function openingStep<T>(
  socket: Socket,
  { timeoutMs, missing, signal, failure }: StepOptions,
  watch: (done: (result: T) => void, fail: (code: string, reason: string) => void) => void,
): Promise<T> {
  let fail!: (code: string, reason: string) => void;
  const step = new Promise<T>((resolve, reject) => {
    fail = (code, reason) => {
      reject(failure(code, reason));
      socket.destroy();
    };
    watch(resolve, fail);
  });
  const close = () => fail("ECONNRESET", "the connection ended before it was established");
  const timer = setTimeout(() => fail("ETIMEDOUT", `no ${missing} within ${timeoutMs / 1000} s`), timeoutMs);
  signal.addEventListener("abort", close);
  // It listens as long as the socket exists, so that no error is without a listener.
  socket.on("error", (error: NodeJS.ErrnoException) => fail(error.code ?? "unknown", reasonOf(error)));
  socket.on("close", close);
  if (signal.aborted || socket.destroyed) close();
  return step.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener("abort", close);
    socket.off("close", close);
  });
}
