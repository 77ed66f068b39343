import assert from "node:assert/strict";
import { guessContentType } from "../../src/files/content-type.ts";

describe("the guessed content type", () => {
  const cases: Record<string, string> = {
    "index.html": "text/html; charset=utf-8",
    "a/b.CSS": "text/css; charset=utf-8",
    "app.js": "text/javascript; charset=utf-8",
    "app.mjs": "text/javascript; charset=utf-8",
    "data.json": "application/json; charset=utf-8",
    "image.svg": "image/svg+xml",
    "font.woff2": "font/woff2",
    "photo.jpeg": "image/jpeg",
    "site.webmanifest": "application/manifest+json; charset=utf-8",
    "app.wasm": "application/wasm",
    "archive.tar.gz": "application/gzip",
    Makefile: "application/octet-stream",
    "odd.unknown-extension": "application/octet-stream",
    "odd.constructor": "application/octet-stream",
    html: "application/octet-stream",
    ".htaccess": "application/octet-stream",
    "trailing.": "application/octet-stream",
    "folder.html/README": "application/octet-stream",
    ".well-known/apple-app-site-association": "application/json",
    ".well-known/openid-configuration": "application/json",
    ".well-known/matrix/server": "application/json",
    server: "application/octet-stream",
    ".well-known/acme-challenge/token_1-2": "text/plain; charset=utf-8",
  };
  for (const [path, expected] of Object.entries(cases)) {
    it(`of ${path} is ${expected}`, () => assert.equal(guessContentType(path), expected));
  }
});
