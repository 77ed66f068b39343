import { CodedError } from "../errors/coded-error.ts";

/** The step cannot continue. The message says why and what to do. */
export class StepError extends CodedError {
  override readonly name: string = "StepError";
}
