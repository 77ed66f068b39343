import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { lutimesSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parsePatterns } from "../../src/files/patterns.ts";
import { type LocalFile, type ScanOptions, type ScanWarning, scan, scanBase } from "../../src/files/scan.ts";

const MODIFIED_MS = 1_700_000_000_000;

describe("scanning a folder", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "scan-"));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it("yields the files in the order in which S3 lists keys, with their sizes and times", async () => {
    // UTF-8 order: "." before "/" before "0"; U+FF5E before U+1F600, though its UTF-16 units are larger.
    const expected = ["B", "a.txt", "a/b", "a0", "b c/ä", "～", "😀"];
    for (const path of [...expected].reverse()) write(path, path.length);
    assert.deepEqual(
      (await scanAll()).files,
      expected.map((path) => ({ path, sizeBytes: path.length, modifiedMs: MODIFIED_MS })),
    );
  });

  it("leaves .git out unless a pattern names it", async () => {
    for (const path of [".git/config", "sub/.git", "kept"]) write(path);
    assert.deepEqual((await scanAll()).paths, ["kept"]);
    assert.deepEqual((await scanAll([".git/**", "kept"])).paths, [".git/config", "kept"]);
  });

  it("leaves out what a download that was killed has left, unless the walk is a download's own", async () => {
    const left = [".s3-0123abcd-4711-89abcdef0.part", "sub/.s3-0123abcd-4711-89abcdef1.part/x"];
    for (const path of [...left, ".s3-notes.part"]) write(path);
    assert.deepEqual((await scanAll()).paths, [".s3-notes.part"]);
    assert.deepEqual((await scanAll(["**"], root, { linksAsFiles: true })).paths, [
      ".s3-0123abcd-4711-89abcdef0.part",
      ".s3-notes.part",
      "sub/.s3-0123abcd-4711-89abcdef1.part/x",
    ]);
  });

  it("takes a single file by its name", async () => {
    write("folder/file.txt", 5);
    const file = join(root, "folder/file.txt");
    assert.deepEqual((await scanAll(["**"], file)).files, [
      { path: "file.txt", sizeBytes: 5, modifiedMs: MODIFIED_MS },
    ]);
    assert.equal(scanBase(file), join(root, "folder"));
    assert.deepEqual((await scanAll(["*.md"], file)).files, []);
  });

  it("follows links inside the folder, and leaves out those that lead nowhere, back up, or out, with a warning", async () => {
    write("real/file");
    symlinkSync("real", join(root, "folder-link"));
    symlinkSync("real/file", join(root, "file-link"));
    symlinkSync("missing", join(root, "broken"));
    symlinkSync("self", join(root, "self"));
    symlinkSync("..", join(root, "real/up"));
    symlinkSync(tmpdir(), join(root, "out"));
    const { paths, warnings } = await scanAll();
    assert.deepEqual(paths, ["file-link", "folder-link/file", "real/file"]);
    const back = "the link leads back to a folder that contains it";
    assert.deepEqual(Object.fromEntries(warnings.map(({ path, reason }) => [path, reason])), {
      broken: "the link leads nowhere (ENOENT)",
      "folder-link/up": back,
      out: "the link leads out of the source folder",
      "real/up": back,
      self: "the link leads nowhere (ELOOP)",
    });
  });

  it("does not follow links into .git, unless a pattern names it", async () => {
    write(".git/config");
    symlinkSync(".git/config", join(root, "config-link"));
    symlinkSync(".git", join(root, "git-link"));
    const { paths, warnings } = await scanAll();
    assert.deepEqual(paths, []);
    assert.deepEqual(
      warnings.map(({ reason }) => reason),
      ["the link leads into .git", "the link leads into .git"],
    );
    assert.deepEqual((await scanAll(["config-link", ".git/nothing"])).paths, ["config-link"]);
  });

  it("reports a link's target when it follows it", async () => {
    write("real/file", 7);
    symlinkSync("real/file", join(root, "link"));
    const expected = { sizeBytes: 7, modifiedMs: MODIFIED_MS };
    assert.deepEqual((await scanAll()).files, [
      { path: "link", ...expected },
      { path: "real/file", ...expected },
    ]);
  });

  it("leaves links out without a word where they are not to be followed", async () => {
    write("real/file");
    linkEverywhere();
    const { paths, warnings } = await scanAll(["**"], root, { followSymlinks: false });
    assert.deepEqual({ paths, warnings }, { paths: ["real/file"], warnings: [] });
  });

  it("yields links as they are, wherever they lead, where they are wanted as files", async () => {
    write("real/file");
    for (const path of linkEverywhere()) lutimesSync(join(root, path), MODIFIED_MS / 1000, MODIFIED_MS / 1000);
    const link = (path: string, target: string) => ({
      path,
      sizeBytes: target.length,
      modifiedMs: MODIFIED_MS,
      isLink: true as const,
    });
    const options = { linksAsFiles: true };
    const { files, warnings } = await scanAll(["**"], root, options);
    assert.deepEqual(files, [
      link("broken", "missing"),
      link("file-link", "real/file"),
      link("folder-link", "real"),
      link("out", "/"),
      { path: "real/file", sizeBytes: 1, modifiedMs: MODIFIED_MS },
      link("real/up", ".."),
    ]);
    assert.deepEqual(warnings, []);
    assert.deepEqual((await scanAll(["*-link", "!file-*"], root, options)).paths, ["folder-link"]);
    assert.deepEqual((await scanAll(["**"], join(root, "folder-link"), options)).paths, ["file", "up"]);
  });

  it("fails, rather than walk for ever, where many folders link to each other", async () => {
    const names = Array.from({ length: 12 }, (_, index) => `p${index}`);
    for (const name of names) {
      write(`${name}/index.js`);
      for (const other of names) symlinkSync(`../${other}`, join(root, name, `to-${other}`));
    }
    await assert.rejects(
      scanAll(),
      /symbolic links lead to it on more than 100 paths; exclude the links with a pattern\./,
    );
    assert.deepEqual(
      (await scanAll(["*/index.js", "!*/to-*/**"])).paths,
      names.map((name) => `${name}/index.js`).sort(),
    );
  });

  it("does not read folders that are excluded whole", async () => {
    write("kept/a");
    write("left/b");
    symlinkSync("nowhere", join(root, "left/broken"));
    assert.deepEqual(await scanAll(["**", "!left/**"]), { ...(await scanAll(["kept/*"])), warnings: [] });
  });

  it("does not read folders in which nothing is included", async () => {
    write("dist/a.js");
    write("dist/b/c.js");
    write("src/a.js");
    write("packages/one/dist/a.js");
    write("packages/one/src/a.js");
    const read = async (...lines: string[]) => {
      const patterns = parsePatterns(lines);
      const asked: string[] = [];
      const matches = (path: string) => {
        asked.push(path);
        return patterns.matches(path);
      };
      const paths = await pathsOf(scan(root, { ...patterns, matches }, () => undefined));
      return { paths, asked };
    };
    assert.deepEqual(await read("dist/**"), {
      paths: ["dist/a.js", "dist/b/c.js"],
      asked: ["dist/a.js", "dist/b/c.js"],
    });
    assert.deepEqual(await read("dist/*"), { paths: ["dist/a.js"], asked: ["dist/a.js"] });
    assert.deepEqual(await read("packages/*/dist/**", "src/a.js", "!src/"), {
      paths: ["packages/one/dist/a.js"],
      asked: ["packages/one/dist/a.js"],
    });
    assert.deepEqual(await read("*.js"), { paths: [], asked: [] });
  });

  it("reads no folder of no concern, be it closed to it or full of names that are not valid UTF-8", async function () {
    if (process.platform !== "linux") this.skip();
    write("dist/a");
    mkdirSync(join(root, "odd"));
    writeFileSync(Buffer.concat([Buffer.from(join(root, "odd/f")), Buffer.from([0xff])]), "x");
    writeFileSync(Buffer.concat([Buffer.from(join(root, "f")), Buffer.from([0xff])]), "x");
    assert.deepEqual((await scanAll(["dist/**"])).paths, ["dist/a"]);
    assert.deepEqual((await scanAll(["**", "!odd/", "!f?"])).paths, ["dist/a"]);
  });

  it("goes on where something disappears meanwhile, and says what", async () => {
    for (const path of ["a", "b", "c/d", "e"]) write(path);
    symlinkSync("e", join(root, "f"));
    const patterns = parsePatterns(["**"]);
    const matches = (path: string) => {
      for (const gone of ["b", "c", "e"]) rmSync(join(root, gone), { recursive: true, force: true });
      return patterns.matches(path);
    };
    const warnings: ScanWarning[] = [];
    const files = scan(root, { ...patterns, matches }, (warning) => warnings.push(warning));
    assert.deepEqual(await pathsOf(files), ["a"]);
    const reason = "it disappeared while the folder was read";
    assert.deepEqual(warnings, [
      { path: "b", reason },
      { path: "e", reason },
      { path: "f", reason: "the link leads nowhere (ENOENT)" },
      { path: "c", reason },
    ]);
  });

  it("goes down a thousand levels", async () => {
    write(`${"d/".repeat(1000)}file`);
    assert.deepEqual((await scanAll()).paths, [`${"d/".repeat(1000)}file`]);
  });

  it("fails where a name is not valid UTF-8, since S3 has no such keys", async function () {
    if (process.platform !== "linux") this.skip();
    write("genuine \ufffd");
    assert.deepEqual((await scanAll()).paths, ["genuine \ufffd"]);
    writeFileSync(Buffer.concat([Buffer.from(join(root, "f")), Buffer.from([0xff])]), "x");
    await assert.rejects(scanAll(), {
      code: "file-name-not-supported",
      message:
        "f\ufffd cannot be read: its name is not valid UTF-8. Invalid bytes are shown as \ufffd. Rename it in the step that makes it, or exclude it with a pattern that has ? in that place.",
    });
  });

  it("follows a root that is a link itself", async () => {
    write("real/file");
    symlinkSync("real", join(root, "root-link"));
    assert.deepEqual((await scanAll(["**"], join(root, "root-link"))).paths, ["file"]);
  });

  it("warns of what is neither file nor folder, where the patterns want it", async function () {
    if (process.platform === "win32") this.skip();
    execFileSync("mkfifo", [join(root, "pipe")]);
    assert.deepEqual(await scanAll(), {
      files: [],
      paths: [],
      warnings: [{ path: "pipe", reason: "it is neither a file nor a folder" }],
    });
    assert.deepEqual((await scanAll(["*.txt"])).warnings, []);
  });

  it("ends when it is cancelled, also if the patterns match nothing", async () => {
    for (let index = 0; index < 5; index++) write(`${index}/file`);
    const cancel = new AbortController();
    const reason = new Error("cancelled");
    const looked: string[] = [];
    // As on a disk on which each name takes longer than other work may wait.
    const mayMatchBelow = (path: string) => {
      const startMs = performance.now();
      while (performance.now() - startMs < 60);
      looked.push(path);
      return true;
    };
    const patterns = { ...parsePatterns(["none"]), mayMatchBelow };
    setImmediate(() => cancel.abort(reason));
    await assert.rejects(pathsOf(scan(root, patterns, () => undefined, { signal: cancel.signal })), reason);
    assert.ok(looked.length < 5);
  });

  /** Links to a file, to a folder, up, out, and to nothing, beside `real/file`. */
  function linkEverywhere(): string[] {
    const targets = { "file-link": "real/file", "folder-link": "real", "real/up": "..", out: "/", broken: "missing" };
    for (const [path, target] of Object.entries(targets)) symlinkSync(target, join(root, path));
    return Object.keys(targets);
  }

  function write(path: string, sizeBytes = 1): void {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), "x".repeat(sizeBytes));
    utimesSync(join(root, path), MODIFIED_MS / 1000, MODIFIED_MS / 1000);
  }

  async function scanAll(lines = ["**"], from = root, options: ScanOptions = {}) {
    const warnings: ScanWarning[] = [];
    const files: LocalFile[] = [];
    const found = scan(from, parsePatterns(lines), (warning) => warnings.push(warning), options);
    for await (const file of found) files.push(file);
    return { files, paths: files.map(({ path }) => path), warnings };
  }

  async function pathsOf(files: AsyncIterable<LocalFile>): Promise<string[]> {
    const paths: string[] = [];
    for await (const { path } of files) paths.push(path);
    return paths;
  }
});
