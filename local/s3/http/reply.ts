import type { Body } from "../store/bodies.ts";

/** A stretch of a stored body. Who makes one retains the body; it is released when it has been sent. */
export interface StoredRange {
  readonly body: Body;
  /** First byte. */
  readonly start: number;
  /** Byte after the last one. */
  readonly end: number;
}

/** What an operation answers. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An XML document, or object content, whose Content-Length is in the headers. */
  readonly content?: string | StoredRange;
}

/** 200 with a document. */
export function documentReply(document: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status: 200, headers: { "content-type": "application/xml", ...headers }, content: document };
}
