/** A request that the server has seen, for tests to look at. */
export interface SeenRequest {
  /** S3's name of the operation; a name in the same manner for one that is not implemented. */
  readonly operation: string;
  readonly method: string;
  readonly bucket?: string;
  readonly key?: string;
  readonly query: Readonly<Record<string, string>>;
  /** By lower-case name, as sent. */
  readonly headers: Readonly<Record<string, string>>;
  /** The HTTP status answered; 0 while, or because, no answer has been sent. */
  readonly status: number;
  /** S3's error code, where an error was answered. */
  readonly errorCode?: string;
  /** Bytes of the request body on the wire, aws-chunked framing included. */
  readonly bytesReceived: number;
  /** Numbers the connections from 1 on: requests on one kept-alive connection share it. */
  readonly connectionId: number;
}

/** A log entry that is still being written. */
export type OpenEntry = { -readonly [Name in keyof SeenRequest]: SeenRequest[Name] };

/** What the server has seen, in order of arrival. */
export class RequestLog {
  readonly #entries: OpenEntry[] = [];

  get entries(): readonly SeenRequest[] {
    return this.#entries;
  }

  open(about: Omit<SeenRequest, "status" | "errorCode" | "bytesReceived">): OpenEntry {
    const entry = { ...about, status: 0, bytesReceived: 0 };
    this.#entries.push(entry);
    return entry;
  }

  clear(): void {
    this.#entries.length = 0;
  }
}
