import type { ErrorCode } from "./error-codes.ts";

/** An error or a warning as people will read it: sentences, and the code that they are found by. */
export interface CodedMessage {
  /** Without the code, so that messages can be put together. */
  readonly message: string;
  readonly code: ErrorCode;
}

/** What is printed of an error or a warning, wherever that is: the message, and its code in brackets. */
export function printed({ message, code }: CodedMessage): string {
  return `${message} [${code}]`;
}
