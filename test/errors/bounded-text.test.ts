import assert from "node:assert/strict";
import { asReason, shorten } from "../../src/errors/bounded-text.ts";

describe("a text from outside", () => {
  const cases: [text: string, maxLength: number, shortened: string][] = [
    ["short", 5, "short"],
    ["", 5, ""],
    ["one two three", 10, "one two…"],
    ["the first word is cut at a space", 12, "the first…"],
    ["nospaceanywhere", 6, "nospa…"],
    ["a longwordwithoutanyspace", 10, "a longwor…"],
  ];
  for (const [text, maxLength, shortened] of cases) {
    it(`is cut to ${maxLength} characters: ${JSON.stringify(text)} becomes ${JSON.stringify(shortened)}`, () => {
      assert.equal(shorten(text, maxLength), shortened);
    });
  }

  it("is the reason in a sentence without what ends a sentence", () => {
    assert.equal(asReason("Not you. "), "Not you");
    assert.equal(asReason("..."), "");
  });

  it("costs next to nothing, however long it is", () => {
    const started = process.cpuUsage();
    for (const hostile of [".", " ", "a.", "\n"]) asReason(`${hostile.repeat(5_000_000)}x`);
    const { user } = process.cpuUsage(started);
    assert.ok(user < 1_000_000, `${user / 1000} ms`);
  });
});
