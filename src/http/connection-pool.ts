import { Connection, type ConnectionOptions } from "./connection.ts";
import type { HttpRequest, HttpResponse } from "./messages.ts";

interface PoolOptions extends Omit<ConnectionOptions, "onClosed"> {
  /** How many may be open at once. */
  readonly maxConnections: number;
}

/** The connections to one server. They are reused. */
export class ConnectionPool {
  readonly #options: PoolOptions;
  readonly #open = new Set<Connection>();
  /** The connection that became free last is used first, so that the server can close the others when they are idle. */
  readonly #idle: Connection[] = [];
  /** Functions that start the requests waiting for a connection. */
  readonly #waiting: (() => void)[] = [];
  #isClosed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /**
   * Sends a request as soon as a connection is free, and reads the answer.
   *
   * @throws what `Connection.exchange` throws.
   */
  async exchange(request: HttpRequest): Promise<HttpResponse> {
    const connection = this.#take() ?? (await this.#waitForOne(request.signal));
    try {
      return await connection.exchange(request);
    } finally {
      this.#giveBack(connection);
    }
  }

  /** Ends every connection, the requests on them, and those that wait for one. */
  close(): void {
    this.#isClosed = true;
    for (const connection of this.#open) connection.close();
    for (const start of this.#waiting.splice(0)) start();
  }

  #take(): Connection | undefined {
    if (this.#isClosed) throw this.#options.failure("ECONNABORTED", "the step is over");
    return this.#idle.pop() ?? (this.#open.size < this.#options.maxConnections ? this.#connect() : undefined);
  }

  #connect(): Connection {
    const connection: Connection = new Connection({ ...this.#options, onClosed: () => this.#forget(connection) });
    this.#open.add(connection);
    return connection;
  }

  async #waitForOne(signal: AbortSignal | undefined): Promise<Connection> {
    for (;;) {
      await this.#turn(signal);
      const connection = this.#take();
      if (connection) return connection;
    }
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const start = () => {
        signal?.removeEventListener("abort", leave);
        if (!signal?.aborted) return resolve();
        reject(signal.reason);
        this.#waiting.shift()?.();
      };
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(start), 1);
        reject(signal?.reason);
      };
      if (signal?.aborted) return reject(signal.reason);
      signal?.addEventListener("abort", leave, { once: true });
      this.#waiting.push(start);
    });
  }

  #giveBack(connection: Connection): void {
    if (!connection.isUsable) return;
    this.#idle.push(connection);
    this.#waiting.shift()?.();
  }

  #forget(connection: Connection): void {
    this.#open.delete(connection);
    const index = this.#idle.indexOf(connection);
    if (index >= 0) this.#idle.splice(index, 1);
    this.#waiting.shift()?.();
  }
}
