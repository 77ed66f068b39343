import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, extname, join } from "node:path";
import { noWebsites, targetName } from "../target.ts";
import { assertSucceeded, outputsOf } from "../tasks/step-result.ts";
import { writeFiles } from "../tasks/write-files.ts";
import { crawl, type Page, type Source } from "./crawl.ts";
import { PublishedSite } from "./published-site.ts";

/** Folders of sites that nobody here has made, where `REAL_SITES` names them. */
const folders = (process.env.REAL_SITES ?? "").split(delimiter).filter((folder) => folder !== "");

/** What servers of the web have long called the files of such sites. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".gif": "image/gif",
  ".html": "text/html",
  ".jpg": "image/jpeg",
  ".js": "text/javascript",
  ".png": "image/png",
  ".svg": "image/svg+xml",
};

/** Of the pages, one in so many is edited, and one is taken away. */
const PAGES_PER_EDIT = 40;

const ADDED = {
  "added/index.html": '<!doctype html><title>Added</title><a href="more/plain & simple.html">More</a>',
  "added/more/plain & simple.html": '<!doctype html><title>More</title><a href="../">Added</a>',
};

describe(`Sites that nobody here has made (${targetName})`, function () {
  this.timeout(600_000);
  if (folders.length === 0) it.skip("set REAL_SITES to their folders, as in PATH, to publish and crawl them");
  if (noWebsites !== undefined) return;

  for (const [index, folder] of folders.entries()) {
    // They are text for the most part, of which one goes as it is and one in gzip.
    const compress = index % 2 === 0 ? "gzip" : "off";

    describe(`${folder.split("/").slice(-2).join("/")}, compress: ${compress}`, () => {
      let copy: string;
      let site: PublishedSite;
      before(async () => {
        copy = mkdtempSync(join(tmpdir(), "real-site-"));
        // Some of the files are links to those of other packages, and not every Node copies such links as files.
        execFileSync("cp", ["-RL", `${folder}/.`, copy]);
        site = await PublishedSite.open();
      });
      after(async () => {
        await site?.close();
        rmSync(copy, { recursive: true });
      });

      it("answers at every link with the file that is linked to, or as missing where it is missing on disk", async () => {
        const filesCount = filesOf(copy).length;
        assert.ok(filesCount > 500, `${filesCount} files`);
        assert.deepEqual(await publish(), { filesUploaded: filesCount });
        await assertAsOnDisk();
      });

      it("does so after pages were edited, added and taken away", async () => {
        const pages = filesOf(copy).filter((path) => path.endsWith(".html") && path !== "index.html");
        const edited = pages.filter((_, place) => place % PAGES_PER_EDIT === 0);
        const removed = pages.filter((_, place) => place % PAGES_PER_EDIT === PAGES_PER_EDIT / 2);
        for (const path of ["index.html", ...edited]) appendFileSync(join(copy, path), '<a href="/added/">Added</a>');
        for (const path of removed) rmSync(join(copy, path));
        writeFiles(copy, ADDED);
        const changes = { filesUploaded: 2, filesUpdated: edited.length + 1, filesDeleted: removed.length };
        assert.deepEqual(await publish(), {
          ...changes,
          filesUnchanged: filesOf(copy).length - changes.filesUploaded - changes.filesUpdated,
        });
        await assertAsOnDisk();
      });

      it("is left as it is where nothing has changed", async () => {
        assert.deepEqual(await publish(), { filesUnchanged: filesOf(copy).length });
      });

      /** @returns what the step counted, but for zeros. */
      async function publish(): Promise<Record<string, number>> {
        const result = await site.publish(copy, { compress });
        assertSucceeded(result);
        const counts = Object.entries(outputsOf(result)).filter(([name]) => name.startsWith("files"));
        return Object.fromEntries(
          counts.map(([name, count]) => [name, Number(count)] as const).filter(([, count]) => count > 0),
        );
      }

      async function assertAsOnDisk(): Promise<void> {
        const [served, onDisk] = await Promise.all([crawl(servedFrom(site.url)), crawl(filesBelow(copy))]);
        const paths = [...new Set([...served.keys(), ...onDisk.keys()])];
        const differences = paths.flatMap((path) => {
          const [got, wanted] = [describePage(served.get(path)), describePage(onDisk.get(path))];
          return got === wanted ? [] : [`${path}: ${got}, and not ${wanted}`];
        });
        assert.deepEqual(differences, []);
        const found = [...onDisk.values()].filter((page) => page !== undefined);
        assert.ok(found.length > 500, `${found.length} pages are linked to`);
      }
    });
  }
});

function filesOf(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1)).sort();
}

/** A website, as its visitors find it. Where nothing is, radosgw does not tell whether anything is. */
function servedFrom(siteUrl: string): Source {
  return async (path) => {
    const { response, body } = await visit(new URL(path, siteUrl));
    const isMissing = response.status === (targetName === "radosgw" ? 403 : 404);
    assert.ok(isMissing || response.status === 200, `${path}: ${response.status}`);
    const [contentType = ""] = (response.headers.get("content-type") ?? "").split(";");
    return isMissing ? undefined : { contentType, body };
  };
}

/** Asks again, as browsers do, if the server closed a connection that it had kept. */
async function visit(url: URL, triesLeft = 3): Promise<{ readonly response: Response; readonly body: Buffer }> {
  try {
    const response = await fetch(url, { redirect: "manual" });
    return { response, body: Buffer.from(await response.arrayBuffer()) };
  } catch (error) {
    if (triesLeft === 1) throw error;
    return visit(url, triesLeft - 1);
  }
}

/** A folder, as a browser would find it that opens its files. */
function filesBelow(folder: string): Source {
  return async (path) => {
    const name = decodeURIComponent(path.endsWith("/") ? `${path}index.html` : path);
    const file = join(folder, name);
    if (!existsSync(file)) return undefined;
    const contentType = CONTENT_TYPES[extname(name)];
    assert.ok(contentType, `nobody has said what ${name} should be called`);
    return { contentType, body: readFileSync(file) };
  };
}

function describePage(page: Page | undefined): string {
  if (page === undefined) return "nothing";
  return `${page.contentType}, ${page.body.length} bytes, ${createHash("sha256").update(page.body).digest("hex")}`;
}
