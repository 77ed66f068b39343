import type { AnswerRewrite } from "./http/rewrite.ts";
import type { SeenRequest } from "./request-log.ts";

/** Which requests a fault is for: those that fit all that is given. */
export interface FaultMatch {
  readonly operation?: string | readonly string[];
  readonly bucket?: string;
  readonly key?: string | RegExp;
  readonly method?: string;
  readonly partNumber?: number;
}

export type FaultAction =
  /** Answers an error without doing the work, after the request body has been read. A status of 200 is possible. */
  | {
      readonly kind: "status";
      readonly status: number;
      readonly code: string;
      readonly message?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Waits before the work. */
  | { readonly kind: "delay"; readonly delayMs: number }
  /** Waits before the work, for something that this process does meanwhile. */
  | { readonly kind: "wait"; readonly until: Promise<void> }
  /** Does the work, sends the head and so many bytes of the body, then resets the connection. */
  | { readonly kind: "cutBody"; readonly afterBytes: number }
  /** Does the work, and inverts one byte of the answer's body, the one at the index. */
  | { readonly kind: "corrupt"; readonly byteIndex: number }
  /** Resets the connection without an answer; `when` says how far the request has got, by default not to its body. */
  | { readonly kind: "reset"; readonly when?: "beforeBody" | "duringBody" | "afterBody" | "afterWork" }
  /** Sends something else instead of the answer. */
  | {
      readonly kind: "rewrite";
      /** Whether the request is carried out, or read and forgotten, or answered before its body has been read. */
      readonly work: "done" | "forgotten" | "unread";
      readonly rewrite: AnswerRewrite;
    }
  /** Reads the request and never answers, until the server closes. */
  | { readonly kind: "hang" }
  /** Reads the request body and sends the answer's at this pace. */
  | { readonly kind: "slow"; readonly bytesPerSecond: number };

export interface FaultRule {
  readonly match: FaultMatch;
  /** How many times it acts; every time if not given. */
  readonly times?: number;
  /** How many fitting requests pass unharmed first. */
  readonly after?: number;
  readonly action: FaultAction;
}

/** A rule in force. */
export interface Fault {
  /** How many times it has acted. */
  readonly hits: number;
  remove(): void;
}

type RequestFacts = Pick<SeenRequest, "operation" | "method" | "bucket" | "key" | "query">;

/** The rules in force. The first one that fits a request and is not used up acts on it, alone. */
export class FaultTable {
  readonly #faults = new Set<ActiveFault>();

  add(rule: FaultRule): Fault {
    const fault = new ActiveFault(rule, (self) => this.#faults.delete(self));
    this.#faults.add(fault);
    return fault;
  }

  /** What is to go wrong with a request; counts it. */
  take(request: RequestFacts): FaultAction | undefined {
    for (const fault of this.#faults) {
      if (fault.take(request)) return fault.action;
    }
    return undefined;
  }
}

class ActiveFault implements Fault {
  readonly #rule: FaultRule;
  readonly #onRemove: (self: ActiveFault) => void;
  #hits = 0;
  #passed = 0;

  constructor(rule: FaultRule, onRemove: (self: ActiveFault) => void) {
    this.#rule = rule;
    this.#onRemove = onRemove;
  }

  get hits(): number {
    return this.#hits;
  }

  get action(): FaultAction {
    return this.#rule.action;
  }

  remove(): void {
    this.#onRemove(this);
  }

  /** Whether the fault acts on this request. */
  take(request: RequestFacts): boolean {
    const { match, times = Number.POSITIVE_INFINITY, after = 0 } = this.#rule;
    if (this.#hits >= times || !fits(match, request)) return false;
    if (this.#passed < after) {
      this.#passed++;
      return false;
    }
    this.#hits++;
    return true;
  }
}

function fits(match: FaultMatch, request: RequestFacts): boolean {
  return (
    (match.operation === undefined || [match.operation].flat().includes(request.operation)) &&
    (match.bucket === undefined || match.bucket === request.bucket) &&
    (match.key === undefined || fitsKey(match.key, request.key)) &&
    (match.method === undefined || match.method === request.method) &&
    (match.partNumber === undefined || String(match.partNumber) === request.query.partNumber)
  );
}

function fitsKey(wanted: string | RegExp, key: string | undefined): boolean {
  // String.search ignores a global expression's lastIndex, which RegExp.test would carry along.
  return typeof wanted === "string" ? wanted === key : key !== undefined && key.search(wanted) >= 0;
}
