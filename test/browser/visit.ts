import type { Page, Response } from "playwright-core";

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

/** Goes to a URL, and waits until the page has all that it asks for. */
export async function visit(page: Page, url: string): Promise<Visit> {
  const responses: Response[] = [];
  const problems: string[] = [];
  page.on("response", (response) => responses.push(response));
  page.on("requestfailed", (request) => problems.push(`request: ${request.failure()?.errorText}`));
  page.on("pageerror", (error) => problems.push(`exception: ${error.stack ?? error.message}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(`${message.type()}: ${message.text()}`);
  });
  const own = await page.goto(url, { waitUntil: "networkidle" });
  await page.removeAllListeners(undefined, { behavior: "wait" });
  const ends = responses.filter((response) => response.request().redirectedTo() === null);
  return { url: page.url(), status: own?.status() ?? 0, fetched: new Map(ends.map(fetchedOf)), problems };
}

function fetchedOf(response: Response): [url: string, fetched: Fetched] {
  const { "content-type": contentType = "", "content-encoding": contentEncoding } = response.headers();
  const [type = ""] = contentType.split(";");
  const encoding = contentEncoding ? { contentEncoding } : {};
  return [response.url(), { status: response.status(), contentType: type, ...encoding }];
}
