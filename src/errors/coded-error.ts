import type { CodedMessage } from "./coded-message.ts";
import type { ErrorCode } from "./error-codes.ts";
import { fileErrorCode } from "./system-codes.ts";

/**
 * An error that a user may see. It has subclasses only where code must distinguish them. Each class sets
 * its own name, because the bundle is minified.
 */
export class CodedError extends Error implements CodedMessage {
  override readonly name: string = "CodedError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The code of a thrown value: its own, the code of a file system error, or `unexpected`. */
export function codeOf(error: unknown): ErrorCode {
  return error instanceof CodedError ? error.code : (fileErrorCode(error) ?? "unexpected");
}
