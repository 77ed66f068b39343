import assert from "node:assert/strict";
import { linkSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { diskName, foldName } from "../../../src/files/name-collisions.ts";
import { isRepositoryName } from "../../../src/files/repository-name.ts";
import { whyPathIsRefused } from "../../../src/files/safe-path.ts";
import { listFolder } from "../../../src/files/windows/list-folder.ts";
import { haveSameNumbers, isSameItem, nameOnDisk } from "../../../src/files/windows/names-on-disk.ts";
import { realPath, realPathSync, withoutLongPathMark } from "../../../src/files/windows/real-path.ts";

describe("names that NTFS takes for one", () => {
  const alike = (one: string, other: string) => diskName(one, "win32") === diskName(other, "win32");

  it("differ in the case of letters only", () => {
    assert.ok(alike("ReadMe.md", "README.MD"));
    assert.ok(alike("\u00e4\u00d8\u0436/\u03b1", "\u00c4\u00f8\u0416/\u0391"));
  });

  it("are fewer than those that some disk takes for one", () => {
    for (const [one, other] of [
      ["stra\u00dfe", "STRASSE"],
      ["\u0131", "I"],
      ["\u017f", "S"],
      ["e\u0301", "\u00e9"],
      ["\u00b5", "\u039c"],
    ] as const) {
      assert.deepEqual([one, alike(one, other), foldName(one) === foldName(other)], [one, false, true]);
    }
  });

  it("are not taken for what other disks have", () => {
    for (const platform of ["darwin", "linux"] as const) {
      assert.equal(diskName("stra\u00dfe", platform), diskName("STRASSE", platform));
    }
  });
});

describe("the numbers of a file", () => {
  it("show that two are one, but not on a disk that gives none", () => {
    assert.equal(haveSameNumbers({ dev: 1n, ino: 7n }, { dev: 1n, ino: 7n }), true);
    assert.equal(haveSameNumbers({ dev: 1n, ino: 0n }, { dev: 1n, ino: 0n }), false);
  });
});

describe("a repository's history", () => {
  it("is known by every name that a disk takes for .git", () => {
    const names = [".git", ".GIT", ".Git", "GIT~1", "git~2", ".git.", ".git .", ".git::$INDEX_ALLOCATION", ".git:x"];
    const ignorable = [".g\u200cit", "\ufeff.GIT", ".git\u200f"];
    assert.deepEqual(
      [...names, ...ignorable].filter((name) => !isRepositoryName(name)),
      [],
    );
    const others = [".gitignore", ".github", "git", "gitx~1", "a.git", ".git-x", ".gi\u0307t"];
    assert.deepEqual(others.filter(isRepositoryName), []);
  });
});

describe("the path of a folder", () => {
  it("is held to the rules for names on Windows", () => {
    const refusal = (path: string) => whyPathIsRefused(path, "win32");
    for (const path of ["C:\\", "C:\\agent\\_work\\1\\s", "\\\\server\\share\\out", "D:\\a b\\c.d\\"]) {
      assert.equal(refusal(path), undefined, path);
    }
    assert.equal(refusal("C:\\out\\con"), '"con" is the name of a device on Windows');
    assert.equal(refusal("C:\\out\\aux.txt\\x"), '"aux.txt" is the name of a device on Windows');
    assert.equal(
      refusal("C:\\out. \\x"),
      "the name of a file or folder in it ends with a dot or a space, which Windows removes",
    );
    assert.equal(refusal("C:\\a\\D:\\b"), "it has :, which Windows does not allow");
    assert.equal(refusal("\\\\server\\share\\a*"), "it has *, which Windows does not allow");
  });

  it("is held to those of other systems there", () => {
    assert.equal(whyPathIsRefused("/", "linux"), undefined);
    assert.equal(whyPathIsRefused("/out/con/a:b", "linux"), undefined);
    assert.equal(
      whyPathIsRefused(`/out/${"x".repeat(256)}`, "linux"),
      "the name of a file or folder in it has more than 255 bytes",
    );
  });

  it("loses the mark of a long path", () => {
    const paths = ["\\\\?\\C:\\a", "//?/c:/a", "\\\\?\\UNC\\server\\share", "\\\\server\\share", "C:\\?", "/a"];
    assert.deepEqual(paths.map(withoutLongPathMark), [
      "C:\\a",
      "c:/a",
      "\\\\server\\share",
      "\\\\server\\share",
      "C:\\?",
      "/a",
    ]);
  });
});

describe("what is on the disk", () => {
  let folder: string;
  beforeEach(() => {
    folder = realpathSync.native(mkdtempSync(join(tmpdir(), "names-")));
    mkdirSync(join(folder, "sub"));
    writeFileSync(join(folder, "File.txt"), "");
    linkSync(join(folder, "File.txt"), join(folder, "hard"));
    symlinkSync("sub", join(folder, "link"), "dir");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("has its own name, and a link has that of the link", () => {
    const names = ["sub", "File.txt", "link", "missing", "File.txt/x"];
    assert.deepEqual(
      names.map((name) => nameOnDisk(join(folder, name))),
      ["sub", "File.txt", "link", undefined, undefined],
    );
  });

  it("is one item by its number, not by its name", () => {
    const same = (one: string, other: string) => isSameItem(join(folder, one), join(folder, other));
    assert.deepEqual(
      [same("File.txt", "hard"), same("File.txt", "sub"), same("link", "sub"), same("none", "none")],
      [true, false, false, false],
    );
  });

  it("has a real path, which is asked of the system", async () => {
    assert.equal(realPathSync(join(folder, "link")), join(folder, "sub"));
    assert.equal(await realPath(join(folder, "link")), join(folder, "sub"));
    assert.throws(() => realPathSync(join(folder, "missing")), { code: "ENOENT" });
    await assert.rejects(realPath(join(folder, "missing")), { code: "ENOENT" });
  });

  it("has a real path on disks of which the system does not say it", async () => {
    const unsupported = (): never => {
      throw Object.assign(new Error("EISDIR: illegal operation on a directory"), { code: "EISDIR" });
    };
    const path = join(folder, "link");
    assert.equal(realPathSync(path, unsupported), join(folder, "sub"));
    assert.equal(await realPath(path, async () => unsupported()), join(folder, "sub"));
  });

  it("is listed as what it is, though Windows lists some files and folders like links", () => {
    const seen: string[] = [];
    const asFolder = (path: string) => {
      seen.push(path);
      return { isDirectory: () => true, isSymbolicLink: () => false };
    };
    const kinds = (items: ReturnType<typeof listFolder>) =>
      items.map((item) => [item.name, item.isDirectory(), item.isSymbolicLink()]).sort();
    const others = [
      ["File.txt", false, false],
      ["hard", false, false],
    ];
    assert.deepEqual(kinds(listFolder(folder)), [...others, ["link", false, true], ["sub", true, false]]);
    assert.deepEqual(kinds(listFolder(folder, asFolder)), [...others, ["link", true, false], ["sub", true, false]]);
    assert.deepEqual(seen, [join(folder, "link")]);
  });
});
