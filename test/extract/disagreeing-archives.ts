import { deflateRawSync, gzipSync } from "node:zlib";
import { buildTar, buildTgz, pax } from "./build-tar.ts";
import { buildZip, localHeader, type ZipSpec } from "./build-zip.ts";
import {
  BEHIND_THE_END,
  damaged,
  fine,
  type HostileArchive,
  MB,
  MORE_THAN_THE_DIRECTORY,
  NO_SIZE,
  refused,
  tgz,
  tgzOf,
  tooLarge,
  zip,
} from "./hostile-archive.ts";

/** Archives in which other programs find other files. */
export const disagreements: readonly HostileArchive[] = [
  zip(
    "zip: another size before the content than in the directory",
    [{ name: "a.txt", content: "x", localSizeBytes: 2 }],
    refused("a.txt", "it has two different sizes or CRCs in the archive"),
  ),
  zip(
    "zip: another name in UTF-8 before the content than in the directory",
    [{ name: "a.txt", content: "x", localUnicodeName: "b.sh" }],
    refused("a.txt", "it has two different names in the archive"),
  ),
  zip(
    "zip: a name in UTF-8 that leads up",
    [{ name: "a.txt", content: "x", unicodeName: "../up" }],
    refused("../up", 'it has ".." between slashes, which means the folder above'),
  ),
  zip(
    "zip: a name in UTF-8 that is that of another entry",
    [{ name: "a.txt", content: "x", unicodeName: "fine.txt" }],
    refused("fine.txt", "it is in the archive twice"),
  ),
  zip("zip: an entry before the first one of the directory", [], damaged("it is damaged", hiddenAt(0)), {
    end: { before: localEntry({ name: "hidden.sh", content: "x" }) },
  }),
  zip(
    "zip: an entry between two of the directory",
    [{ name: "a.txt", content: "x", descriptor: localEntry({ name: "hidden.sh", content: "x" }) }, { name: "b.txt" }],
    damaged("it is damaged", hiddenAt(82)),
  ),
  zip(
    "zip: an entry behind the sizes of the last one",
    [
      {
        name: "a.txt",
        content: "x",
        descriptor: Buffer.concat([Buffer.alloc(16), localEntry({ name: "hidden.sh", content: "x" })]),
      },
    ],
    damaged("it is damaged", hiddenAt(98)),
  ),
  zip("zip: two directories", [], damaged("it is damaged", MORE_THAN_THE_DIRECTORY), {
    end: { behindDirectory: buildZip([{ ...fine, headerAt: 0 }]).subarray(0, -22) },
  }),
  zip("zip: an end inside of the comment of another end", [], damaged("it is damaged", MORE_THAN_THE_DIRECTORY), {
    end: { comment: buildZip([fine]).subarray(-22) },
  }),
  zip(
    "zip: an entry whose bytes are those of the directory",
    [{ name: "a.bin", content: "x".repeat(100), isStored: true, compressedSize: 150, sizeBytes: 150 }],
    refused("a.bin", "it shares bytes of the archive with the directory"),
  ),
  zip("zip: a record of 64 bits beyond any file", [], damaged("it cannot be read", "unexpected EOF"), {
    end: { zip64: { recordAt: 2n ** 63n } },
  }),
  zip("zip: a directory beyond any file", [], damaged("it cannot be read", "unexpected EOF"), {
    end: { zip64: { startByte: 2n ** 64n - 1n } },
  }),
  zip(
    "zip: more entries than any file has",
    [],
    tooLarge(
      "it has more than 1,000,000 entries, which this task does not extract. Split it into several archives. Or set extract to false, and extract the archive in a later step",
    ),
    {
      end: { zip64: { entryCount: 2n ** 63n } },
    },
  ),
  zip(
    "zip: a large file of no compressed bytes",
    [{ name: "a.bin", method: 8, data: Buffer.alloc(0), sizeBytes: MB }],
    damaged("its entry a.bin is damaged", "unexpected end of file"),
  ),
  tgz(
    "tar: a size of a kind that there is not",
    [{ name: "a.txt", content: "hello", sizeBytes: "\x81\0\0\0\0\0\0\0\0\0\0\x05" }],
    refused("a.txt", NO_SIZE),
  ),
  tgz(
    "tar: a negative size",
    [{ name: "a.txt", content: "hello", sizeBytes: "\xff".repeat(12) }],
    refused("a.txt", NO_SIZE),
  ),
  tgz(
    "tar: a size beyond any file",
    [{ name: "a.txt", content: "hello", sizeBytes: `\x80${"\xff".repeat(11)}` }],
    refused("a.txt", NO_SIZE),
  ),
  tgz(
    "tar: a size with letters behind it",
    [{ name: "a.txt", content: "hello", sizeBytes: "5abc" }],
    refused("a.txt", NO_SIZE),
  ),
  ...["5abc", "1e3", " 5", "99999999999999999999"].map((size) =>
    tgz(
      `tar: a PAX header with the size ${size}`,
      [pax({ size }), { name: "a.txt", content: "hello" }],
      refused("a.txt", "its size is not a number"),
    ),
  ),
  tgz(
    "tar: a PAX header with a negative size",
    [pax({ size: "-5" }), { name: "a.txt", content: "hello" }],
    damaged("it is damaged at its entry fine.txt or after it", "Invalid header"),
  ),
  tgz(
    "tar: a PAX header without a size of its own",
    [
      { ...pax({ path: "b.txt" }), sizeBytes: "\x81" },
      { name: "a.txt", content: "hello" },
    ],
    damaged(
      "it is damaged at its entry fine.txt or after it",
      "Invalid tar header. Maybe the tar is corrupted or it needs to be gunzipped?",
    ),
  ),
  ...[
    ["too long", "99 path=other\n9 mtime=1\n", "other\n9 mtime=1\n"],
    ["too short", "9 path=other\n", "o"],
    ["negative", "20 path=other------\n-10 a=bcdefghi=\n", "other------"],
  ].map(([title, content = "", name = ""]) =>
    tgz(
      `tar: a PAX header with a length that is ${title}`,
      [
        { name: "x", type: "x", content },
        { name: "a.txt", content: "hello" },
      ],
      refused(name, "its PAX header is damaged"),
    ),
  ),
  ...["path", "linkpath", "size", "GNU.sparse.major", "hdrcharset"].map((key) =>
    tgz(
      `tar: a PAX header for all entries with ${key}`,
      [pax({ [key]: "1" }, "g"), { name: "a.txt", content: "x" }],
      refused("a.txt", `a PAX header for all entries sets their ${key}`),
    ),
  ),
  tgz(
    "tar: a PAX header with a path, twice",
    [pax({ path: "one" }), pax({ path: "two" }), { name: "a.txt", content: "x" }],
    refused("two", "it has two different names in the archive"),
  ),
  tgz(
    "tar: a PAX header with a path, and a long name",
    [pax({ path: "one" }), { name: "L", type: "L", content: "two\0" }, { name: "a.txt", content: "x" }],
    refused("one", "it has two different names in the archive"),
  ),
  tgz(
    "tar: a PAX header with a size, twice",
    [pax({ size: "1" }), pax({ size: "2" }), { name: "a.txt", content: "xy" }],
    refused("a.txt", "it has two different sizes in the archive"),
  ),
  tgzOf(
    "tar: a second archive behind the first",
    gzipSync(Buffer.concat([buildTar([fine]), buildTar([{ name: "b.txt", content: "b" }])])),
    refused("b.txt", BEHIND_THE_END),
  ),
  tgzOf(
    "tar: a second compressed archive behind the first",
    Buffer.concat([buildTgz([fine]), buildTgz([{ name: "b.txt", content: "b" }])]),
    refused("b.txt", BEHIND_THE_END),
  ),
  tgzOf(
    "tar: an entry behind a single block of zeros",
    gzipSync(Buffer.concat([buildTar([fine], Buffer.alloc(512)), buildTar([{ name: "b.txt", content: "b" }])])),
    refused("b.txt", BEHIND_THE_END),
  ),
  tgzOf(
    "tar: other bytes behind its end",
    gzipSync(Buffer.concat([buildTar([fine]), Buffer.alloc(512, "hidden")])),
    damaged(
      "it is damaged at its entry fine.txt or after it",
      "Invalid tar header. Maybe the tar is corrupted or it needs to be gunzipped?",
    ),
  ),
  ...["X", "V", "M", "D", "A", "\xf0"].map((type) =>
    tgz(
      `tar: the type ${type}`,
      [{ name: "a.txt", type, content: "x" }],
      refused("a.txt", "it is of a type that is not supported"),
    ),
  ),
];

/** An entry with its header, as it is before the directory. */
function localEntry(spec: ZipSpec): Buffer {
  return Buffer.concat([localHeader(spec), deflateRawSync(Buffer.from(spec.content ?? ""))]);
}

function hiddenAt(byte: number): string {
  return `it has an entry that is not in its directory, at byte ${byte}`;
}
