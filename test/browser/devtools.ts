import type { ChildProcess } from "node:child_process";
import type { Readable, Writable } from "node:stream";

/** What a browser tells unasked. */
export interface DevToolsEvent {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Of the tab that it is about. */
  readonly sessionId?: string;
}

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/**
 * The Chrome DevTools Protocol over pipes, as a browser speaks it that was started with `--remote-debugging-pipe`: it reads file
 * descriptor 3 and writes 4, and each message is JSON with a NUL at its end.
 * Source: "Chrome DevTools Protocol", https://chromedevtools.github.io/devtools-protocol/
 */
export class DevTools {
  readonly #input: Writable;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Set<(event: DevToolsEvent) => void>();
  #lastId = 0;
  #unread = "";

  constructor(browser: ChildProcess) {
    const [, , , input, output] = browser.stdio;
    this.#input = input as Writable;
    // Both break when the browser ends, which is told below.
    this.#input.on("error", () => undefined);
    (output as Readable).setEncoding("utf8").on("data", (text: string) => this.#read(text));
    browser.once("close", (code, signal) => this.#end(new Error(`The browser ended (${signal ?? code}).`)));
  }

  /** @throws Error with what the browser says of a command that it refuses */
  send<T>(method: string, params: object = {}, sessionId?: string): Promise<T> {
    const id = ++this.#lastId;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
      this.#input.write(`${JSON.stringify({ id, method, params, ...(sessionId ? { sessionId } : {}) })}\0`);
    });
  }

  /** @returns a function that ends it */
  listen(listener: (event: DevToolsEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #read(text: string): void {
    const messages = (this.#unread + text).split("\0");
    this.#unread = messages.pop() ?? "";
    for (const message of messages) this.#take(JSON.parse(message) as Answer | DevToolsEvent);
  }

  #take(message: Answer | DevToolsEvent): void {
    if ("method" in message) {
      for (const listener of this.#listeners) listener(message);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.error) waiting?.reject(new Error(message.error.message));
    else waiting?.resolve(message.result);
  }

  #end(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
