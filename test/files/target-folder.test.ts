import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Disk } from "../../src/files/disk.ts";
import { type FolderIdentity, findIdentity } from "../../src/files/folder-identity.ts";
import { TargetFolder, TargetFolderError } from "../../src/files/target-folder.ts";

describe("the folders that files are downloaded into", () => {
  let top: string;
  let root: string;
  beforeEach(() => {
    top = realpathSync(mkdtempSync(join(tmpdir(), "target-")));
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
    assert.deepEqual(foldersBelow(join(root, "x/y")), ["b", join("b", "d"), "g", join("g", "h")]);
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

  describe("and are exchanged while the step runs", () => {
    if (process.platform === "win32") return;
    const disk = new Disk();
    const outside = () => join(top, "outside");
    beforeEach(() => {
      mkdirSync(join(root, "a/b"), { recursive: true });
      mkdirSync(join(outside(), "b/empty"), { recursive: true });
      writeFileSync(join(outside(), "b/file"), "precious");
    });
    const exchange = (path: string, to = outside()) => {
      renameSync(path, `${path}-before`);
      symlinkSync(to, path);
    };
    const exchanged = (path: string, leadsTo: string) => ({
      name: "FolderExchangedError",
      code: "folder-exchanged",
      message: `${path} was replaced by another process during this step, and now leads to ${leadsTo}. Nothing was written or deleted there. Find the process that changes the target folder, and run the step again when it has ended`,
    });
    const reached = async () => {
      const target = new TargetFolder(root, findIdentity(root));
      await target.fileFor("a/b/file");
      await target.confirm("a/b/file", disk);
      return target;
    };

    it("are refused for files, if a link leads out", async () => {
      const target = await reached();
      exchange(join(root, "a"));
      await assert.rejects(target.confirm("a/b/file", disk), exchanged(join(root, "a/b"), join(outside(), "b")));
      await assert.rejects(target.fileFor("a/new/file"), exchanged(join(root, "a"), outside()));
      assert.deepEqual(foldersBelow(outside()), ["b", "b/empty", "b/file"]);
    });

    it("are refused for files, if the root is another folder", async () => {
      const target = await reached();
      exchange(root);
      const refusal = exchanged(root, outside());
      await assert.rejects(target.confirm("a/b/file", disk), (error) => error instanceof Error);
      await assert.rejects(target.confirm("file", disk), refusal);
      await assert.rejects(target.pathToRemove("b/file"), refusal);
      await assert.rejects(new TargetFolder(root, await identityBefore()).fileFor("b/file"), refusal);
    });

    it("are refused for deletions, if a link stands on the way, wherever it leads", async () => {
      const target = await reached();
      assert.equal(await target.pathToRemove("a/b/file"), join(root, "a/b/file"));
      mkdirSync(join(root, "other/b"), { recursive: true });
      exchange(join(root, "a"), join(root, "other"));
      await assert.rejects(target.pathToRemove("a/b/file"), exchanged(join(root, "a"), join(root, "other")));
      await assert.rejects(target.removeEmpty("a/b"), exchanged(join(root, "a"), join(root, "other")));
    });

    it("are not emptied behind a link", async () => {
      const target = new TargetFolder(root, findIdentity(root));
      mkdirSync(join(root, "empty/one"), { recursive: true });
      assert.equal(await target.removeEmpty("empty"), true);
      symlinkSync(outside(), join(root, "empty"));
      await assert.rejects(target.removeEmpty("empty"), { code: "folder-exchanged" });
      assert.deepEqual(foldersBelow(outside()), ["b", "b/empty", "b/file"]);
    });

    it("may be made again, or be links that stay inside", async () => {
      const target = await reached();
      rmSync(join(root, "a"), { recursive: true });
      mkdirSync(join(root, "a/b"), { recursive: true });
      await target.confirm("a/b/file", disk);
      exchange(join(root, "a"), join(root, "a-before"));
      await target.confirm("a/b/file", disk);
    });

    async function identityBefore() {
      return (
        findIdentity(`${root}-before`) && { ...(findIdentity(`${root}-before`) as FolderIdentity), realPath: root }
      );
    }
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
