/**
 * The program of `Visitors`: loads pages of a website with all that they need, over and over, until it is told to end.
 * Arguments: the website's URL, the paths of pages in JSON, how many visitors there are, and `same set` where a page and its assets are to be
 * of the same build.
 */
import http from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { amount } from "../amounts.ts";
import type { Told, VisitCounts } from "./publish-visitors.ts";

interface Answer {
  readonly status: number;
  readonly body: string;
}

const [url = "", paths = "[]", visitors = "1", rule] = process.argv.slice(2);
const pages: readonly string[] = JSON.parse(paths);
/** How long a visitor looks at a page before the next one. */
const PAUSE_MS = amount(0, 50);
const agent = new http.Agent({ keepAlive: true });
const counts: VisitCounts = { pages: 0, errorPages: 0, assets: 0, builds: 0 };
const builds = new Set<string>();
const complaints: string[] = [];
const loading = new Set<Promise<void>>();
let isEnding = false;

process.on("message", async (order: "settle" | "end") => {
  if (order === "end") isEnding = true;
  await Promise.all(loading);
  const told: Told = { counts: { ...counts, builds: builds.size }, complaints };
  process.send?.(told);
  if (isEnding) process.disconnect();
});

for (let visitor = 0; visitor < Number(visitors); visitor++) void stroll(visitor);

async function stroll(position: number): Promise<void> {
  for (let next = position; !isEnding; next++) {
    const load = loadPage(pages[next % pages.length] as string).catch((error: Error) => {
      complaints.push(error.message);
    });
    loading.add(load);
    await load;
    loading.delete(load);
    await delay(PAUSE_MS);
  }
}

/** A page that is gone has the error page in its place, which is to be whole as well. */
async function loadPage(path: string): Promise<void> {
  const { status, body } = await get(path);
  const [title = "", set = "", ...needs] = body.trimEnd().split("\n");
  const isErrorPage = status === 404 && title.startsWith("404.html of build");
  if (status !== 200 && !isErrorPage) throw new Error(`${path}: ${status} ${body.slice(0, 200)}`);
  if (isErrorPage) counts.errorPages++;
  else counts.pages++;
  builds.add(title.replace(/^.* of /, ""));
  for (const asset of needs.map((line) => line.replace("needs ", ""))) {
    const answer = await get(asset);
    counts.assets++;
    if (answer.status !== 200) throw new Error(`${asset}, which ${title} needs: ${answer.status}`);
    if (rule === "same set" && !answer.body.startsWith(`${set}\n`)) {
      throw new Error(`${asset}, which ${title} of ${set} needs, is ${answer.body}`);
    }
  }
}

function get(path: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.get(`${url}${path}`, { agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
    });
    request.on("error", reject);
  });
}
