import type { CodedMessage } from "../../errors/coded-message.ts";

/** What there is to say about a line of a file of the site. */
export interface LineMessage extends CodedMessage {
  /** From 1. */
  readonly line: number;
}
