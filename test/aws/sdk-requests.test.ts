import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { bodyOf } from "../../src/aws/sdk-requests.ts";

describe("the body of a request of the SDK", () => {
  it("is sent without a copy", () => {
    const whole = new Uint8Array([0, 1, 2, 3]);
    const { sizeBytes, chunks } = bodyOf(whole.subarray(1, 3));
    const [bytes] = chunks() as Iterable<Buffer>;
    whole[1] = 9;
    assert.deepEqual([sizeBytes, [...(bytes ?? [])]], [2, [9, 2]]);
  });

  it("may be a text, or nothing", () => {
    const texts = ["ä", undefined, null].map((body) => [...(bodyOf(body).chunks() as Iterable<Buffer>)].join());
    assert.deepEqual(texts, ["ä", "", ""]);
  });

  it("is refused if it is something else, which would be sent as nothing", () => {
    for (const body of [Readable.from(["text"]), {}, 7]) assert.throws(() => bodyOf(body), /neither text nor bytes/);
  });
});
