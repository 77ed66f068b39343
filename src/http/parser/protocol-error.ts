/** What came is not an answer in HTTP/1. */
export class ProtocolError extends Error {
  override readonly name: string = "ProtocolError";
  /** The name that Node's own parser has for it. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
