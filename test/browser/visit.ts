import type { DevTools, DevToolsEvent } from "./devtools.ts";

/** What a browser has fetched for a page. */
export interface Fetched {
  readonly status: number;
  /** As the server calls it, without parameters. */
  readonly contentType: string;
  readonly contentEncoding?: string;
}

/** What has come of a visit. */
export interface Visit {
  /** Where the visitor is in the end. */
  readonly url: string;
  /** Of the page itself. */
  readonly status: number;
  /** All that was fetched from servers, by URL. */
  readonly fetched: ReadonlyMap<string, Fetched>;
  /** What the console says: errors, warnings, exceptions; and requests that came to nothing. */
  readonly problems: readonly string[];
}

interface Resource {
  readonly url: string;
  readonly status: number;
  readonly mimeType: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The network is idle half a second after the last request; a server of this machine answers all of a page well within this. */
const VISIT_TIMEOUT_MS = 30_000;

/** A tab of a browser. */
export class Tab {
  readonly #devTools: DevTools;
  readonly #sessionId: string;

  private constructor(devTools: DevTools, sessionId: string) {
    this.#devTools = devTools;
    this.#sessionId = sessionId;
  }

  static async open(devTools: DevTools, browserContextId: string): Promise<Tab> {
    const place = { url: "about:blank", browserContextId, width: 1000, height: 800 };
    const { targetId } = await devTools.send<{ targetId: string }>("Target.createTarget", place);
    const attached = await devTools.send<{ sessionId: string }>("Target.attachToTarget", { targetId, flatten: true });
    const tab = new Tab(devTools, attached.sessionId);
    for (const domain of ["Page", "Network", "Runtime", "Log"]) await tab.#send(`${domain}.enable`);
    await tab.#send("Page.setLifecycleEventsEnabled", { enabled: true });
    return tab;
  }

  /** Goes to a URL, and waits until the page has all that it asks for. */
  async visit(url: string): Promise<Visit> {
    const events: DevToolsEvent[] = [];
    const stop = this.#devTools.listen((event) => {
      if (event.sessionId === this.#sessionId) events.push(event);
    });
    try {
      const { loaderId, errorText } = await this.#send<{ loaderId: string; errorText?: string }>("Page.navigate", {
        url,
      });
      if (errorText) throw new Error(`${url}: ${errorText}`);
      await this.#untilIdle(events, loaderId);
      return visitOf(events, loaderId, await this.evaluate<string>("location.href"));
    } finally {
      stop();
    }
  }

  /** Evaluates an expression in the page, and waits for its promise. @throws Error with what the page throws */
  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.#send<{ result: { value: T }; exceptionDetails?: Exception }>(
      "Runtime.evaluate",
      { expression, awaitPromise: true, returnByValue: true },
    );
    if (exceptionDetails) throw new Error(textOf(exceptionDetails));
    return result.value;
  }

  /** What the visitor sees, as PNG. */
  async screenshot(): Promise<Buffer> {
    const { data } = await this.#send<{ data: string }>("Page.captureScreenshot", { format: "png" });
    return Buffer.from(data, "base64");
  }

  #send<T>(method: string, params: object = {}): Promise<T> {
    return this.#devTools.send<T>(method, params, this.#sessionId);
  }

  /** @throws Error when time is up */
  #untilIdle(events: readonly DevToolsEvent[], loaderId: string): Promise<void> {
    const isIdle = ({ method, params }: DevToolsEvent) =>
      method === "Page.lifecycleEvent" && params.name === "networkIdle" && params.loaderId === loaderId;
    return new Promise((resolve, reject) => {
      const look = () => {
        if (!events.some(isIdle)) return;
        stop();
        clearTimeout(timeout);
        resolve();
      };
      const stop = this.#devTools.listen(look);
      const timeout = setTimeout(() => {
        stop();
        reject(new Error(`The page was still loading after ${VISIT_TIMEOUT_MS / 1000} s.`));
      }, VISIT_TIMEOUT_MS);
      look();
    });
  }
}

function visitOf(events: readonly DevToolsEvent[], loaderId: string, url: string): Visit {
  const responses = events.filter(({ method }) => method === "Network.responseReceived");
  const own = responses.find(({ params }) => params.requestId === loaderId)?.params.response as Resource | undefined;
  return {
    url,
    status: own?.status ?? 0,
    fetched: new Map(responses.map(({ params }) => fetchedOf(params.response as Resource))),
    problems: events.flatMap(problemOf),
  };
}

function fetchedOf({ url, status, mimeType, headers }: Resource): [url: string, fetched: Fetched] {
  const contentEncoding = headers["Content-Encoding"] ?? headers["content-encoding"];
  return [url, { status, contentType: mimeType, ...(contentEncoding ? { contentEncoding } : {}) }];
}

interface Exception {
  readonly text: string;
  readonly exception?: { readonly description?: string };
}

function problemOf({ method, params }: DevToolsEvent): string[] {
  switch (method) {
    case "Network.loadingFailed":
      return [`request: ${params.errorText}`];
    case "Runtime.exceptionThrown":
      return [`exception: ${textOf(params.exceptionDetails as Exception)}`];
    case "Runtime.consoleAPICalled":
      return params.type === "error" || params.type === "warning" ? [`console: ${JSON.stringify(params.args)}`] : [];
    case "Log.entryAdded": {
      const { level, text } = params.entry as { level: string; text: string };
      return level === "error" || level === "warning" ? [`${level}: ${text}`] : [];
    }
    default:
      return [];
  }
}

function textOf({ text, exception }: Exception): string {
  return exception?.description ?? text;
}
