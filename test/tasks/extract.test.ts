import assert from "node:assert/strict";
import { lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildTgz } from "../extract/build-tar.ts";
import { buildZip } from "../extract/build-zip.ts";
import { hostileArchives } from "../extract/hostile-archives.ts";
import { assertDownloaded, assertFailedWith, downloadBench } from "./download-bench.ts";
import { countsOf } from "./download-step.ts";
import { errorsOf } from "./step-result.ts";
import { outcomeOf } from "./upload-bench.ts";

const app = buildZip([
  { name: "bin/" },
  { name: "bin/run", content: "#!/bin/sh\n", mode: 0o106777 },
  { name: "read me.txt", content: "read me" },
  { name: "empty/" },
]);
const data = buildTgz([
  { name: "./", type: "5" },
  { name: "./a/", type: "5" },
  { name: "./a/ä.txt", content: "a" },
  { name: "./b.txt", content: "bb", mode: 0o600 },
]);
const appFiles = { "bin/run": "#!/bin/sh\n", "empty/": "", "read me.txt": "read me" };

const repository = buildZip([
  { name: ".git/hooks/", mode: 0o40755 },
  { name: ".git/config", content: "attack" },
  { name: "sub/.git/HEAD", content: "ref" },
  { name: ".gitignore", content: "i" },
]);

/** Lets the disk of temporary files below a folder be full. */
const fullDisk = (folder: string) => `
  const fs = require("node:fs");
  for (const [calls, name] of [[fs, "openSync"], [fs.promises, "open"]]) {
    const open = calls[name];
    calls[name] = (path, ...more) => {
      const isFull = String(path).startsWith(${JSON.stringify(folder)}) && String(path).includes(".part/");
      if (isFull) throw Object.assign(new Error("ENOSPC: no space left on device, open"), { code: "ENOSPC" });
      return open(path, ...more);
    };
  }
`;

/** Refuses all but the first temporary file straight in a folder. */
const onlyOneProbe = (folder: string) => `
  const fs = require("node:fs");
  const { open } = fs.promises;
  let probes = 0;
  fs.promises.open = (path, ...more) => {
    const isProbe = require("node:path").dirname(String(path)) === ${JSON.stringify(folder)};
    if (isProbe && ++probes > 1) throw Object.assign(new Error("EACCES: permission denied, open"), { code: "EACCES" });
    return open(path, ...more);
  };
`;

describe("AwsS3Download with extract", () => {
  const bench = downloadBench("embedded");
  const extract = async (inputs: Record<string, string> = {}, step = {}) => {
    const result = await bench.download({ extract: "true", ...inputs }, step);
    assertNothingTemporary();
    return result;
  };
  const isWindows = process.platform === "win32";
  const modeOf = (path: string) => (lstatSync(join(bench.landing.path, path)).mode & 0o777).toString(8);

  /** Neither in the target nor among the job's temporary files. */
  function assertNothingTemporary(): void {
    const isTemporary = (path: string) => /(^|[/\\])\.s3-[^/\\]+\.part/.test(path);
    const names = [bench.landing.outside, bench.workFolder].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(isTemporary),
    );
    assert.deepEqual(names, []);
  }

  it("extracts each archive to a folder of its name, and downloads the rest as files", async () => {
    await bench.put({
      "in/app.zip": app,
      "in/more/data.TAR.GZ": data,
      "in/b.tgz": data,
      "in/notes.txt": "notes",
      "in/.zip": "no archive",
      "in/c/": "",
    });
    const result = await extract({ sourceFolder: "in" });
    const archiveBytes = app.length + 2 * data.length;
    assertDownloaded(result, { new: 8, bytes: archiveBytes + 15 });
    assert.deepEqual(bench.landing.readOutside(), {
      "target/.zip": "no archive",
      "target/app/bin/run": "#!/bin/sh\n",
      "target/app/empty/": "",
      "target/app/read me.txt": "read me",
      "target/b/a/ä.txt": "a",
      "target/b/b.txt": "bb",
      "target/c/": "",
      "target/more/data/a/ä.txt": "a",
      "target/more/data/b.txt": "bb",
      "target/notes.txt": "notes",
    });
    // A slow machine shows its progress.
    const lines = result.log.slice(8, -1).filter((line) => !/^\d+ %: /.test(line));
    const told = lines.map((line) => line.replace(/ in [\d.]+ s .*/, ""));
    assert.deepEqual(told.slice(0, 3), [
      `Downloading s3://${bench.bucket}/in at ${new URL(bench.target.url).host} to ${bench.landing.path}`,
      `Downloading and checking 3 archives, ${archiveBytes} B`,
      "Found 5 objects, 3 of them archives with 6 files: 8 new; 23 B to extract, 15 B to download",
    ]);
    assert.deepEqual(told.slice(3, 13).sort(), [
      "  in/.zip → .zip (10 B, new)",
      "  in/app.zip → app/bin/run (10 B, new)",
      "  in/app.zip → app/empty/",
      "  in/app.zip → app/read me.txt (7 B, new)",
      "  in/b.tgz → b/a/ä.txt (1 B, new)",
      "  in/b.tgz → b/b.txt (2 B, new)",
      "  in/c/ → c/",
      "  in/more/data.TAR.GZ → more/data/a/ä.txt (1 B, new)",
      "  in/more/data.TAR.GZ → more/data/b.txt (2 B, new)",
      "  in/notes.txt → notes.txt (5 B, new)",
    ]);
    assert.equal(told[13], `Downloaded and extracted 8 files, ${archiveBytes + 15} B, to ${bench.landing.path}`);
    const [summary] = result.attachments.filter(({ type }) => type === "DistributedTask.Core.Summary");
    assert.match(summary?.content ?? "", /\n- \*\*Found\*\*: 5 objects, 3 of them archives with 6 files\n/);
  });

  it("extracts a single archive straight into the target, with run bits and the object's time", async () => {
    await bench.put({ "in/app.zip": app });
    bench.landing.write({ "kept.txt": "kept" });
    const result = await extract({ sourceFolder: "in/app.zip" });
    assertDownloaded(result, { new: 2, bytes: app.length });
    assert.deepEqual(bench.landing.read(), { ...appFiles, "kept.txt": "kept" });
    if (!isWindows) assert.deepEqual(["bin/run", "read me.txt"].map(modeOf), ["755", "644"]);
    assert.ok(Math.abs(bench.landing.modifiedMs("bin/run") - Date.now()) < 600_000);
    assert.deepEqual(bench.actions(result), [
      "makeFolder in/app.zip → empty: a folder in the archive, done",
      "extract in/app.zip → bin/run: new, done",
      "extract in/app.zip → read me.txt: new, done",
    ]);
    assert.ok(result.log.some((line) => line.startsWith("Found 1 archive with 2 files: 2 new; 17 B to extract")));
  });

  it("replaces what differs, by content and by run bit, and nothing else", async function () {
    if (isWindows) this.skip();
    await bench.put({
      "a.tgz": buildTgz([
        { name: "run", content: "run", mode: 0o755 },
        { name: "x", content: "xy" },
        { name: "y", content: "yy" },
      ]),
    });
    bench.landing.write({ "a/run": "run", "a/x": "xx", "a/y": "yy", "a/other": "other" });
    const result = await extract();
    assert.deepEqual(bench.actions(result), [
      "extract a.tgz → a/run: run bit differs, done",
      "extract a.tgz → a/x: content differs, done",
      "leave a.tgz → a/y: same checksum, done",
    ]);
    assert.deepEqual(bench.landing.read(), { "a/other": "other", "a/run": "run", "a/x": "xy", "a/y": "yy" });
    assert.equal(modeOf("a/run"), "755");
    assert.deepEqual(Object.values(countsOf(await extract())).slice(0, 3), [0, 0, 3]);
  });

  it("does with existing files as overwrite says", async () => {
    await bench.put({ "app.zip": app });
    bench.landing.write({ "app/read me.txt": "edited!" });
    const existing = join(bench.landing.path, "app/read me.txt");
    assertFailedWith(
      await extract({ overwrite: "error" }),
      [
        `overwrite: ${existing} exists already. Choose another targetFolder, or set overwrite to changed, always or never. [target-not-empty]`,
      ],
      { bytes: app.length },
    );
    assert.deepEqual(bench.landing.read(), { "app/read me.txt": "edited!" });
    assertDownloaded(await extract({ overwrite: "never" }), { new: 1, unchanged: 1, bytes: app.length });
    assert.equal(bench.landing.read()["app/read me.txt"], "edited!");
    assertDownloaded(await extract({ compareBy: "size" }), { unchanged: 2, bytes: app.length });
    assertDownloaded(await extract({ overwrite: "always" }), { updated: 2, bytes: app.length });
    assert.equal(bench.landing.read()["app/read me.txt"], "read me");
  });

  it("says in a dry run what it would do with each file, and does nothing", async () => {
    await bench.put({ "app.zip": app, "b.txt": "b" });
    bench.landing.write({ "app/read me.txt": "read me" });
    const result = await extract({ dryRun: "true" });
    assertDownloaded(result, { new: 2, unchanged: 1, bytes: app.length + 1 });
    assert.deepEqual(bench.landing.read(), { "app/read me.txt": "read me" });
    assert.deepEqual(bench.actions(result), [
      "download b.txt → b.txt: new, planned",
      "makeFolder app.zip → app/empty: a folder in the archive, planned",
      "extract app.zip → app/bin/run: new, planned",
      "leave app.zip → app/read me.txt: same checksum, planned",
    ]);
    const { filesDownloaded, filesUnchanged, bytesDownloaded } = countsOf(await extract());
    assert.deepEqual([filesDownloaded, filesUnchanged, bytesDownloaded], [2, 1, app.length + 1]);
  });

  it("refuses all archives that are not safe, by their names, and writes nothing", async () => {
    const hostile = hostileArchives.filter(({ refusal, disk, limits }) => refusal && !disk && !limits);
    assert.ok(hostile.length > 40, `${hostile.length}`);
    const keys = hostile.map(({ format }, index) => `in/${String(index).padStart(3, "0")}.${format}`);
    await bench.put(Object.fromEntries(hostile.map(({ bytes }, index) => [keys[index], bytes])));
    await bench.put({ "in/fine.zip": app, "in/notes.txt": "notes" });
    bench.landing.write({ "kept.txt": "kept" });
    const result = await extract({ sourceFolder: "in", overwrite: "always" });
    assert.equal(result.result, "Failed");
    // The log has the first 50 of them.
    const { problems } = bench.planOf(result);
    const withoutAdvice = (message: string) => message.replace(/\. (Create|If|Split) .*/s, "");
    assert.deepEqual(
      problems.map(({ input, code, message }) => `${input} ${code}: ${withoutAdvice(message)}`),
      hostile.map(({ refusal }, index) => {
        const [code, ...reason] = refusal?.split(": ") ?? [];
        return `extract ${code}: ${keys[index]} was not extracted: ${withoutAdvice(reason.join(": "))}`;
      }),
    );
    assert.deepEqual(bench.landing.readOutside(), { "target/kept.txt": "kept" });
  });

  it("skips .git in archives too, unless a pattern names it", async () => {
    await bench.put({ "in/app.zip": repository, "in/b.txt": "b" });
    bench.landing.write({ "app/.git/config": "precious" });
    const result = await extract({ sourceFolder: "in", overwrite: "always" });
    assert.deepEqual(outcomeOf(result).warnings, [
      "extract: .git in in/app.zip is not extracted (2 files). To extract it too, name it in a pattern (globExpressions), for example **/.git/**. [file-skipped]",
    ]);
    const kept = { "app/.gitignore": "i", "b.txt": "b" };
    assert.deepEqual(bench.landing.read(), { "app/.git/config": "precious", ...kept });
    const wanted = await extract({ sourceFolder: "in", overwrite: "always", globExpressions: "**\n**/.git/**" });
    assert.equal(outcomeOf(wanted).warnings, undefined);
    assert.deepEqual(bench.landing.read(), {
      "app/.git/config": "attack",
      "app/.git/hooks/": "",
      "app/sub/.git/HEAD": "ref",
      ...kept,
    });
  });

  it("says why an archive is refused, and what to do", async () => {
    await bench.put({
      "a.zip": buildZip([{ name: "../up.txt", content: "x" }]),
      "b.tgz": "no archive",
      "c.zip": buildZip([{ name: "zeros", content: Buffer.alloc(11_000_000) }]),
      "gone.zip": app,
    });
    bench.fault({ operation: "GetObject", key: "gone.zip" }, { kind: "status", status: 403, code: "AccessDenied" });
    const file = "To download it as a file, set extract to false.";
    const errors = errorsOf(await extract()).sort();
    assert.deepEqual(errors.slice(0, 3), [
      `extract: a.zip was not extracted: its entry ../up.txt is refused: it has ".." between slashes, which means the folder above. Create the archive again without this entry, or exclude the archive with a pattern (globExpressions). ${file} [archive-entry-refused]`,
      `extract: b.tgz was not extracted: it cannot be read: it is not a gzip file, or there is extra data after its end. Create the archive again and upload it. ${file} [archive-damaged]`,
      "extract: c.zip was not extracted: its content is more than 200 times as large as the archive (reached at its entry zeros), and may be an attack that fills the disk. If you know who made the archive, set extract to false, and extract it in a later step. [archive-too-large]",
    ]);
    assert.match(
      errors[3] ?? "",
      /^extract: gone\.zip was not downloaded: .*action s3:GetObject on arn:aws:s3:::.* \[access-denied\]$/,
    );
  });

  it("tests only once whether the target's disk tells case apart", async () => {
    await bench.put({ "in/app.zip": app });
    bench.landing.write({ "kept.txt": "kept" });
    const hookPath = join(bench.landing.outside, "hook.cjs");
    writeFileSync(hookPath, onlyOneProbe(bench.landing.path));
    const result = await extract({ sourceFolder: "in" }, { env: { NODE_OPTIONS: `--require=${hookPath}` } });
    assertDownloaded(result, { new: 2, bytes: app.length });
  });

  it("names the disk that is full, and how much is needed there", async () => {
    await bench.put({ "app.zip": app, "data.tgz": data });
    const temporaryFolder = join(bench.workFolder, "_temp");
    const preload = join(bench.workFolder, "full-disk.cjs");
    const run = (folder: string) => {
      writeFileSync(preload, fullDisk(folder));
      return extract({}, { env: { NODE_OPTIONS: `--require ${preload}` } });
    };
    assert.deepEqual(errorsOf(await run(bench.landing.path)), [
      `app/bin/run was not extracted: the disk of ${bench.landing.path} is full. The extracted files need 20 B there. Free space on that disk, or choose a targetFolder on another one. The target folder was not changed, because the files of all archives must be ready first. [disk-full]`,
    ]);
    assert.deepEqual(errorsOf(await run(temporaryFolder)), [
      `extract: the disk of the agent's temporary folder ${temporaryFolder} is full. The archives need ${app.length + data.length} B there. Free space on that disk, or give the agent a larger one. [disk-full]`,
    ]);
    assert.deepEqual(bench.landing.readOutside(), { "target/": "" });
  });

  it("refuses archives and objects that would share a folder", async () => {
    await bench.put({ "a.zip": app, "a.tgz": data, "b/c.zip": app, "b/c": "file", "d.zip": app, "d/x": "x" });
    const because =
      "in the target folder: an archive is extracted to a folder of its own, which has its name without the extension. Exclude it with a pattern (globExpressions). [file-names-in-conflict]";
    assertFailedWith(await extract(), [
      `extract: a.tgz, a.zip cannot all use the name a ${because}`,
      `extract: b/c, b/c.zip cannot all use the name b/c ${because}`,
      `extract: d.zip, d/x cannot all use the name d ${because}`,
    ]);
    assert.deepEqual(bench.landing.readOutside(), {});
    assert.deepEqual(
      bench.requests.filter(({ operation }) => operation === "GetObject"),
      [],
    );
  });

  it("moves no file if one of them cannot be moved", async function () {
    if (isWindows) this.skip();
    const a = buildZip([
      { name: "1", content: "1" },
      { name: "folder", content: "x" },
    ]);
    const b = buildZip([{ name: "2", content: "2" }]);
    await bench.put({ "a.zip": a, "b.zip": b });
    mkdirSync(join(bench.landing.path, "a/folder"), { recursive: true });
    symlinkSync(bench.landing.outside, join(bench.landing.path, "b"));
    assertFailedWith(
      await extract(),
      [
        `a/folder was not extracted: there is a folder of the same name: ${join(bench.landing.path, "a/folder")}. Remove or rename that folder, or choose another target folder. [path-taken]`,
        `b/2 was not extracted: ${join(bench.landing.path, "b")} is a symbolic link that leads out of the target folder, to ${bench.landing.outside}. Remove it, or choose another folder. [path-taken]`,
      ],
      { bytes: a.length + b.length },
    );
    assert.deepEqual(bench.landing.read(), { "a/folder/": "", b: `→ ${bench.landing.outside}` });
  });

  it("shares the archives among parallel jobs", async () => {
    const keys = Array.from({ length: 6 }, (_, index) => `${index}.zip`);
    await bench.put(Object.fromEntries(keys.map((key) => [key, app])));
    const extracted: string[] = [];
    for (const position of ["1", "2"]) {
      const targetFolder = join(bench.landing.path, position);
      const variables = { "System.TotalJobsInPhase": "2", "System.JobPositionInPhase": position };
      const { result } = await extract({ shard: "true", targetFolder }, { variables });
      assert.equal(result, "Succeeded");
      extracted.push(...readdirSync(targetFolder));
      assert.ok(readdirSync(targetFolder).length < 6);
    }
    assert.deepEqual(
      extracted.sort(),
      keys.map((key) => key.slice(0, 1)),
    );
  });
});
