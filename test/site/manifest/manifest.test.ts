import assert from "node:assert/strict";
import { formatManifest, type Manifest, ManifestError, parseManifest } from "../../../src/site/manifest/manifest.ts";

const PAGE = { "cache-control": "no-cache", "content-type": "text/html" };
const MANIFEST: Manifest = {
  run: { id: "1-2-3", name: "run 7 (build id 70)" },
  writtenMs: Date.UTC(2026, 0, 2, 3, 4, 5),
  entries: new Map([
    ["index.html", { sizeBytes: 4, etag: "e1", sha256: "d1", headers: PAGE }],
    ["about.html", { sizeBytes: 5, etag: "e2", sha256: "d2", headers: PAGE, pending: { foreignEtag: "e0" } }],
    ["old.html", { sizeBytes: 6, etag: "e3", sha256: "d3", headers: PAGE, pending: { isLeaving: true } }],
    ["a “b”\n.js", { sizeBytes: 0, etag: "e4", sha256: "d4", headers: {}, removedMs: Date.UTC(2026, 0, 1) }],
  ]),
};

describe("a manifest", () => {
  it("is read as it was written", () => {
    assert.deepEqual(parseManifest(formatManifest(MANIFEST)), MANIFEST);
  });

  it("holds equal headers once, and an object a line", () => {
    const lines = formatManifest(MANIFEST).split("\n");
    assert.equal(lines.filter((line) => line.includes("no-cache")).length, 1);
    assert.equal(lines.filter((line) => line.startsWith('{"name"')).length, 4);
  });

  const damaged: Record<string, [text: string, message: RegExp]> = {
    "that is empty": ["", /^it is not JSON: /],
    "that was cut off": [formatManifest(MANIFEST).slice(0, -20), /^it is not JSON: /],
    "that is no object": ["null", /^it is not a JSON object$/],
    "of a later version": ['{"version":2}', /^it is of version 2, not 1$/],
    "without its parts": [withPart("objects", undefined), /^it lacks its parts$/],
    "of an unknown time": [withPart("written", "soon"), /^it does not say when it was written$/],
    "with an entry that is none": [withPart("objects", [null]), /^its entry null is none$/],
    "with headers that are none": [withPart("headers", [null]), /^its entry \{"name":"index.html",.* is none$/],
    "with an unknown time of removal": [
      withPart("objects", [{ name: "a", sizeBytes: 1, etag: "", sha256: "", headers: 0, removed: "soon" }]),
      /^its entry \{"name":"a",.* is none$/,
    ],
  };
  for (const [what, [text, message]] of Object.entries(damaged)) {
    it(`${what} is refused`, () => {
      assert.throws(
        () => parseManifest(text),
        (error) => error instanceof ManifestError && message.test(error.message),
      );
    });
  }
});

function withPart(name: string, value: unknown): string {
  return JSON.stringify({ ...JSON.parse(formatManifest(MANIFEST)), [name]: value });
}
