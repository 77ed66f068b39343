import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BlockPool } from "../../src/files/block-pool.ts";
import { FileSink } from "../../src/files/byte-sink.ts";
import { randomFrom } from "../random.ts";

describe("a sink that writes into a file", () => {
  let folder: string;
  let path: string;
  let file: FileHandle;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "sink-"));
    path = join(folder, "file");
    file = await open(path, "wx");
  });
  afterEach(async () => {
    await file.close();
    rmSync(folder, { recursive: true });
  });

  it("puts bytes where they belong, whatever they come in", async () => {
    const bytes = randomFrom(1).bytes(1000);
    const watched: Buffer[] = [];
    const sink = new FileSink(file, 5, new BlockPool(64), (some) => watched.push(Buffer.from(some)));
    await fill(sink, bytes);
    await sink.flush();
    await sink.close();
    assert.equal(sink.writtenBytes, 1000);
    assert.deepEqual(readFileSync(path), Buffer.concat([Buffer.alloc(5), bytes]));
    assert.deepEqual(Buffer.concat(watched), bytes);
  });

  it("gives back each block once, also where there is no memory for the next", async () => {
    const pool = new BlockPool(64);
    const out = new Set<Buffer>();
    let taken = 0;
    const take = pool.take.bind(pool);
    pool.take = () => {
      if (++taken === 2) throw new RangeError("no memory");
      const block = take();
      assert.equal(out.has(block), false);
      out.add(block);
      return block;
    };
    pool.giveBack = (block) => assert.ok(out.delete(block));
    const sink = new FileSink(file, 0, pool, () => undefined);
    await assert.rejects(fill(sink, Buffer.alloc(100)), RangeError);
    await sink.close();
    assert.equal(out.size, 0);
  });

  it("tells whoever goes on, or ends, that nothing could be written", async () => {
    const readOnly = await open(path, "r");
    const sink = new FileSink(readOnly, 0, new BlockPool(64), () => undefined);
    await assert.rejects(async () => {
      await fill(sink, Buffer.alloc(100));
      await sink.flush();
    }, /EBADF|EPERM/);
    await sink.close();
    await readOnly.close();
  });

  async function fill(sink: FileSink, bytes: Buffer): Promise<void> {
    const random = randomFrom(2);
    for (let start = 0; start < bytes.length; ) {
      const room = sink.reserve();
      const sizeBytes = Math.min(room.length, bytes.length - start, 1 + random.below(40));
      bytes.copy(room, 0, start, start + sizeBytes);
      start += sizeBytes;
      await sink.commit(sizeBytes);
    }
  }
});
