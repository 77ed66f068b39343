import assert from "node:assert/strict";
import { escapeControls } from "../../src/agent/escape.ts";

describe("the escaping of text from outside", () => {
  const cases: [text: string, shown: string][] = [
    ["plain ä漢😀 text", "plain ä漢😀 text"],
    ["two\nlines\r\nmore", "two\\u{a}lines\\u{d}\\u{a}more"],
    ["colour \u001b[31mred", "colour \\u{1b}[31mred"],
    ["right \u202eto left", "right \\u{202e}to left"],
    ["separator\u2028", "separator\\u{2028}"],
    ["lone \ud800 half", "lone \\u{d800} half"],
    ["##[error]forged", "## [error]forged"],
  ];
  for (const [text, shown] of cases) {
    it(`shows ${JSON.stringify(text)} as ${JSON.stringify(shown)}`, () => assert.equal(escapeControls(text), shown));
  }
});
