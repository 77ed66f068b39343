import { crc32, deflateRawSync, gzipSync } from "node:zlib";
import type { ExtractLimits } from "../../src/extract/extract-limits.ts";
import type { TargetDisk } from "../../src/extract/read-archive.ts";
import { buildTar, buildTgz, pax, type TarSpec } from "./build-tar.ts";
import { buildZip, localHeader, type ZipEnd, type ZipSpec } from "./build-zip.ts";

/** An archive that may not be extracted, or only on some disks, and what the task says of it. */
export interface HostileArchive {
  readonly title: string;
  readonly format: "zip" | "tar.gz";
  readonly bytes: Buffer;
  /** Code and message, as they complete "X was not extracted: "; absent if it is extracted after all. */
  readonly refusal?: string;
  /** By default Linux. */
  readonly disk?: TargetDisk;
  readonly limits?: ExtractLimits;
}

const WINDOWS: TargetDisk = { platform: "win32", isCaseSensitive: false };
const MAC: TargetDisk = { platform: "darwin", isCaseSensitive: false };
const fine: ZipSpec & TarSpec = { name: "fine.txt", content: "fine" };
const MB = 1_000_000;
const zeros = Buffer.alloc(12 * MB);

type Row = Omit<HostileArchive, "format" | "bytes">;

const zip = (
  title: string,
  specs: readonly ZipSpec[],
  refusal?: string,
  more: Partial<Row> & { end?: ZipEnd } = {},
) => {
  const { end, ...rest } = more;
  return zipOf(title, buildZip([fine, ...specs], end), refusal, rest);
};
const zipOf = (title: string, bytes: Buffer, refusal?: string, more: Partial<Row> = {}): HostileArchive =>
  Object.assign({ title, format: "zip" as const, bytes }, refusal ? { refusal } : {}, more);
const tgz = (title: string, specs: readonly TarSpec[], refusal?: string, more: Partial<Row> = {}) =>
  tgzOf(title, buildTgz([fine, ...specs]), refusal, more);
const tgzOf = (title: string, bytes: Buffer, refusal?: string, more: Partial<Row> = {}): HostileArchive =>
  Object.assign({ title, format: "tar.gz" as const, bytes }, refusal ? { refusal } : {}, more);

const refused = (name: string, reason: string) => `archive-entry-refused: its entry ${name} is refused: ${reason}`;
const damaged = (where: string, reason: string) => `archive-damaged: ${where}: ${reason}`;
const tooLarge = (reason: string) => `archive-too-large: ${reason}`;
const NO_GZIP = "it is not a gzip file, or there is extra data after its end";
const MORE_THAN_THE_DIRECTORY = "it has more entries than its directory says, or other data after the directory";
const longName = (name: string) => refused(`${name.slice(0, 1_099)}…`, "its name has more than 4,096 characters");
const BEHIND_THE_END = "it comes after the end of the archive, where other programs do not look";
const NO_SIZE = "its size is not a number, or not one that all programs read alike";
const ratio = (entry: string) =>
  tooLarge(
    `its content is more than 200 times as large as the archive (reached at its entry ${entry}), and may be an attack that fills the disk. If you know who made the archive, set extract to false, and extract it in a later step`,
  );

const both = (title: string, spec: ZipSpec & TarSpec, refusal: string, more: Partial<Row> = {}): HostileArchive[] => [
  zip(`zip: ${title}`, [spec], refusal, more),
  tgz(`tar: ${title}`, [spec], refusal, more),
];

/** Names that lead elsewhere, or that no disk or not this disk has. */
const names: readonly HostileArchive[] = [
  ...both(
    "an absolute path",
    { name: "/etc/passwd", content: "x" },
    refused("/etc/passwd", "its name is an absolute path"),
  ),
  ...both(
    "a path with a drive",
    { name: "C:/Windows/x", content: "x" },
    refused("C:/Windows/x", "its name is an absolute path"),
  ),
  ...both(
    "a path that leads up",
    { name: "../up.txt", content: "x" },
    refused("../up.txt", 'it has ".." between slashes, which means the folder above'),
  ),
  ...both(
    "a path that leads up later",
    { name: "a/b/../../../up", content: "x" },
    refused("a/b/../../../up", 'it has ".." between slashes, which means the folder above'),
  ),
  ...both(
    "a folder that leads up",
    { name: "a/../../", type: "5" },
    refused("a/../../", 'it has ".." between slashes, which means the folder above'),
  ),
  ...both(
    "two slashes",
    { name: "a//b", content: "x" },
    refused("a//b", "it starts or ends with a slash, or has two slashes in a row"),
  ),
  ...both(
    "a dot for a folder",
    { name: "a/./b", content: "x" },
    refused("a/./b", 'it has "." between slashes, which means the same folder'),
  ),
  ...both(
    "a temporary file of the task",
    { name: "a/.s3-1-0123456789.part", content: "x" },
    refused("a/.s3-1-0123456789.part", "the name of a file or folder in it is that of a temporary file of this task"),
  ),
  ...both(
    "bytes that are no UTF-8",
    { name: Buffer.from("a\xff.txt", "latin1"), content: "x" },
    refused("a\ufffd.txt", "its name is not valid UTF-8"),
  ),
  ...[
    [".GIT", "config"],
    ["GIT~1", "hooks/post-checkout"],
    [".git.", "config"],
  ].flatMap(([folder = "", file]) =>
    both(
      `${folder}, which some disks take for .git`,
      { name: `${folder}/${file}`, content: "x" },
      refused(`${folder}/${file}`, `on some disks, ${folder} is another name of .git`),
    ),
  ),
  zip("zip: .git itself", [{ name: ".git/config", content: "x" }]),
  ...both(
    "a device of Windows",
    { name: "a/NUL.txt", content: "x" },
    refused("a/NUL.txt", '"NUL.txt" is the name of a device on Windows'),
    { disk: WINDOWS },
  ),
  ...both(
    "a second stream of a file on Windows",
    { name: "a.txt:x", content: "x" },
    refused("a.txt:x", "it has :, which Windows does not allow"),
    { disk: WINDOWS },
  ),
  ...both(
    "a dot at the end on Windows",
    { name: "a./x", content: "x" },
    refused("a./x", "the name of a file or folder in it ends with a dot or a space, which Windows removes"),
    { disk: WINDOWS },
  ),
  zip("zip: an empty name", [{ name: "", content: "x" }], refused("(without a name)", "its name is empty")),
  zip("zip: a NUL in a name", [{ name: "a\0.txt", content: "x" }], refused("a\0.txt", "it has a NUL character")),
  zip(
    "zip: a path that leads up, from Windows",
    [{ name: "..\\up.txt", content: "x", host: 0 }],
    refused("../up.txt", 'it has ".." between slashes, which means the folder above'),
  ),
  zip(
    "zip: a server of Windows",
    [{ name: "\\\\server\\share\\x", content: "x", host: 0 }],
    refused("//server/share/x", "its name is an absolute path"),
  ),
  zip(
    "zip: a backslash in a name, on Windows",
    [{ name: "..\\up.txt", content: "x" }],
    refused("..\\up.txt", "it has \\, which Windows does not allow"),
    { disk: WINDOWS },
  ),
  zip(
    "zip: a name that is too long",
    [{ name: "n".repeat(256), content: "x" }],
    refused("n".repeat(256), "the name of a file or folder in it has more than 255 bytes"),
  ),
  ...["d/".repeat(256), "d/d/".repeat(2_000)].flatMap((folders) => [
    zip(
      `zip: a path of ${folders.length} characters`,
      [{ name: `${folders}x`, content: "x" }],
      folders.length > 4_096 ? longName(folders) : refused(`${folders}x`, "it is in more than 255 folders"),
    ),
    tgz(
      `tar: a path of ${folders.length} characters`,
      [pax({ path: `${folders}x` }), { name: "x", content: "x" }],
      folders.length > 4_096 ? longName(folders) : refused(`${folders}x`, "it is in more than 255 folders"),
    ),
  ]),
  tgz("tar: an empty name", [{ name: "", content: "x" }], refused("(without a name)", "its name is empty")),
  tgz(
    "tar: a PAX header with a path that leads up",
    [pax({ path: "../up" }), { name: "a", content: "x" }],
    refused("../up", 'it has ".." between slashes, which means the folder above'),
  ),
  tgz(
    "tar: a PAX header with a NUL in a path",
    [pax({ path: "a\0b" }), { name: "a", content: "x" }],
    refused("a\0b", "it has a NUL character"),
  ),
  tgz(
    "tar: a long name that leads up",
    [
      { name: "L", type: "L", content: `${"d/".repeat(60)}../up\0` },
      { name: "a", content: "x" },
    ],
    refused(`${"d/".repeat(60)}../up`, 'it has ".." between slashes, which means the folder above'),
  ),
];

/** Names that are fine by themselves, but not together. */
const collisions: readonly HostileArchive[] = [
  ...both("a file twice", fine, refused("fine.txt", "it is in the archive twice")),
  ...both(
    "a file where a folder is needed",
    { name: "fine.txt/below", content: "x" },
    refused("fine.txt/below", "on this disk, it would have the same name as the entry fine.txt"),
  ),
  ...both(
    "a folder of a file's name",
    { name: "fine.txt/", type: "5" },
    refused("fine.txt/", "on this disk, it would have the same name as the entry fine.txt"),
  ),
  ...both(
    "names that differ by case",
    { name: "FINE.txt", content: "x" },
    refused("fine.txt", "on this disk, it would have the same name as the entry FINE.txt"),
    { disk: MAC },
  ),
  ...both(
    "a file and a folder that differ by case",
    { name: "FINE.txt/below", content: "x" },
    refused("fine.txt", "on this disk, it would have the same name as the entry FINE.txt/below"),
    { disk: WINDOWS },
  ),
  tgz(
    "tar: a file twice, once with ./",
    [{ name: "./fine.txt", content: "other" }],
    refused("fine.txt", "it is in the archive twice"),
  ),
];

/** What can neither be a file nor a folder. */
const kinds: readonly HostileArchive[] = [
  zip(
    "zip: a symbolic link",
    [{ name: "link", content: "../secret", mode: 0o120777 }],
    refused("link", "it is a symbolic link"),
  ),
  zip(
    "zip: a symbolic link, and a file through it",
    [
      { name: "link", content: "/tmp", mode: 0o120777 },
      { name: "link/x", content: "x" },
    ],
    refused("link", "it is a symbolic link"),
  ),
  zip("zip: a device", [{ name: "sda", mode: 0o060666 }], refused("sda", "it is a device")),
  zip("zip: a named pipe", [{ name: "pipe", mode: 0o010666 }], refused("pipe", "it is a named pipe")),
  zip(
    "zip: an encrypted file",
    [{ name: "secret.txt", content: "x", flags: 0x801 }],
    refused("secret.txt", "it is encrypted"),
  ),
  zip(
    "zip: a method that is not supported",
    [{ name: "a.txt", content: "x", method: 12 }],
    refused("a.txt", "it is compressed by method 12, and only Deflate is supported"),
  ),
  zip("zip: a folder with content", [{ name: "a/", content: "x" }], refused("a/", "it is a folder, and has content")),
  tgz(
    "tar: a symbolic link",
    [{ name: "link", type: "2", linkName: "../secret" }],
    refused("link", "it is a symbolic link"),
  ),
  tgz("tar: a hard link", [{ name: "link", type: "1", linkName: "/etc/passwd" }], refused("link", "it is a hard link")),
  tgz("tar: a character device", [{ name: "tty", type: "3" }], refused("tty", "it is a device")),
  tgz("tar: a block device", [{ name: "sda", type: "4" }], refused("sda", "it is a device")),
  tgz("tar: a named pipe", [{ name: "pipe", type: "6" }], refused("pipe", "it is a named pipe")),
  tgz(
    "tar: a file with holes",
    [{ name: "holes", type: "S" }],
    refused("holes", "it is of a type that is not supported"),
  ),
  tgz(
    "tar: a file with holes, by a PAX header",
    [pax({ "GNU.sparse.major": "1", "GNU.sparse.minor": "0" }), { name: "holes", content: "x" }],
    refused("holes", "it is of a type that is not supported"),
  ),
  tgz(
    "tar: a folder with content",
    [{ name: "a/", type: "5", content: "x" }],
    refused("a/", "it is a folder, and has content"),
  ),
  tgz(
    "tar: a folder by its name, with content",
    [{ name: "a/", content: "x" }],
    refused("a/", "it is a folder, and has content"),
  ),
];

/** Sizes, checksums and structures that are not what the archive says. */
const lies: readonly HostileArchive[] = [
  zip(
    "zip: a wrong CRC",
    [{ name: "a.txt", content: "x", crc32: 1 }],
    damaged("its entry a.txt is damaged", "its CRC is not the one in its header"),
  ),
  zip(
    "zip: a wrong CRC of a stored file",
    [{ name: "a.txt", content: "x", isStored: true, crc32: 1 }],
    damaged("its entry a.txt is damaged", "its CRC is not the one in its header"),
  ),
  zip(
    "zip: more bytes than it says",
    [{ name: "a.txt", content: "x".repeat(1000), sizeBytes: 10 }],
    damaged("its entry a.txt is damaged", "it is larger than its header says"),
  ),
  zip(
    "zip: fewer bytes than it says",
    [{ name: "a.txt", content: "x", sizeBytes: 1000 }],
    damaged("its entry a.txt is damaged", "it is smaller than its header says"),
  ),
  zip(
    "zip: a large file with more bytes than it says",
    [{ name: "a.bin", content: zeros.subarray(0, 2 * MB), sizeBytes: MB }],
    damaged("its entry a.bin is damaged", "it is larger than its header says"),
  ),
  zip(
    "zip: a stored file of two sizes",
    [{ name: "a.txt", content: "x", isStored: true, sizeBytes: 1000 }],
    refused("a.txt", "it has two different sizes in the archive"),
  ),
  zip(
    "zip: bytes that are not compressed",
    [{ name: "a.txt", content: "xyz", data: Buffer.from("\xff\xff\xff", "latin1") }],
    damaged("its entry a.txt is damaged", "invalid block type"),
  ),
  zip(
    "zip: compressed bytes that end too soon",
    [{ name: "a.txt", content: "x".repeat(1000), data: deflateRawSync(Buffer.from("x".repeat(1000))).subarray(0, 4) }],
    damaged("its entry a.txt is damaged", "unexpected end of file"),
  ),
  zip(
    "zip: bytes behind the compressed ones",
    [{ name: "a.txt", content: "x", data: Buffer.concat([deflateRawSync(Buffer.from("x")), Buffer.from("hidden")]) }],
    damaged("its entry a.txt is damaged", "there is extra data after its compressed content"),
  ),
  zip(
    "zip: an entry with two names",
    [{ name: "a.txt", content: "x", localName: "b.sh" }],
    refused("a.txt", "it has two different names in the archive"),
  ),
  zip(
    "zip: an entry whose bytes another one has too",
    [{ ...fine, headerAt: 0 }],
    refused("fine.txt", "it shares bytes of the archive with another entry"),
  ),
  zipOf(
    "zip: entries inside of each other",
    overlapping(),
    refused("b.bin", "it shares bytes of the archive with another entry"),
  ),
  zip(
    "zip: a header where there is none",
    [{ name: "a.txt", content: "x", headerAt: 7 }],
    damaged("its entry a.txt is damaged", "invalid local file header signature: 0x808"),
  ),
  zip(
    "zip: a size that leads out of the archive",
    [{ name: "a.txt", content: "x", compressedSize: 99_999 }],
    damaged("its entry a.txt is damaged", "file data overflows file bounds: 79 + 99999 > 209"),
  ),
  zip(
    "zip: more entries than it says",
    [{ name: "hidden.txt", content: "x" }],
    damaged("it is damaged", MORE_THAN_THE_DIRECTORY),
    { end: { entryCount: 1 } },
  ),
  zip("zip: fewer entries than it says", [], damaged("it is damaged after its entry fine.txt", "unexpected EOF"), {
    end: { entryCount: 2 },
  }),
  zip(
    "zip: one of several disks",
    [],
    damaged("it cannot be read", "multi-disk zip files are not supported: found disk number: 3"),
    { end: { diskNumber: 3 } },
  ),
  zipOf(
    "zip: cut off",
    buildZip([fine]).subarray(0, -10),
    damaged(
      "it cannot be read",
      "End of central directory record signature not found. Either not a zip file, or file is truncated",
    ),
  ),
  zipOf(
    "zip: another format",
    gzipSync("text"),
    damaged(
      "it cannot be read",
      "End of central directory record signature not found. Either not a zip file, or file is truncated",
    ),
  ),
  zipOf(
    "zip: nothing at all",
    Buffer.alloc(0),
    damaged(
      "it cannot be read",
      "End of central directory record signature not found. Either not a zip file, or file is truncated",
    ),
  ),
  zipOf(
    "zip: bytes behind its end",
    buildZip([fine], { behind: Buffer.from("hidden") }),
    damaged(
      "it cannot be read",
      "Invalid comment length. Expected: 6. Found: 0. Are there extra bytes at the end of the file? Or is the end of central dir signature `PK☺☻` in the comment?",
    ),
  ),
  tgz(
    "tar: a wrong checksum of a header",
    [{ name: "a.txt", content: "x", checksum: 1 }],
    damaged(
      "it is damaged at its entry fine.txt or after it",
      "Invalid tar header. Maybe the tar is corrupted or it needs to be gunzipped?",
    ),
  ),
  tgz(
    "tar: a size beyond its end",
    [{ name: "a.txt", content: "x", sizeBytes: 5000 }],
    damaged("its entry a.txt is damaged", "Unexpected end of data"),
  ),
  tgzOf(
    "tar: cut off in the middle of a file",
    gzipSync(buildTar([fine]).subarray(0, 515)),
    damaged("its entry fine.txt is damaged", "Unexpected end of data"),
  ),
  tgzOf(
    "tar: cut off behind a file",
    gzipSync(buildTar([fine], Buffer.alloc(0))).subarray(0),
    damaged(
      "it is damaged at its entry fine.txt or after it",
      "the end-of-archive marker is missing, so it may be incomplete",
    ),
    {},
  ),
  tgzOf(
    "tar: gzip that is cut off",
    buildTgz([fine]).subarray(0, -10),
    damaged("it cannot be read", "it is incomplete"),
  ),
  tgzOf(
    "tar: gzip with a wrong CRC",
    flipped(buildTgz([fine]), -6),
    damaged("it cannot be read", "its CRC is not the one in its header"),
  ),
  tgzOf(
    "tar: gzip with other bytes behind it",
    Buffer.concat([buildTgz([fine]), Buffer.from("hidden")]),
    damaged("it cannot be read", NO_GZIP),
  ),
  tgzOf("tar: not compressed", buildTar([fine]), damaged("it cannot be read", NO_GZIP)),
  tgzOf(
    "tar: something else that is compressed",
    gzipSync("text ".repeat(1000)),
    damaged("it cannot be read", "Invalid tar header. Maybe the tar is corrupted or it needs to be gunzipped?"),
  ),
  tgzOf(
    "tar: nothing that is compressed",
    gzipSync(""),
    damaged("it cannot be read", "the end-of-archive marker is missing, so it may be incomplete"),
  ),
  tgz(
    "tar: a PAX header of 5 MB",
    [{ name: "x", type: "x", content: Buffer.alloc(5 * MB, "x") }, fine],
    damaged("it is damaged at its entry fine.txt or after it", "Header exceeds max size"),
  ),
];

/** Archives in which other programs find other files. */
const disagreements: readonly HostileArchive[] = [
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

/** More than anybody has room for. */
const bombs: readonly HostileArchive[] = [
  zip("zip: zeros", [{ name: "a.bin", content: zeros }], ratio("a.bin")),
  tgz("tar: zeros", [{ name: "a.bin", content: zeros }], ratio("a.bin")),
  tgzOf("tar: zeros behind its end", buildTgz([fine], zeros), ratio("fine.txt")),
  ...both(
    "more than the limit",
    { name: "a.bin", content: zeros.subarray(0, 2 * MB) },
    tooLarge(
      "its files have more than 0.001 GB, the limit of extractMaxSizeGB (reached at its entry a.bin). If you know who made the archive, increase extractMaxSizeGB",
    ),
    { limits: { maxBytes: MB } },
  ),
  zip(
    "zip: a size that is a lie, above the limit",
    [{ name: "a.bin", content: "x", sizeBytes: 4e9 }],
    tooLarge(
      "its files have more than 0.001 GB, the limit of extractMaxSizeGB (reached at its entry a.bin). If you know who made the archive, increase extractMaxSizeGB",
    ),
    { limits: { maxBytes: MB } },
  ),
];

/** What is allowed, though it looks like the others. */
const allowed: readonly HostileArchive[] = [
  zip("zip: a device of Windows, elsewhere", [{ name: "a/NUL.txt", content: "x" }]),
  zip("zip: names that differ by case, where they are two files", [{ name: "FINE.txt", content: "x" }]),
  zip(
    "zip: folders that differ by case, where they are one",
    [
      { name: "a/x", content: "x" },
      { name: "A/y", content: "y" },
    ],
    undefined,
    { disk: WINDOWS },
  ),
  zip("zip: a folder twice", [{ name: "a/" }, { name: "a/" }]),
  zip("zip: a backslash in a name of Unix", [{ name: "a\\b", content: "x" }]),
  zip("zip: bytes before its beginning", [], undefined, { end: { before: Buffer.from("#!/bin/sh\n") } }),
  zip("zip: UTF-8 without the flag that says so", [{ name: "ä/漢.txt", content: "x", flags: 0 }]),
  zip("zip: a comment", [], undefined, { end: { comment: Buffer.from("made by hand") } }),
  tgz("tar: folders and files that begin with ./", [
    { name: "./", type: "5" },
    { name: "./a/", type: "5" },
    { name: "./a/b", content: "x" },
  ]),
  tgz("tar: a PAX header for all entries, as git writes it", [
    pax({ comment: "0123456789abcdef0123456789abcdef01234567" }, "g"),
    { name: "a.txt", content: "x" },
  ]),
  tgz("tar: a PAX header with an empty path and an empty size", [
    pax({ path: "", size: "" }),
    { name: "a.txt", content: "x" },
  ]),
  tgz("tar: a long name of GNU", [
    { name: "L", type: "L", content: `${"d/".repeat(60)}a.txt\0` },
    { name: "a", content: "x" },
  ]),
  tgz("tar: sizes without an end, with spaces, and of 64 bits", [
    { name: "a.txt", content: "hello", sizeBytes: "000000000005" },
    { name: "b.txt", content: "hello", sizeBytes: "          5 " },
    { name: "c.txt", content: "hello", sizeBytes: "\x80\0\0\0\0\0\0\0\0\0\0\x05" },
  ]),
  tgz("tar: a file of the type 7", [{ name: "a.txt", type: "7", content: "x" }]),
  zip("zip: a name in UTF-8 besides one that is not", [
    { name: Buffer.from("\x84.txt", "latin1"), content: "x", flags: 0, host: 0, unicodeName: "ä.txt" },
  ]),
  zip("zip: sizes after the content", [
    { name: "a.txt", content: "x", flags: 0x808, localSizeBytes: 0, descriptor: Buffer.alloc(16) },
  ]),
  zip("zip: an end of 64 bits that is not needed", [], undefined, { end: { zip64: {} } }),
  tgz("tar: the oldest format", [{ name: "a.txt", content: "x", magic: "" }]),
  tgzOf(
    "tar: gzip in two parts",
    Buffer.concat([gzipSync(buildTar([fine]).subarray(0, 700)), gzipSync(buildTar([fine]).subarray(700))]),
  ),
  tgzOf("tar: gzip with zeros behind it", Buffer.concat([buildTgz([fine]), Buffer.alloc(512)])),
  tgz("tar: a ratio beyond 200 of less than 10 MB", [{ name: "a.bin", content: zeros.subarray(0, 9 * MB) }]),
];

export const hostileArchives: readonly HostileArchive[] = [
  ...names,
  ...collisions,
  ...kinds,
  ...lies,
  ...disagreements,
  ...bombs,
  ...allowed,
];

/** The first entry's bytes are a block that holds the second entry, header and all. */
function overlapping(): Buffer {
  const content = Buffer.alloc(1000);
  const inner: ZipSpec = { name: "b.bin", content };
  const innerBytes = Buffer.concat([localHeader(inner), deflateRawSync(content)]);
  const quote = Buffer.alloc(5);
  const quoted = localHeader(inner).length;
  quote.writeUInt16LE(quoted, 1);
  quote.writeUInt16LE(~quoted & 0xffff, 3);
  const outer = Buffer.concat([localHeader(inner), content]);
  const outerSpec: ZipSpec = {
    name: "a.bin",
    data: Buffer.concat([quote, innerBytes]),
    method: 8,
    sizeBytes: outer.length,
    crc32: crc32(outer),
  };
  return buildZip([outerSpec, { ...inner, headerAt: localHeader(outerSpec).length + quote.length }]);
}

/** An entry with its header, as it is before the directory. */
function localEntry(spec: ZipSpec): Buffer {
  return Buffer.concat([localHeader(spec), deflateRawSync(Buffer.from(spec.content ?? ""))]);
}

function hiddenAt(byte: number): string {
  return `it has an entry that is not in its directory, at byte ${byte}`;
}

function flipped(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  const index = bytes.length + at;
  changed[index] = (changed[index] ?? 0) ^ 1;
  return changed;
}
