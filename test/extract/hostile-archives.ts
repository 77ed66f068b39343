import { crc32, deflateRawSync, gzipSync } from "node:zlib";
import { buildTar, buildTgz, pax } from "./build-tar.ts";
import { buildZip, localHeader, type ZipSpec } from "./build-zip.ts";
import { disagreements } from "./disagreeing-archives.ts";
import {
  both,
  damaged,
  fine,
  type HostileArchive,
  longName,
  MAC,
  MB,
  MORE_THAN_THE_DIRECTORY,
  NO_GZIP,
  ratio,
  refused,
  tgz,
  tgzOf,
  tooLarge,
  WINDOWS,
  zeros,
  zip,
  zipOf,
} from "./hostile-archive.ts";

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

function flipped(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  const index = bytes.length + at;
  changed[index] = (changed[index] ?? 0) ^ 1;
  return changed;
}
