import type { DigestAlgorithm } from "../checksums/algorithms.ts";
import type { HttpRequest, ResponseHead } from "../http/messages.ts";
import type { NetworkSettings } from "../http/network-settings.ts";
import type { TransportOptions } from "../http/transport.ts";
import type { ThreadFailure } from "./thread-failure.ts";

/** A part of a file that the main thread keeps open. */
export interface FileStretch {
  readonly descriptor: number;
  readonly startByte: number;
  readonly sizeBytes: number;
}

/** The place in an open file where the bytes of answers are written. */
export interface FileTarget {
  readonly descriptor: number;
  readonly startByte: number;
  /** Computed as the bytes arrive. */
  readonly digestedBy: DigestAlgorithm | undefined;
}

/** The settings of a thread. They contain passwords and must not be logged. */
export interface ThreadSettings extends Omit<TransportOptions, "network"> {
  readonly network: Omit<NetworkSettings, "proxyFor">;
}

/** A request without what stays in the main thread. It contains a signature, and maybe keys, and must not be logged. */
export type PlainRequest = Omit<HttpRequest, "body" | "receive" | "signal">;

/** What the main thread asks of a thread. The thread answers each `call` with one `end` or `failure`. */
export type Order =
  | {
      readonly kind: "exchange";
      readonly call: number;
      readonly request: PlainRequest;
      /** Contains user and password. */
      readonly proxyUrl: string | undefined;
      /** The body; undefined if the request has none. */
      readonly source: FileStretch | undefined;
      /** Receives the body of the answer. */
      readonly sink: number | undefined;
    }
  /** Whether the sink may take the body of an answer. */
  | { readonly kind: "decision"; readonly call: number; readonly goesOn: boolean }
  | { readonly kind: "abort"; readonly call: number }
  | { readonly kind: "open"; readonly sink: number; readonly target: FileTarget }
  | { readonly kind: "flush"; readonly call: number; readonly sink: number }
  | { readonly kind: "close"; readonly call: number; readonly sink: number };

/** The result of a call. Bytes are latin1 texts, which are cheaper to copy between threads than Buffers. */
export type CallResult =
  | { readonly kind: "response"; readonly head: ResponseHead; readonly body: string }
  | { readonly kind: "flushed"; readonly writtenBytes: number; readonly digest: string | undefined }
  | { readonly kind: "closed" };

/** What a thread reports. */
export type Report =
  /** The head of an answer. Its body waits for the decision. */
  | { readonly kind: "head"; readonly call: number; readonly head: ResponseHead }
  /** The connection has taken this many more bytes of the source, or the sink of the answer. */
  | { readonly kind: "moved"; readonly call: number; readonly sizeBytes: number }
  | { readonly kind: "end"; readonly call: number; readonly result: CallResult }
  | { readonly kind: "failure"; readonly call: number; readonly failure: ThreadFailure };
