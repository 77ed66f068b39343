import type { BodyReceiver } from "./body-receiver.ts";

/** Bytes that can be sent more than once: each call of `chunks` starts from the first byte. */
export interface Body {
  readonly sizeBytes: number;
  /** A chunk may be overwritten by its owner once the next one is asked for, or the iteration ended. */
  chunks(): Iterable<Buffer> | AsyncIterable<Buffer>;
}

/** One request as it goes on the wire, headers in full. */
export interface HttpRequest {
  readonly protocol: "http:" | "https:";
  readonly hostname: string;
  readonly port: number | undefined;
  readonly method: string;
  /** Path and query, percent-encoded. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Body | undefined;
  readonly receive?: Receiver | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The head of an answer. */
export interface ResponseHead {
  readonly status: number;
  /** The reason phrase, for people. */
  readonly statusText?: string;
  /** By lower-case names. Values of repeated headers are joined with commas. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** An answer, read to its end. */
export interface HttpResponse extends ResponseHead {
  /** Empty if a receiver took it. */
  readonly body: Buffer;
}

/** Called with the head of each answer that has a 2xx status. What it returns takes the body, which is then not collected in memory. */
export type Receiver = (head: ResponseHead) => BodyReceiver;
