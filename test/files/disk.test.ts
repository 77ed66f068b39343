import assert from "node:assert/strict";
import { Disk } from "../../src/files/disk.ts";

describe("calls to the disk", () => {
  const spin = (ms: number) => () => {
    const endMs = performance.now() + ms;
    while (performance.now() < endMs);
    return "at once";
  };
  const later = async () => "handed over";

  it("are made at once, whatever becomes of them", async () => {
    const disk = new Disk();
    assert.equal(
      await disk.call(
        () => 1,
        () => Promise.resolve(2),
      ),
      1,
    );
    const fails = () => {
      throw new RangeError("no room");
    };
    await assert.rejects(disk.call(fails, later), RangeError);
  });

  it("are handed over once they take long, and not for one that did", async () => {
    const disk = new Disk();
    const made: string[] = [];
    for (let index = 0; index < 20; index++) made.push(await disk.call(spin(0.3), later));
    assert.deepEqual(made, [...Array(16).fill("at once"), ...Array(4).fill("handed over")]);
    const quick = new Disk();
    await quick.call(spin(50), later);
    assert.equal(await quick.call(spin(0), later), "at once");
  });
});
