/** What there is to say about a line of a file of the site. */
export interface LineMessage {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}
