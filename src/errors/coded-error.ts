import type { CodedMessage } from "./coded-message.ts";
import type { ErrorCode } from "./error-codes.ts";
import { fileErrorCode } from "./system-codes.ts";

/** An error that a user may meet. Classes of it are made where somebody has to tell them apart; each sets its name, which minifying keeps. */
export class CodedError extends Error implements CodedMessage {
  override readonly name: string = "CodedError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The code of whatever was thrown: its own, that of a failure of the file system, or `unexpected`. */
export function codeOf(error: unknown): ErrorCode {
  return error instanceof CodedError ? error.code : (fileErrorCode(error) ?? "unexpected");
}
