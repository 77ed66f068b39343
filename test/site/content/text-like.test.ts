import assert from "node:assert/strict";
import { guessContentType } from "../../../src/files/content-type.ts";
import { isTextLike } from "../../../src/site/content/text-like.ts";

const types: Readonly<Record<string, boolean>> = {
  "text/html; charset=utf-8": true,
  "Text/CSS": true,
  "application/javascript": true,
  "application/json; charset=utf-8": true,
  "application/ld+json": true,
  "application/rss+xml": true,
  "application/xhtml+xml": true,
  "image/png": false,
  "application/octet-stream": false,
  "application/xml-something": false,
  "": false,
};
const files: Readonly<Record<string, boolean>> = {
  "a.html": true,
  "a.js": true,
  "a.mjs": true,
  "a.map": true,
  "a.svg": true,
  "a.txt": true,
  "a.md": true,
  "a.csv": true,
  "a.webmanifest": true,
  "a.wasm": true,
  "a.ico": true,
  "a.ttf": true,
  "a.otf": true,
  "a.eot": true,
  "a.yaml": true,
  "a.woff": false,
  "a.woff2": false,
  "a.jpg": false,
  "a.webp": false,
  "a.avif": false,
  "a.mp4": false,
  "a.pdf": false,
  "a.zip": false,
  "a.gz": false,
  "a.unknown": false,
};

describe("text-like", () => {
  for (const [type, expected] of Object.entries(types)) {
    it(`${expected ? "is" : "is not"} "${type}"`, () => assert.equal(isTextLike(type), expected));
  }
  for (const [name, expected] of Object.entries(files)) {
    it(`${expected ? "is" : "is not"} a file like ${name}`, () =>
      assert.equal(isTextLike(guessContentType(name)), expected));
  }
});
