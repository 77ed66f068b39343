import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readdirSync, readlinkSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ArchiveEntry, ArchiveFormat } from "../../src/archive/archive-entry.ts";
import { contentHash } from "../../src/archive/content-hash.ts";
import type { ReadTools } from "../../src/archive/entry-content.ts";
import { maxArchiveBytes, whyNameIsRefused, writeArchive } from "../../src/archive/write-archive.ts";
import { compareUtf8 } from "../../src/files/byte-order.ts";
import { Patience } from "../../src/files/windows/patience.ts";
import { randomFrom } from "../random.ts";
import { writeFiles } from "../tasks/write-files.ts";

const MIB = 1024 ** 2;
const NEVER_CANCELLED: ReadTools = { signal: new AbortController().signal };
const FORMATS: readonly ArchiveFormat[] = ["zip", "tar.gz"];

/** What Python's own readers find: name, size, permissions, time and SHA-256 of each entry. */
const READ_BY_PYTHON = `
import hashlib, json, sys, tarfile, zipfile
def digest(data): return hashlib.sha256(data).hexdigest()
entries = []
if sys.argv[1].endswith(".zip"):
    with zipfile.ZipFile(sys.argv[1]) as archive:
        for i in archive.infolist():
            entries.append([i.filename, i.file_size, (i.external_attr >> 16) & 0o777, list(i.date_time[:3]), digest(archive.read(i))])
else:
    with tarfile.open(sys.argv[1]) as archive:
        for m in archive:
            entries.append([m.name, m.size, m.mode, [1980, 1, 1] if m.mtime == 315532800 else m.mtime, digest(archive.extractfile(m).read())])
print(json.dumps(entries))
`;

const sha256Of = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

describe("writeArchive", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "archive-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Files on disk, and the entries for them. */
  function entriesOf(files: Readonly<Record<string, Buffer | string>>): ArchiveEntry[] {
    writeFiles(folder, files);
    const entries = Object.entries(files).map(([path, content]) => {
      const bytes = Buffer.from(content);
      return {
        path,
        sizeBytes: bytes.length,
        isExecutable: path.endsWith(".sh"),
        sha256: sha256Of(bytes),
      };
    });
    return entries.sort((one, other) => compareUtf8(one.path, other.path));
  }

  async function archiveOf(
    entries: readonly ArchiveEntry[],
    format: ArchiveFormat,
    compressionLevel = 6,
    tools = NEVER_CANCELLED,
  ) {
    const chunks: Buffer[] = [];
    for await (const chunk of await writeArchive(folder, entries, { format, compressionLevel }, tools))
      chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  const some = () =>
    entriesOf({
      "assets/é日本😀.txt": "text ".repeat(500),
      "bin/run.sh": "#!/bin/sh\n",
      empty: "",
      "large.bin": Buffer.alloc(MIB, randomFrom(3).bytes(70_001)),
    });

  // zlib compresses alike on each Node; where it ever does not, the archives of a release change, and its version must.
  for (const [format, level, expected] of [
    ["zip", 1, "e73856b43ebaf911a1acf4fb38468a714244ab2a9a0bc3bb97db6c8a2716e67d"],
    ["zip", 6, "d027ec9cf852f1d448590f988d61c999d7ee49a374183e15db63e60f30f82a5b"],
    ["tar.gz", 6, "0139fc80467f5a4a3d4204c542f4dda175e9ee3f5f188d3b4f2433c395dabc08"],
    ["tar.gz", 9, "0bb44faf4ee856a82447921bb1a34a1bfeeabc421c835521e05c439c1d68710c"],
  ] as const) {
    it(`makes the same bytes of the same files each time: ${format} at level ${level}`, async () => {
      const entries = some();
      assert.equal(sha256Of(await archiveOf(entries, format, level)), expected);
    });
  }

  it("has a content hash that depends on names, run bits, contents, format and level", () => {
    const entries = some();
    const settings = { format: "zip", compressionLevel: 6 } as const;
    const [first, ...others] = entries as [ArchiveEntry, ...ArchiveEntry[]];
    const changed = (change: Partial<ArchiveEntry>) => contentHash([{ ...first, ...change }, ...others], settings);
    const hashes = [
      contentHash(entries, settings),
      contentHash(entries, { ...settings, compressionLevel: 7 }),
      contentHash(entries, { ...settings, format: "tar.gz" }),
      contentHash(others, settings),
      changed({ path: "other" }),
      changed({ isExecutable: true }),
      changed({ sizeBytes: 1 }),
      changed({ sha256: "0".repeat(64) }),
    ];
    assert.equal(new Set(hashes).size, hashes.length);
    assert.equal(hashes[0], contentHash(some(), settings));
    assert.equal(hashes[0], "aac26f3ef0948af1be26ffc49d4088140bfcf1e25eb283090e68ec1de38462bc");
  });

  for (const format of FORMATS) {
    it(`makes a ${format} of 150 odd names that Python reads`, async function () {
      const files = oddFiles(150);
      const entries = entriesOf(files);
      const path = join(folder, `odd.${format}`);
      const bytes = await archiveOf(entries, format);
      assert.ok(bytes.length <= maxArchiveBytes(entries));
      writeFileSync(path, bytes);
      const { error, status, stdout, stderr } = spawnSync("python3", ["-c", READ_BY_PYTHON, path], {
        encoding: "utf8",
      });
      if ((error as NodeJS.ErrnoException | undefined)?.code === "ENOENT") return this.skip();
      assert.equal(status, 0, stderr);
      assert.deepEqual(
        JSON.parse(stdout),
        entries.map(({ path: name, sizeBytes, isExecutable, sha256 }) => [
          name,
          sizeBytes,
          isExecutable ? 0o755 : 0o644,
          [1980, 1, 1],
          sha256,
        ]),
      );
    });

    it(`fails, and closes the file, if a file changes before it is in the ${format}`, async () => {
      const changes: Readonly<Record<string, (path: string) => void>> = {
        "longer.bin": (path) => appendFileSync(path, "x"),
        "shorter.bin": (path) => truncateSync(path, 5),
        "other.bin": (path) => writeFileSync(path, Buffer.alloc(MIB, "b")),
        "small.txt": (path) => writeFileSync(path, "b"),
      };
      for (const [name, change] of Object.entries(changes)) {
        const entries = entriesOf({ [name]: Buffer.alloc(name === "small.txt" ? 1 : MIB, "a") });
        change(join(folder, name));
        await assert.rejects(archiveOf(entries, format), {
          code: "file-changed",
          message: `the file ${name} changed while it was archived; run the step when the program that writes it has finished`,
        });
      }
      const missing = entriesOf({ "gone.txt": "text" });
      rmSync(join(folder, "gone.txt"));
      await assert.rejects(archiveOf(missing, format), { code: "ENOENT" });
      await assertNothingOpen();
    });

    it(`does not wait for a file of the ${format} that another program has open once the step is cancelled`, async () => {
      const patience = new Patience({
        isWindows: true,
        wait: async (_delayMs, signal) => void (await once(signal as AbortSignal, "abort")),
      });
      const held = Object.assign(new Error("EBUSY"), { code: "EBUSY" });
      const whileHeld = patience.whileHeld.bind(patience);
      patience.whileHeld = (call) => whileHeld(call, () => Promise.reject(held));
      for (const sizeBytes of [1, MIB]) {
        const cancel = new AbortController();
        const archive = archiveOf(entriesOf({ "held.bin": Buffer.alloc(sizeBytes) }), format, 6, {
          signal: cancel.signal,
          patience,
        });
        setImmediate(() => cancel.abort(new Error("cancelled")));
        await assert.rejects(archive, { message: "cancelled" });
      }
    });

    it(`closes the file that it reads if nobody wants the ${format} any more`, async () => {
      const entries = entriesOf({ "large.bin": Buffer.alloc(30 * MIB, randomFrom(3).bytes(70_001)) });
      const archive = await writeArchive(folder, entries, { format, compressionLevel: 1 }, NEVER_CANCELLED);
      for await (const chunk of archive) if (chunk.length > 0) break;
      assert.ok(archive.destroyed);
      await assertNothingOpen();
    });
  }

  it("refuses names that programs would read otherwise out of a zip archive", () => {
    const refused = (path: string, format: ArchiveFormat) =>
      whyNameIsRefused(path, { format, compressionLevel: 6 }) !== undefined;
    const names = ["a\\b", "C:/a", "c:a", "x".repeat(65_536)];
    assert.deepEqual(
      names.map((name) => [refused(name, "zip"), refused(name, "tar.gz")]),
      names.map(() => [true, false]),
    );
    assert.ok(!refused("ab:c/c d/é", "zip"));
  });

  /** Waits for files below the folder to be closed, where the system tells which are open. */
  async function assertNothingOpen(): Promise<void> {
    const deadline = Date.now() + 5_000;
    for (;;) {
      const open = openFiles();
      if (open.length === 0) return;
      assert.ok(Date.now() < deadline, open.join(", "));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  function openFiles(): string[] {
    if (process.platform !== "linux") return [];
    return readdirSync("/proc/self/fd").flatMap((descriptor) => {
      try {
        const target = readlinkSync(`/proc/self/fd/${descriptor}`);
        return target.startsWith(folder) ? [target] : [];
      } catch {
        return [];
      }
    });
  }
});

/** Names that are hard to write or to read somewhere. */
function oddFiles(count: number): Record<string, string> {
  const random = randomFrom(11);
  const odd = [
    "a.txt",
    "a/b",
    "a b/ c .txt",
    "new\nline",
    "tab\there",
    "quote\"s'",
    "%41%",
    "-rf",
    "~",
    ".hidden/.x",
    "é",
    "e\u0301",
    "ﬀ\u{10ffff}",
    "😀/😁",
    "日本/語.txt",
    "\u202egnp.exe",
    "xy:z",
    "x".repeat(200),
    `${"d/".repeat(120)}deep`,
    `${"n".repeat(99)}/${"m".repeat(101)}`,
    "aux.sh",
    "con",
    "*?<>|",
    "é".repeat(60),
  ];
  const alphabet = "aZ09 .-_~!@#$%^&()[]{}+=,;'äß中\u00a0\u2028😀";
  const files = Object.fromEntries(odd.map((name, index) => [name, `${index}`.repeat(index)]));
  while (Object.keys(files).length < count) {
    const name = `r/${random.text(alphabet, 1 + random.below(40))}`;
    if (!/[. /]$|\/[ .]/.test(name)) files[name] = random.text("ab", random.below(3_000));
  }
  return files;
}
