/** The received bytes are not an HTTP/1 answer. */
export class ProtocolError extends Error {
  override readonly name: string = "ProtocolError";
  /** The name that Node's own parser uses for it. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
