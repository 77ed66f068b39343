import type { Socket } from "node:net";
import { type ConnectionError, reasonOf } from "../connection-error.ts";

/** Makes an error from Node's code and a reason for people. */
export type SocketFailure = (code: string, reason: string) => ConnectionError;

/** The settings of one step of opening a socket. */
export interface StepOptions {
  readonly timeoutMs: number;
  /** What did not happen in time, for people. */
  readonly missing: string;
  /** Aborts the opening. */
  readonly signal: AbortSignal;
  readonly failure: SocketFailure;
}

/**
 * Waits for one step of opening a socket, for example for the connection or for the proxy's answer.
 *
 * @param watch calls `done` when the step is done.
 * @throws the error from `failure`; the socket is then destroyed.
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
