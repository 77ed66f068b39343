import { setMaxListeners } from "node:events";
import { CodedError } from "../errors/coded-error.ts";

/** The agent asked the step to end. */
export class CancelledError extends CodedError {
  override readonly name: string = "CancelledError";

  constructor() {
    super("cancelled", "the step was cancelled");
  }
}

/**
 * A signal that is aborted when the agent cancels the step: by SIGINT, then SIGTERM after 7.5 s, and it kills 2.5 s later. On Windows
 * the two arrive as CTRL_C and CTRL_BREAK.
 */
export function cancellation(): AbortSignal {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  for (const name of ["SIGINT", "SIGTERM", "SIGBREAK"] as const) {
    process.on(name, () => controller.abort(new CancelledError()));
  }
  return controller.signal;
}
