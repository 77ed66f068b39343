import assert from "node:assert/strict";
import { formatManifest, type Manifest, ManifestError } from "../../../src/site/manifest/manifest.ts";
import { parseManifest } from "../../../src/site/manifest/read-manifest.ts";

const PAGE = { "cache-control": "no-cache", "content-type": "text/html" };
const digest = (index: number) => String(index).repeat(64);
const MANIFEST: Manifest = {
  run: { id: "1-2-3", name: "run 7 (build id 70)" },
  writtenMs: Date.UTC(2026, 0, 2, 3, 4, 5),
  entries: new Map([
    ["index.html", { sizeBytes: 4, etag: "e1", sha256: digest(1), headers: PAGE }],
    ["about.html", { sizeBytes: 5, etag: "e2", sha256: digest(2), headers: PAGE, pending: { foreignEtag: "e0" } }],
    ["old.html", { sizeBytes: 6, etag: "e3", sha256: digest(3), headers: PAGE, pending: { isLeaving: true } }],
    ["a “b”\n.js", { sizeBytes: 0, etag: "e4", sha256: digest(4), headers: {}, removedMs: Date.UTC(2026, 0, 1) }],
  ]),
};
/** An entry as it stands in the text. */
const ENTRY = { name: "index.html", sizeBytes: 4, etag: "e1", sha256: digest(1), headers: 0 };
const WRONG_FIELDS: readonly [field: string, value: unknown, shown: string][] = [
  ["name", "", '""'],
  ["name", undefined, "missing"],
  ["name", 7, "7"],
  ["name", "ä".repeat(513), `"${"ä".repeat(98)}…`],
  ["sizeBytes", "4", '"4"'],
  ["sizeBytes", -1, "-1"],
  ["sizeBytes", 1.5, "1.5"],
  ["sizeBytes", 1e300, "1e+300"],
  ["etag", { length: 2 }, '{"length":2}'],
  ["sha256", "d1", '"d1"'],
  ["sha256", null, "null"],
  ["headers", -1, "-1"],
  ["headers", 5, "5"],
  ["headers", "0", '"0"'],
  ["headers", "__proto__", '"__proto__"'],
  ["headers", "length", '"length"'],
  ["removed", "soon", '"soon"'],
  ["removed", 0, "0"],
  ["removed", "+275760-09-13T00:00:00.000Z", '"+275760-09-13T00:00:00.000Z"'],
  ["removed", "2026-99-01T00:00:00.000Z", '"2026-99-01T00:00:00.000Z"'],
  ["reusesName", "true", '"true"'],
  ["reusesName", false, "false"],
  ["pending", null, "null"],
  ["pending", [], "[]"],
  ["pending", { foreignEtag: 1 }, '{"foreignEtag":1}'],
  ["pending", { isLeaving: "yes" }, '{"isLeaving":"yes"}'],
];

describe("a manifest", () => {
  it("is read as it was written", () => {
    assert.deepEqual(parseManifest(formatManifest(MANIFEST)), MANIFEST);
  });

  it("holds equal headers once, and an object a line", () => {
    const lines = formatManifest(MANIFEST).split("\n");
    assert.equal(lines.filter((line) => line.includes("no-cache")).length, 1);
    assert.equal(lines.filter((line) => line.startsWith('{"name"')).length, 4);
  });

  it("of no object with a website is read as well", () => {
    const empty = {
      ...MANIFEST,
      entries: new Map(),
      website: { indexDocument: "index.html", errorDocument: "404.html" },
    };
    assert.deepEqual(parseManifest(formatManifest(empty)), empty);
  });

  it("says nothing of an entry that this version does not know", () => {
    const [first = {}] = JSON.parse(formatManifest(MANIFEST)).objects;
    const text = withPart("objects", [
      JSON.parse(`{"__proto__": {"pending": {}}, "constructor": 1, ${JSON.stringify(first).slice(1)}`),
    ]);
    assert.deepEqual([...parseManifest(text).entries], [...MANIFEST.entries].slice(0, 1));
    assert.equal(({} as Record<string, unknown>).pending, undefined);
  });

  const damaged: Record<string, [text: string, message: string | RegExp]> = {
    "that is empty": ["", /^it is not JSON: /],
    "that was cut off": [formatManifest(MANIFEST).slice(0, -20), /^it is not JSON: /],
    "that is a page": ["<html>Sign in</html>", /^it is not JSON: /],
    "of a million brackets": ["[".repeat(1_000_000), /^it is not JSON: /],
    "that is no object": ["null", "it is not a JSON object"],
    "that is a list": ["[]", "it is not a JSON object"],
    "of a later version": ['{"version":2}', "its version is 2, not 1"],
    "of a version that is none": [`{"version":"${"1".repeat(1000)}"}`, `its version is "${"1".repeat(98)}…, not 1`],
    "without its objects": [withPart("objects", undefined), 'its "objects" is not a list'],
    "whose objects are not a list": [withPart("objects", { length: 1e9 }), 'its "objects" is not a list'],
    "whose headers are not a list": [withPart("headers", "headers"), 'its "headers" is not a list'],
    "of no run": [withPart("run", { id: 1, name: "" }), 'its "run" does not name a publish'],
    "of an endless run": [withPart("run", { id: "1", name: "x".repeat(2000) }), 'its "run" does not name a publish'],
    "of an unknown time": [withPart("written", "soon"), 'its "written" is not a time'],
    "of a time that is a number": [withPart("written", 1e15), 'its "written" is not a time'],
    "with headers that are none": [
      withPart("headers", [null]),
      'item 1 of its "headers" is not a set of header names and values',
    ],
    "with a header that is no text": [
      withPart("headers", [PAGE, { "cache-control": ["no-store"] }]),
      'item 2 of its "headers" is not a set of header names and values',
    ],
    "with a header that has no name": [
      withPart("headers", [{ "a: b\r\nc": "d" }]),
      'item 1 of its "headers" is not a set of header names and values',
    ],
    "with a website without an index": [
      withPart("website", { errorDocument: "404.html" }),
      'its "website" does not name the index document',
    ],
    "with a website that is a text": [
      withPart("website", "index.html"),
      'its "website" does not name the index document',
    ],
    "with an error document that is none": [
      withPart("website", { indexDocument: "index.html", errorDocument: 4 }),
      'the error document of its "website" is 4',
    ],
    "with an entry that is none": [withPart("objects", [null]), "its object 1 is null"],
    "with an entry that is a list": [withPart("objects", [["index.html"]]), 'its object 1 is ["index.html"]'],
    "with a name twice": [
      withPart("objects", [ENTRY, { ...ENTRY, etag: "e2" }]),
      'its object 2 ("index.html") occurs twice',
    ],
    ...Object.fromEntries(
      WRONG_FIELDS.map(([field, value, shown]) => [
        `whose entry has the ${field} ${shown}`,
        [
          withPart("objects", [{ ...ENTRY, [field]: value }]),
          `"${field}" of its object 1${field === "name" ? "" : ' ("index.html")'} is ${shown}, which no publish writes`,
        ],
      ]),
    ),
  };
  for (const [what, [text, message]] of Object.entries(damaged)) {
    it(`${what} is refused`, () => {
      assert.throws(
        () => parseManifest(text),
        (error) => {
          assert.ok(error instanceof ManifestError);
          if (typeof message === "string") assert.equal(error.message, message);
          else assert.match(error.message, message);
          return true;
        },
      );
    });
  }
});

function withPart(name: string, value: unknown): string {
  return JSON.stringify({ ...JSON.parse(formatManifest(MANIFEST)), [name]: value });
}
