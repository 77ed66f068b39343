import assert from "node:assert/strict";
import { decodeWords, encodeMetadata, encodeWords } from "../../src/s3/encoded-words.ts";

describe("encoded words", () => {
  it("give back any text, in words of at most 75 characters", () => {
    const texts = [
      "",
      "plain",
      "ä",
      "Grüße aus Köln, 日本 und 😀",
      "a\nb",
      "\u0000",
      "😀".repeat(100),
      `${"x".repeat(200)}ä`,
    ];
    for (const text of texts) {
      const encoded = encodeWords(text);
      assert.match(encoded, /^[\x20-\x7e]*$/);
      if (encoded !== text) assert.ok(encoded.split(" ").every((word) => word.length <= 75));
      assert.equal(decodeWords(encoded), text);
    }
  });

  const cases: [encoded: string, text: string][] = [
    ["=?UTF-8?B?w6Q=?= =?UTF-8?B?w7Y=?=", "äö"],
    ["=?UTF-8?B?ww==?=\t=?utf-8?b?pA==?=", "ä"],
    ["a =?UTF-8?Q?=C3=A4?= b", "a ä b"],
    ["=?ISO-8859-1?Q?=E4_x?= =?UTF-8?B?w7Y=?=", "ä xö"],
    ["=?UTF-8*de?Q?=C3=A4?=", "ä"],
    ["=?X-UNKNOWN?B?w6Q=?=", "=?X-UNKNOWN?B?w6Q=?="],
    ["=?UTF-8?B?/w==?=", "=?UTF-8?B?/w==?="],
    ["\u00e4", "\u00e4"],
  ];
  for (const [encoded, text] of cases) {
    it(`are read: ${encoded}`, () => assert.equal(decodeWords(encoded), text));
  }

  it("stand in metadata alone", () => {
    assert.deepEqual(encodeMetadata({ "x-amz-meta-name": "ä", "cache-control": "no-cache" }), {
      "x-amz-meta-name": "=?UTF-8?B?w6Q=?=",
      "cache-control": "no-cache",
    });
  });
});
