import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { isFingerprinted } from "../../../src/site/content/fingerprint.ts";

const fingerprinted: Readonly<Record<string, readonly string[]>> = {
  webpack: [
    "main.3f2a1b9c0d4e5f6a7b8c.js",
    "main.3f2a1b9c0d4e5f6a7b8c.js.map",
    "123.abcdef12.chunk.js",
    "static/js/main.e40b6fd2.js",
    "static/js/main.e40b6fd2.js.LICENSE.txt",
    "static/css/main.f855e6bc.css",
    "runtime~main.9a8b7c6d.js",
    "images/e3b0c44298fc1c149afbf4c8996fb924.png",
    "image.e12ab567.jpg",
    "assets/js/935f2afb.1c0ffe2d.js",
  ],
  "Vite and Rollup": [
    "assets/index-BxYz12_A.js",
    "assets/index-CVaYn9z3.js",
    "assets/index-3f2a1b9c.css",
    "assets/index.3f2a1b9c.js",
    "assets/utils.8L8ZNlhE.css",
    "assets/repo-list.KTrC4ioP.js",
    "assets/guide_start.md.D3adB33f.lean.js",
    "assets/inter-roman-latin.Di8DUHzh.woff2",
    "assets/client-XItNFmsq.js",
  ],
  Next: [
    "_next/static/chunks/main-app-1a2b3c4d5e6f7a8b.js",
    "_next/static/chunks/0d_ks0ow7ur6m.js",
    "_next/static/Zq8v1kQm3nX0b/_buildManifest.js",
    "docs/_next/static/media/inter-s.p.woff2",
  ],
  Hugo: [
    `css/main.min.${createHash("sha256").update("a").digest("hex")}.css`,
    `js/main.${createHash("md5").update("a").digest("hex")}.js`,
    `js/main.${createHash("sha384").update("a").digest("hex")}.js`,
    `js/main.${createHash("sha512").update("a").digest("hex")}.js`,
    "posts/photo_hu_3f2a1b9c4d5e6f70.webp",
  ],
  "Angular and esbuild": [
    "main-ABCDEFGH.js",
    "polyfills-FFHMD2TL.js",
    "styles-5INURTSO.css",
    "chunk-QHZKXJVB.js",
    "main.0123456789abcdef.js",
    "app-ABCD2345.js",
    "media/logo-K6ZZPIIX.svg",
  ],
  "bundlers, of fonts, images, source maps and wasm": [
    "assets/logo-CVaYn9z3.png",
    "assets/engine-CVaYn9z3.wasm",
    "fonts/inter-K6ZZPIIX.woff2",
    "assets/index-CVaYn9z3.js.gz",
    "main-5INURTSO.css.br",
  ],
  Parcel: ["index.4c3e5f12.js"],
  Gatsby: ["app-1a2b3c4d5e6f7a8b9c0d.js", "component---src-pages-index-js-0f1e2d3c4b5a69788796.js"],
  Astro: ["_astro/hoisted.BX1g2h3i.js", "_astro/photo.DiwrgTda_Z1abc.webp"],
  Nuxt: ["_nuxt/entry.abc12345.js", "_nuxt/D3adB33f.js", "_nuxt/builds.abc12345.js"],
  SvelteKit: ["_app/immutable/entry/start.js", "base/_app/immutable/chunks/index.js"],
  "mdBook, Django and Rails": [
    "theme-dawn-4493f9c8.js",
    "mark-09e88c2c.min.js",
    "css/base.27e20196a850.css",
    `assets/application-${createHash("sha1").update("a").digest("hex")}.js`,
  ],
};

const ordinary: Readonly<Record<string, readonly string[]>> = {
  "a plain name": [
    "README.md",
    "favicon.ico",
    "logo-facebook.svg",
    "font-awesome.css",
    "index-homepage.js",
    "photo-portrait.jpg",
    "main.js",
    "LICENSE",
    "3f2a1b9c0d4e5f6a7b8c",
  ],
  "a version": [
    "jquery-3.7.1.min.js",
    "bootstrap.min.css",
    "jquery-ui-1.13.2.custom.js",
    "fonts/open-sans-v17-latin.woff2",
  ],
  "a date or another number": [
    "report-20261121.pdf",
    "report-1dec2024.pdf",
    "report-2024feb01.pdf",
    "report-20261121a.pdf",
    "IMG_20240131_123456.jpg",
    "backup-1700000000.json",
    "photo-1280x720.jpg",
    "part-a1234567.json",
  ],
  "words of the letters a to f": ["cafebabe.css", "logo-deadbeef.svg", "facade01.png", "decade90.jpg"],
  "words with capitals or numbers": [
    "index-HomePage.js",
    "trait.OsStrExt.js",
    "trait.StdFloat.js",
    "icon-Html5Doc.svg",
    "icon-Sha256Js.js",
    "Audient-iD4-0003.json",
    "font-v30-Bold.woff2",
    "page-About-Us.js",
    "manual-RELEASE2.pdf",
    "manual-FEATURES.pdf",
    "code-33554432.json",
  ],
  "a form that only bundlers' own files have": [
    "photo-DSC23456.jpg",
    "images/photo-DSC23456.jpg",
    "assets/photo-DSC23456.jpg",
    "datasheet-STM32F4X.pdf",
    "assets/datasheet-STM32F4X.pdf",
    "results-FY2425Q3.pdf",
    "img/scan-A4B5C6D7.png",
    "downloads/setup-WIN64X86.zip",
    "talks/keynote-aB3dE5fG.mp4",
    "data/export-Q1W2E3R4.json",
  ],
  "an identifier": [
    "_nuxt/builds/latest.json",
    "photo-9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d.jpg",
    "posts/60f1b2c3d4e5f6a7b8c9d0e1.jpg",
  ],
  "a page, whatever its name": [
    "chapter-12345678.html",
    "2024-01-31-release-notes.html",
    "main.3f2a1b9c0d4e5f6a7b8c.html",
    "_astro/index.HTM",
    "_next/static/page.xhtml",
  ],
};

describe("a name is fingerprinted", () => {
  for (const [maker, paths] of Object.entries(fingerprinted)) {
    for (const path of paths) it(`by ${maker}: ${path}`, () => assert.equal(isFingerprinted(path), true));
  }
});

describe("a name is not fingerprinted that has", () => {
  for (const [what, paths] of Object.entries(ordinary)) {
    for (const path of paths) it(`${what}: ${path}`, () => assert.equal(isFingerprinted(path), false));
  }
});
