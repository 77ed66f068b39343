import assert from "node:assert/strict";
import { compareUtf8 } from "../../src/files/byte-order.ts";

describe("the order of keys", () => {
  it("is that of their UTF-8 bytes", () => {
    const names = [
      "",
      "a",
      "a-",
      "a/b",
      "ab",
      "b",
      "ä",
      "漢",
      "\ud7ff",
      "\ue000",
      "\uffff",
      "😀",
      "😀a",
      "a😀",
      "a\uffff",
    ];
    for (const one of names) {
      for (const other of names) {
        const expected = Buffer.compare(Buffer.from(one), Buffer.from(other));
        assert.equal(Math.sign(compareUtf8(one, other)), expected, `${one} and ${other}`);
      }
    }
  });

  it("tells names apart that are not valid Unicode", () => {
    assert.deepEqual(["a\udc00", "a\ud800", "a\uffff"].sort(compareUtf8), ["a\uffff", "a\ud800", "a\udc00"]);
  });
});
