import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** What visitors have got so far. */
export interface VisitCounts {
  pages: number;
  /** In place of pages that are gone. */
  errorPages: number;
  assets: number;
  /** Of which pages were seen. */
  builds: number;
}

/** What the process of the visitors tells. */
export interface Told {
  readonly counts: VisitCounts;
  /** What was missing, or of another build. */
  readonly complaints: readonly string[];
}

const PROGRAM = fileURLToPath(new URL("publish-visitor-process.ts", import.meta.url));
const VISITORS = 6;

/** Visitors of a website in a process of their own, who load pages with all that these need, one after the other. */
export class Visitors {
  readonly #process: ChildProcess;
  readonly #gone = new AbortController();

  /**
   * @param pages the paths of pages, each with a `/` before it.
   * @param mayMix whether a page may come with assets of another build, as long as none is missing.
   */
  constructor(url: string, pages: readonly string[], mayMix: boolean) {
    const args = [url, JSON.stringify(pages), String(VISITORS), ...(mayMix ? [] : ["same set"])];
    this.#process = fork(PROGRAM, args, { execArgv: ["--import=tsx"] });
    this.#process.once("exit", () => this.#gone.abort(new Error("The process of the visitors has ended.")));
  }

  /** Waits until all pages that are being loaded have come with their assets: nobody has one open from before. */
  settle(): Promise<Told> {
    return this.#order("settle");
  }

  end(): Promise<Told> {
    return this.#order("end");
  }

  /** Ends them at once, wherever they are. */
  kill(): void {
    this.#process.kill("SIGKILL");
  }

  async #order(order: "settle" | "end"): Promise<Told> {
    const answer = once(this.#process, "message", { signal: this.#gone.signal });
    this.#process.send(order);
    const [told] = await answer;
    return told as Told;
  }
}
