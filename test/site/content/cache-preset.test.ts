import assert from "node:assert/strict";
import { guessContentType } from "../../../src/files/content-type.ts";
import { isPage, presetCacheControl } from "../../../src/site/content/cache-preset.ts";

const forever = "public, max-age=31536000, immutable";
const anHour = "public, max-age=3600";

describe("the cache preset", () => {
  const cases: Readonly<Record<string, string>> = {
    "assets/index-CVaYn9z3.js": forever,
    "_next/static/chunks/app.js": forever,
    "index.html": "no-cache",
    "docs/guide.xhtml": "no-cache",
    "main.3f2a1b9c0d4e5f6a7b8c.html": "no-cache",
    "sw.js": "no-cache",
    "app/sw.mjs": "no-cache",
    "service-worker.js": "no-cache",
    "serviceworker.js": "no-cache",
    "firebase-messaging-sw.js": "no-cache",
    "registerSW.js": "no-cache",
    "ngsw-worker.js": "no-cache",
    "ngsw.json": "no-cache",
    "manifest.webmanifest": "no-cache",
    "_nuxt/builds/latest.json": "no-cache",
    "_app/version.json": "no-cache",
    "page-data/index/page-data.json": "no-cache",
    "page-data/app-data.json": "no-cache",
    "service-worker-assets.js": "no-cache",
    "flutter_service_worker.js": "no-cache",
    "flutter_bootstrap.js": "no-cache",
    "service_worker.js": "no-cache",
    "push/OneSignalSDKWorker.js": "no-cache",
    "OneSignalSDKUpdaterWorker.js": "no-cache",
    "_framework/blazor.boot.json": "no-cache",
    "_framework/blazor.webassembly.js": "no-cache",
    "_framework/dotnet.js": "no-cache",
    "pwabuilder-sw.js": "no-cache",
    "my-service-worker.js": "no-cache",
    "~partytown/partytown-sw.js": "no-cache",
    "mockServiceWorker.js": "no-cache",
    "SW.min.js": "no-cache",
    "docs/__data.json": "no-cache",
    "about/_payload.json": "no-cache",
    "about.data": "no-cache",
    "about/index.pageContext.json": "no-cache",
    "worker.js": anHour,
    "answersw.js": anHour,
    "_framework/dotnet.native.8xk2m0q1zz.wasm": anHour,
    "workbox-3f2a1b9c.js": forever,
    "css/site.css": anHour,
    "images/logo.svg": anHour,
    "robots.txt": anHour,
    "data.json": anHour,
    "answer.js": anHour,
  };
  for (const [path, expected] of Object.entries(cases)) {
    it(`of ${path} is ${expected}`, () => assert.equal(presetCacheControl(path, guessContentType(path)), expected));
  }

  it("of a page goes by its content type, not by its name", () => {
    assert.equal(presetCacheControl("about", "text/html; charset=utf-8"), "no-cache");
    assert.equal(presetCacheControl("_astro/page", "Text/HTML"), "no-cache");
  });
});

describe("a page", () => {
  const cases: Readonly<Record<string, boolean>> = {
    "text/html": true,
    "TEXT/HTML ;charset=iso-8859-1": true,
    "application/xhtml+xml": true,
    "text/html-sandboxed": false,
    "application/xml": false,
    "text/plain": false,
    "": false,
  };
  for (const [type, expected] of Object.entries(cases)) {
    it(`${expected ? "is" : "is not"} of the type "${type}"`, () => assert.equal(isPage(type), expected));
  }
});
