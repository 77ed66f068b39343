import { codeOf } from "../../errors/coded-error.ts";
import { StepError } from "../../sync/step-error.ts";
import { type Attempt, describeControlPlaneError } from "../control-plane/control-plane-error.ts";

/**
 * Does a request to Route 53.
 *
 * @param what begins the error message, for example "Reading the hosted zone Z1".
 * @throws {StepError} if it fails; the signal's reason.
 */
export async function dnsStep<T>(
  what: string,
  attempt: Attempt,
  signal: AbortSignal,
  request: () => Promise<T>,
): Promise<T> {
  try {
    return await request();
  } catch (error) {
    signal.throwIfAborted();
    throw new StepError(codeOf(error), `${what} failed: ${describeControlPlaneError(error, attempt)}`, {
      cause: error,
    });
  }
}
