import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { release } from "../../scripts/release.ts";

const CHANGELOG = "# Changelog\n\n## Unreleased\n\n- Faster.\n\n## 1.2.0 (2027-01-01)\n\n- First.\n";

describe("A release", () => {
  let folder = "";
  const git = (...args: string[]) => execFileSync("git", args, { cwd: folder, encoding: "utf8" });
  const read = (name: string) => readFileSync(join(folder, name), "utf8");

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "release-"));
    writeFileSync(join(folder, "package.json"), '{\n  "name": "example",\n  "version": "1.2.0"\n}\n');
    writeFileSync(
      join(folder, "package-lock.json"),
      '{\n  "name": "example",\n  "version": "1.2.0",\n  "packages": {\n    "": {\n      "version": "1.2.0"\n    }\n  }\n}\n',
    );
    writeFileSync(join(folder, "CHANGELOG.md"), CHANGELOG);
    git("init", "--quiet");
    git("config", "user.name", "Example");
    git("config", "user.email", "example@example.com");
    git("add", ".");
    git("commit", "--quiet", "--message", "Begin");
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it("sets all versions and dates the changelog, in one commit", () => {
    release(folder, "1.10.0", "2027-02-03");
    assert.equal(read("package.json"), '{\n  "name": "example",\n  "version": "1.10.0"\n}\n');
    const lock = JSON.parse(read("package-lock.json"));
    assert.deepEqual([lock.version, lock.packages[""].version], ["1.10.0", "1.10.0"]);
    assert.equal(read("CHANGELOG.md"), CHANGELOG.replace("## Unreleased", "## 1.10.0 (2027-02-03)"));
    assert.equal(git("log", "-1", "--format=%s"), "Release 1.10.0\n");
    assert.equal(git("status", "--porcelain"), "");
  });

  for (const [version, message] of [
    ["", "Usage: npm run release -- X.Y.Z"],
    ["v2", "Usage: npm run release -- X.Y.Z"],
    ["1.1.9", "1.1.9 is lower than 1.2.0. Enter a higher version."],
    ["1.2.0", "CHANGELOG.md already has version 1.2.0. Enter a higher version."],
  ] as const) {
    it(`of version "${version}" is refused, and changes nothing`, () => {
      assert.throws(() => release(folder, version, "2027-02-03"), { message });
      assert.equal(git("status", "--porcelain"), "");
    });
  }

  it("is refused if there are changes, or nothing to release", () => {
    writeFileSync(join(folder, "CHANGELOG.md"), CHANGELOG.replace("## Unreleased\n", ""));
    assert.throws(() => release(folder, "2.0.0", "2027-02-03"), { message: "There are changes. Commit them first." });
    git("commit", "--quiet", "--all", "--message", "Forget the heading");
    assert.throws(() => release(folder, "2.0.0", "2027-02-03"), {
      message: 'CHANGELOG.md has no part "## Unreleased". Add it, with what changes for users.',
    });
  });
});
