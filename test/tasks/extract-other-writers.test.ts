import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { randomFrom } from "../random.ts";
import { downloadBench } from "./download-bench.ts";
import { writeFiles } from "./write-files.ts";

/** Set where programs of other people are to write archives, as far as they are installed. */
const mayRunWriters = process.env.ARCHIVE_WRITERS !== undefined;

const writers = fileURLToPath(new URL("../extract/writers", import.meta.url));
const at = (name: string) => join(writers, name);

/** Each writes all that is in a folder (the current one) into archives, whose names begin with its own. */
const COMMANDS: Readonly<Record<string, (source: string, target: string) => readonly string[][]>> = {
  python: (source, target) => [["python3", at("write_archives.py"), source, `${target}.zip`, `${target}.tgz`]],
  java: (source, target) => [["java", at("WriteZip.java"), source, `${target}.zip`]],
  go: (source, target) => [["go", "run", at("write_archives.go"), source, `${target}.zip`, `${target}.tgz`]],
  infozip: (_, target) => [["zip", "-q", "-r", `${target}.zip`, "."]],
  tar: (_, target) =>
    ["gnu", "posix", "ustar", "oldgnu"].map((format) => [
      "tar",
      `--format=${format}`,
      "-czf",
      `${target}-${format}.tar.gz`,
      ".",
    ]),
};

describe("AwsS3Download with extract", function () {
  this.timeout(120_000);
  const bench = downloadBench("embedded");
  const folder = mkdtempSync(join(tmpdir(), "writers-"));
  const source = join(folder, "source");
  const random = randomFrom(7);
  const files: Record<string, string | Buffer> = {
    "empty.bin": "",
    "run.sh": "#!/bin/sh\n",
    "a b/ä+1 %#'&.txt": "odd",
    "漢字/😀/ñ.txt": "more than ASCII",
    "back\\slash.txt": "of Unix",
    [`${"long name ".repeat(9)}.txt`]: "long",
    [`${"deep/".repeat(40)}file.txt`]: "longer than 100 bytes",
    "large.bin": Buffer.concat([random.bytes(3_000_000), Buffer.alloc(3_000_000, "text ")]),
    ...Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`many/${index}.txt`, `${index} `.repeat(index)])),
  };

  before(function () {
    if (!mayRunWriters || process.platform === "win32") {
      console.log("      set ARCHIVE_WRITERS to check archives of python, java, go, zip and tar");
      this.skip();
    }
    writeFiles(source, files);
    mkdirSync(join(source, "empty"));
    chmodSync(join(source, "run.sh"), 0o755);
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const [name, commandsFor] of Object.entries(COMMANDS)) {
    it(`extracts what ${name} has archived to the same files`, async function () {
      const target = join(folder, name);
      const commands = commandsFor(source, target);
      for (const [program = "", ...args] of commands) {
        try {
          await promisify(execFile)(program, args, { cwd: source, env: { ...process.env, GO111MODULE: "off" } });
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
          console.log(`      ${program} is not installed`);
          this.skip();
        }
      }
      const archives = commands.flat().filter((path) => path.startsWith(target) && existsSync(path));
      assert.ok(archives.length > 0);
      for (const [index, path] of archives.entries()) {
        await bench.put({ [`${index}${path.slice(target.length)}`]: readFileSync(path) });
      }
      const result = await bench.download({ extract: "true" });
      assert.equal(result.result, "Succeeded", result.log.join("\n"));
      const found = Object.entries(bench.landing.read());
      for (const [index, path] of archives.entries()) {
        const extracted = `${index}${path.slice(target.length).replace(/\.(zip|tgz|tar\.gz)$/, "")}`;
        const own = found.filter(([each]) => each.startsWith(`${extracted}/`));
        const contents = Object.fromEntries(own.map(([each, content]) => [each.slice(extracted.length + 1), content]));
        const expected = Object.entries(files).map(([each, content]) => [
          // Java says that its archives come from DOS, where this is what parts folders.
          name === "java" ? each.replace("\\", "/") : each,
          Buffer.from(content).toString("latin1"),
        ]);
        assert.deepEqual(contents, { ...Object.fromEntries(expected), "empty/": "" }, path);
        const mode = lstatSync(join(bench.landing.path, extracted, "run.sh")).mode & 0o777;
        assert.equal(mode, name === "java" ? 0o644 : 0o755, path);
      }
    });
  }
});
