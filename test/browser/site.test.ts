import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { startChromium } from "../../scripts/servers/chromium.ts";
import { noWebsites, targetName } from "../target.ts";
import { assertSucceeded } from "../tasks/step-result.ts";
import { PublishedSite } from "./published-site.ts";
import { type Visit, visit as visitPage } from "./visit.ts";

/** The path of Chromium, where `CHROMIUM` names one. */
const chromium = process.env.CHROMIUM;
const SITE = fileURLToPath(new URL("site", import.meta.url));

const STYLE = "styles/board.4f0c9e1d2b7a6583.css";
const FONT = "fonts/tide.1c328c7a59db85c6.woff2";
const SCRIPT = "scripts/season.js";
const MODULE = "scripts/board.7c3d5e8fa1b20946.js";
const IMPORTED = "scripts/heights.0b6e2f7d91c8a354.js";
const EMBLEM = "images/anchor.svg";
const PICTURE = "images/quay.png";

/** What website endpoints of others answer where nothing is. */
const MISSING_STATUS = targetName === "radosgw" ? 403 : 404;

describe(`A site in a browser (${targetName})`, function () {
  this.timeout(120_000);
  let browser: Browser;
  let site: PublishedSite;
  let tab: Page;

  if (noWebsites) return;
  if (!chromium) {
    it.skip("set CHROMIUM to the path of Chromium to visit it");
    return;
  }

  before(async () => {
    browser = await startChromium(chromium);
    site = await PublishedSite.open();
  });
  after(async () => {
    await site?.close();
    await browser?.close();
  });
  beforeEach(async () => {
    // It knows nothing of the others: no cache, no cookies.
    tab = await browser.newPage({ viewport: { width: 1000, height: 800 } });
  });

  const visit = (path: string) => visitPage(tab, site.url + path);
  const shown = () =>
    tab.evaluate<Record<string, string>>(`({
      heading: document.querySelector("h1").textContent,
      background: getComputedStyle(document.body).backgroundColor,
    })`);

  for (const [compress, contentEncoding] of [
    ["off", undefined],
    ["gzip", "gzip"],
    ["brotli", "br"],
  ] as const) {
    describe(`published with compress: ${compress}`, () => {
      before(async () => assertSucceeded(await site.publish(SITE, { compress })));

      it("has all that a page asks for", async () => {
        const page = await visit("");
        assert.deepEqual([page.status, page.problems], [200, []]);
        const text = contentEncoding ? { contentEncoding } : {};
        assert.deepEqual(fetchedFor(page, site), {
          "": { status: 200, contentType: "text/html", ...text },
          [EMBLEM]: { status: 200, contentType: "image/svg+xml" },
          [FONT]: { status: 200, contentType: "font/woff2" },
          [IMPORTED]: { status: 200, contentType: "text/javascript", ...text },
          [MODULE]: { status: 200, contentType: "text/javascript" },
          [PICTURE]: { status: 200, contentType: "image/png" },
          [SCRIPT]: { status: 200, contentType: "text/javascript" },
          [STYLE]: { status: 200, contentType: "text/css", ...text },
        });
      });

      it("applies styles, runs scripts and modules, loads fonts, and shows images", async () => {
        await visit("");
        const seen = await tab.evaluate(`document.fonts.ready.then(() => ({
          background: getComputedStyle(document.body).backgroundColor,
          season: document.documentElement.dataset.season,
          rows: [...document.querySelectorAll("#heights tbody tr")].map((row) => row.cells[1].textContent),
          fonts: [...document.fonts].map(({ family, status }) => family + " " + status),
          waveWidth: Math.round(document.querySelector(".wave").getBoundingClientRect().width /
            parseFloat(getComputedStyle(document.querySelector(".wave")).fontSize)),
          images: [...document.images].map(({ naturalWidth, naturalHeight }) => naturalWidth + "x" + naturalHeight),
        }))`);
        assert.deepEqual(seen, {
          background: "rgb(244, 247, 242)",
          season: "summer",
          rows: [
            "4.8 m",
            "4.5 m",
            "3.8 m",
            "2.7 m",
            "1.6 m",
            "0.8 m",
            "0.4 m",
            "0.6 m",
            "1.2 m",
            "2.3 m",
            "3.3 m",
            "4.3 m",
            "4.8 m",
          ],
          fonts: ["Tide loaded"],
          // The wave is three ems wide in this font, and in no other.
          waveWidth: 3,
          images: ["48x32", "64x64"],
        });
      });
    });
  }

  describe("rolled back after a publish that broke it", () => {
    before(async () => {
      const broken = mkdtempSync(join(tmpdir(), "broken-"));
      writeFileSync(join(broken, "index.html"), "<!doctype html><title>Broken</title><h1>Broken</h1>");
      const inputs = { keepReleases: "3", maxDelete: "100%", keepRemovedDays: "0" };
      assertSucceeded(await site.publish(SITE, inputs));
      assertSucceeded(await site.publish(broken, inputs));
      // The publish after it lets go of all assets, so that each of them has to come back.
      assertSucceeded(await site.publish(broken, inputs));
      assertSucceeded(await site.publish("", { action: "rollback" }));
      rmSync(broken, { recursive: true });
    });

    it("has all that a page asks for, and looks as before", async () => {
      const page = await visit("");
      assert.deepEqual([page.status, page.problems], [200, []]);
      assert.deepEqual(
        Object.keys(fetchedFor(page, site)),
        ["", STYLE, FONT, EMBLEM, PICTURE, MODULE, IMPORTED, SCRIPT].sort(),
      );
      assert.equal(await tab.evaluate("getComputedStyle(document.body).backgroundColor"), "rgb(244, 247, 242)");
      const springs = await visit("guide/springs.html");
      assert.deepEqual([springs.status, springs.problems], [200, []]);
    });
  });

  describe("with the preview of a pull request in its bucket", () => {
    const PREVIEW = "pr-12/";
    const NEW_HEADING = "~ The new tide board";
    const NEW_BACKGROUND = "rgb(255, 236, 214)";

    before(async () => {
      assertSucceeded(await site.publish(SITE));
      const proposed = proposeSite(PREVIEW, NEW_HEADING, NEW_BACKGROUND);
      const inputs = { action: "preview", pullRequestId: "12", comment: "false" };
      const place = { configureWebsite: "false", siteUrl: `${site.url}{preview}/` };
      const variables = { "Build.Repository.Provider": "GitHub" };
      const preview = await site.publish(proposed, { ...inputs, ...place }, { variables });
      rmSync(proposed, { recursive: true });
      const codes = preview.issues.map(({ message }) => message.replace(/^.*\[([a-z-]+)\]$/s, "$1"));
      assert.deepEqual([preview.result, codes], ["Succeeded", ["preview-shares-origin"]]);
      // Production publishes once more, and must leave the preview alone.
      assertSucceeded(await site.publish(SITE));
    });

    const files = ["", STYLE, FONT, EMBLEM, PICTURE, MODULE, IMPORTED, SCRIPT].sort();
    const own = { heading: "~ The tide board", background: "rgb(244, 247, 242)" };
    const proposed = { heading: NEW_HEADING, background: NEW_BACKGROUND };
    for (const [what, path, content] of [
      ["the site", "", own],
      ["the preview", PREVIEW, proposed],
      // In the same tab, which has the files of the other one in its cache.
      ["the site after the preview", "", own],
    ] as const) {
      it(`shows ${what}, and nothing of the other one`, async () => {
        if (what === "the site after the preview") await visit(PREVIEW);
        const page = await visit(path);
        assert.deepEqual([page.status, page.problems], [200, []]);
        assert.deepEqual(await shown(), content);
        assert.deepEqual(
          Object.keys(fetchedFor(page, site)),
          files.map((name) => path + name),
        );
      });
    }
  });

  describe("by its addresses", () => {
    const pages: [what: string, path: string, end: string, heading: string][] = [
      ["a folder", "guide/", "guide/", "How to read the board"],
      ["a page in a folder", "guide/springs.html", "guide/springs.html", "Springs and neaps"],
      [
        "a name that a URL has to encode",
        "guide/mar%C3%A9e%20%26%20basin.html",
        "guide/mar%C3%A9e%20%26%20basin.html",
        "The basin",
      ],
      ["a redirect", "tides.html", "guide/springs.html", "Springs and neaps"],
      ["a redirect of all below a folder", "almanac/springs.html", "guide/springs.html", "Springs and neaps"],
    ];
    for (const [what, path, end, heading] of pages) {
      it(`shows ${what}, with its assets`, async () => {
        const page = await visit(path);
        assert.deepEqual(
          { status: page.status, path: page.url.slice(site.url.length), problems: page.problems, ...(await shown()) },
          { status: 200, path: end, problems: [], heading, background: "rgb(244, 247, 242)" },
        );
      });
    }

    // versitygw knows no such address, and radosgw shows the folder there without leading anywhere.
    if (targetName === "embedded") {
      it("leads from a folder's name to the folder, so that relative links work", async () => {
        const page = await visit("guide");
        assert.deepEqual([page.url, page.problems], [`${site.url}guide/`, []]);
      });
    }

    it("goes to the place within a page that a link names", async () => {
      await visit("guide/springs.html#neap");
      const place = `({ target: document.querySelector(":target").id, isScrolled: scrollY > 0 })`;
      assert.deepEqual(await tab.evaluate(place), { target: "neap", isScrolled: true });
    });

    it("shows the error page with its assets for what is not there, at any depth", async () => {
      for (const path of ["pilots.html", "guide/pilots/all.html"]) {
        const page = await visit(path);
        // The browser notes in its console that the page itself is not there.
        const [note, ...others] = page.problems;
        assert.match(note ?? "", new RegExp(`^error: Failed to load resource: .* status of ${MISSING_STATUS} `));
        assert.deepEqual(
          { status: page.status, others, ...(await shown()) },
          { status: MISSING_STATUS, others: [], heading: "Not on the board", background: "rgb(244, 247, 242)" },
        );
      }
    });
  });
});

/** What was fetched, by its path below the site. */
function fetchedFor({ fetched }: Visit, { url }: PublishedSite) {
  return Object.fromEntries([...fetched].map(([address, what]) => [address.slice(url.length), what]).sort());
}

/** A copy of the site with the change of a pull request, under the same file names, built for the path of its preview. */
function proposeSite(path: string, heading: string, background: string): string {
  const folder = mkdtempSync(join(tmpdir(), "proposed-"));
  cpSync(SITE, folder, { recursive: true });
  // The rules of a site are not those of its preview.
  for (const rules of ["_headers", "_redirects"]) rmSync(join(folder, rules));
  const change = (file: string, edit: (text: string) => string) =>
    writeFileSync(join(folder, file), edit(readFileSync(join(folder, file), "utf8")));
  for (const page of ["index.html", "404.html"])
    change(page, (text) => text.replaceAll(/(href|src)="\//g, `$1="/${path}`));
  change("index.html", (text) => text.replace(/<h1>.*<\/h1>/, `<h1>${heading}</h1>`));
  change(STYLE, (text) => text.replace(/background-color: [^;]*/, `background-color: ${background}`));
  return folder;
}
