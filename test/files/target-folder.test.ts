import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TargetFolder, TargetFolderError } from "../../src/files/target-folder.ts";

describe("the folders that files are downloaded into", () => {
  let top: string;
  let root: string;
  beforeEach(() => {
    top = mkdtempSync(join(tmpdir(), "target-"));
    root = join(top, "root");
  });
  afterEach(() => rmSync(top, { recursive: true, force: true }));

  it("are made as far as files need them, the root and those above it too", async () => {
    const target = new TargetFolder(join(root, "x/y"));
    const names = ["a", "b/c", "b/d/e", "b/d/f"];
    assert.deepEqual(
      await Promise.all(names.map((name) => target.fileFor(name))),
      names.map((name) => join(root, "x/y", name)),
    );
    await target.ensureFolder("g/h");
    assert.deepEqual(foldersBelow(join(root, "x/y")), ["b", "b/d", "g", "g/h"]);
  });

  it("are not made where the root is a link that leads nowhere", async function () {
    if (process.platform === "win32") this.skip();
    symlinkSync(join(top, "nothing"), root);
    await assert.rejects(new TargetFolder(root).fileFor("a"), {
      name: "TargetFolderError",
      code: "path-taken",
      message: `${root} is a symbolic link that leads nowhere. Remove it, or choose another folder`,
    });
    assert.deepEqual(readdirSync(top), ["root"]);
  });

  it("are looked at once, however many files come", async () => {
    const target = new TargetFolder(root);
    await Promise.all(Array.from({ length: 1000 }, (_, index) => target.fileFor(`a/b/${index}`)));
    rmSync(root, { recursive: true });
    await target.fileFor("a/b/more");
    await target.ensureFolder("a");
    assert.equal(existsSync(root), false);
  });

  it("may be there already, as folders or as links that stay inside", async () => {
    mkdirSync(join(root, "real/sub"), { recursive: true });
    symlinkSync("real", join(root, "link"));
    symlinkSync(join("..", "root", "real", "sub"), join(root, "winding"));
    symlinkSync(".", join(root, "self"));
    const target = new TargetFolder(root);
    for (const name of ["real/a", "link/sub/a", "link/new/a", "winding/a", "self/a"]) {
      assert.equal(await target.fileFor(name), join(root, name));
    }
    assert.deepEqual(readdirSync(join(root, "real")), ["new", "sub"]);
  });

  it("may stand behind a root that is a link", async () => {
    mkdirSync(join(top, "elsewhere/inside"), { recursive: true });
    symlinkSync("elsewhere", root);
    symlinkSync("inside", join(top, "elsewhere/link"));
    assert.equal(await new TargetFolder(root).fileFor("link/a"), join(root, "link/a"));
  });

  it("are never outside of the root, wherever links lead", async () => {
    mkdirSync(join(root, "real"), { recursive: true });
    mkdirSync(join(top, "root-beside"));
    const links = { out: "/", up: "..", beside: "../root-beside", "real/deep": join(top, "root-beside") };
    for (const [name, to] of Object.entries(links)) symlinkSync(to, join(root, name));
    const target = new TargetFolder(root);
    for (const name of Object.keys(links)) {
      const refusal = {
        name: "TargetFolderError",
        code: "path-taken",
        message: /is a symbolic link that leads out of the target folder, to .*\. Remove it, or choose another/,
      };
      await assert.rejects(target.fileFor(`${name}/a`), refusal);
      await assert.rejects(target.fileFor(`${name}/new/b`), refusal);
      await assert.rejects(target.ensureFolder(name), refusal);
    }
    assert.deepEqual(readdirSync(join(top, "root-beside")), []);
  });

  it("are not files, nor links to files or to nothing", async () => {
    mkdirSync(root);
    writeFileSync(join(root, "file"), "");
    symlinkSync("file", join(root, "to-file"));
    symlinkSync("missing", join(root, "to-nothing"));
    const target = new TargetFolder(root);
    const obstacles = {
      file: "is a file where a folder is needed",
      "to-file": "is a symbolic link to a file where a folder is needed",
      "to-nothing": "is a symbolic link that leads nowhere",
    };
    for (const [name, obstacle] of Object.entries(obstacles)) {
      await assert.rejects(target.fileFor(`${name}/a`), new TargetFolderError(join(root, name), obstacle));
    }
    assert.equal(existsSync(join(root, "missing")), false);
  });

  it("say nothing of the file itself, which a rename will replace", async () => {
    mkdirSync(root);
    symlinkSync("/etc/passwd", join(root, "link"));
    assert.equal(await new TargetFolder(root).fileFor("link"), join(root, "link"));
    assert.equal(readlinkSync(join(root, "link")), "/etc/passwd");
  });
});

function foldersBelow(folder: string): string[] {
  return (readdirSync(folder, { recursive: true }) as string[]).sort();
}
