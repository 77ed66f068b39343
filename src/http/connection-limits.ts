/** What holds for each connection. */
export interface ConnectionLimits {
  /** Connections to one host that may be open at once. */
  readonly maxConnections: number;
  /** A connection on which nothing moves for so long is given up. */
  readonly idleTimeoutMs: number;
  /** A connection that is not made after so long is given up, a tunnel through a proxy after twice as long. */
  readonly connectTimeoutMs: number;
}
