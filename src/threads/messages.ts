import type { DigestAlgorithm } from "../checksums/algorithms.ts";
import type { HttpRequest, ResponseHead } from "../http/messages.ts";
import type { NetworkSettings } from "../http/network-settings.ts";
import type { TransportOptions } from "../http/transport.ts";
import type { ThreadFailure } from "./thread-failure.ts";

/** A stretch of a file that the main thread has opened, and keeps open. */
export interface FileStretch {
  readonly descriptor: number;
  readonly startByte: number;
  readonly sizeBytes: number;
}

/** Where the bytes of answers go: into an open file, from a place in it on. */
export interface FileTarget {
  readonly descriptor: number;
  readonly startByte: number;
  /** Computed of the bytes as they come. */
  readonly digestedBy: DigestAlgorithm | undefined;
}

/** What a thread is started with. It has passwords in it: nothing of it is ever logged. */
export interface ThreadSettings extends Omit<TransportOptions, "network"> {
  readonly network: Omit<NetworkSettings, "proxyFor">;
}

/** A request without what only the main thread has: it decides what becomes of the answer. It has a signature in it, and maybe keys. */
export type PlainRequest = Omit<HttpRequest, "body" | "receive" | "signal">;

/** What the main thread asks of a thread. Each `call` is answered by one `end`. */
export type Order =
  | {
      readonly kind: "exchange";
      readonly call: number;
      readonly request: PlainRequest;
      /** With user and password. */
      readonly proxyUrl: string | undefined;
      /** The body; undefined if the request has none. */
      readonly source: FileStretch | undefined;
      /** What takes the body of the answer. */
      readonly sink: number | undefined;
    }
  /** Whether the bytes behind a head belong into the sink. */
  | { readonly kind: "decision"; readonly call: number; readonly goesOn: boolean }
  | { readonly kind: "abort"; readonly call: number }
  | { readonly kind: "open"; readonly sink: number; readonly target: FileTarget }
  | { readonly kind: "flush"; readonly call: number; readonly sink: number }
  | { readonly kind: "close"; readonly call: number; readonly sink: number };

/** What a call came to. Bytes are a character each (latin1): a text is copied between threads at a fraction of a Buffer's cost. */
export type CallResult =
  | { readonly kind: "response"; readonly head: ResponseHead; readonly body: string }
  | { readonly kind: "flushed"; readonly writtenBytes: number; readonly digest: string | undefined }
  | { readonly kind: "closed" };

/** What a thread says. */
export type Report =
  /** The beginning of an answer whose body is for the sink. It waits for the decision. */
  | { readonly kind: "head"; readonly call: number; readonly head: ResponseHead }
  /** So many more bytes are in the sink. */
  | { readonly kind: "received"; readonly call: number; readonly sizeBytes: number }
  | { readonly kind: "end"; readonly call: number; readonly result: CallResult }
  | { readonly kind: "failure"; readonly call: number; readonly failure: ThreadFailure };
