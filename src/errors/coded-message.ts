import type { ErrorCode } from "./error-codes.ts";

/** An error or a warning: its text, and its code. */
export interface CodedMessage {
  /** Without the code, so that messages can be put together. */
  readonly message: string;
  readonly code: ErrorCode;
}

/** What users read of an error or a warning, in the log, the summary and the plan file. */
export function printed({ message, code }: CodedMessage): string {
  return `${message} [${code}]`;
}
