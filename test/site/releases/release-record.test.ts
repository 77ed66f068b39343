import assert from "node:assert/strict";
import { formatRecord, parseRecord, type ReleaseRecord } from "../../../src/site/releases/release-record.ts";

const RECORD: ReleaseRecord = {
  number: 7,
  publishedMs: Date.UTC(2026, 0, 2),
  run: { name: "run 12", buildNumber: "20260102.3", commit: "1a2b3c4" },
  content: { number: 7, run: { name: "run 12" } },
  site: { indexDocument: "index.html", singlePageApp: false, siteUrl: "https://www.example.com/" },
  entries: new Map([
    ["index.html", { sizeBytes: 4, etag: "abc", sha256: "0".repeat(64), headers: { "content-type": "text/html" } }],
  ]),
};

describe("the record of a release", () => {
  it("is read as it was written", () => {
    assert.deepEqual(parseRecord(formatRecord(RECORD)), RECORD);
  });

  const hostile: readonly (readonly [title: string, change: (document: Record<string, unknown>) => void])[] = [
    ["a time that no Date has", (document) => Object.assign(document, { publishedMs: 8.64e15 + 2 })],
    ["a time before 1970", (document) => Object.assign(document, { publishedMs: -1 })],
    ["a list for a run", (document) => Object.assign(document, { run: [] })],
    ["a site URL with a password", (document) => setSiteUrl(document, "https://user:secret@example.com/")],
    ["a site URL of a file", (document) => setSiteUrl(document, "file:///etc/passwd")],
    ["a list for a site URL", (document) => setSiteUrl(document, ["https://example.com/"])],
    ["an entry without a size", (document) => Object.assign(document, { objects: [{ name: "a" }] })],
  ];
  for (const [title, change] of hostile) {
    it(`is refused with ${title}`, () => {
      const document = JSON.parse(formatRecord(RECORD));
      change(document);
      assert.throws(() => parseRecord(JSON.stringify(document)), { code: "release-record-invalid" });
    });
  }
});

function setSiteUrl(document: Record<string, unknown>, siteUrl: unknown): void {
  Object.assign(document.site as object, { siteUrl });
}
