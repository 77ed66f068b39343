import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import JSZip from "jszip";
import { packageDate, rewriteArchive } from "../../scripts/archive.ts";

const date = new Date("2026-02-03T04:05:06Z");

describe("A rewritten archive", () => {
  it("has the same bytes whatever the order, the time and the permissions of the files in it were", async () => {
    const contents = { "b/c.txt": "c", "a.txt": "a", "[Content_Types].xml": "<Types/>", "b/a.bin": "\0\u00ff" };
    const first = await archiveOf(Object.entries(contents), new Date(2020, 1, 2), 0o644);
    const second = await archiveOf(Object.entries(contents).reverse(), new Date(2021, 6, 7), 0o755);
    assert.notDeepEqual(first, second);
    const rewritten = await rewriteArchive(first, date);
    assert.deepEqual(await rewriteArchive(second, date), rewritten);

    const { files } = await JSZip.loadAsync(rewritten);
    assert.deepEqual(Object.keys(files), ["[Content_Types].xml", "a.txt", "b/a.bin", "b/c.txt"]);
    for (const [name, content] of Object.entries(contents)) assert.equal(await files[name]?.async("text"), content);
    assert.deepEqual(
      Object.values(files).map((file) => file.date),
      [date, date, date, date],
    );
  });
});

async function archiveOf(entries: readonly [string, string][], time: Date, permissions: number): Promise<Buffer> {
  const zip = new JSZip();
  for (const [name, content] of entries) zip.file(name, content, { date: time, unixPermissions: permissions });
  return zip.generateAsync({ type: "nodebuffer", platform: "UNIX" });
}

describe("The date of a package", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "date-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("is SOURCE_DATE_EPOCH, which is never before 1980", () => {
    assert.deepEqual(packageDate(folder, { SOURCE_DATE_EPOCH: "1770091506" }), date);
    assert.deepEqual(packageDate(folder, { SOURCE_DATE_EPOCH: "0" }), new Date("1980-01-01T00:00:00Z"));
    assert.throws(() => packageDate(folder, { SOURCE_DATE_EPOCH: "yesterday" }), {
      message: 'SOURCE_DATE_EPOCH is "yesterday". Set it to a whole number of seconds since 1970, or unset it.',
    });
  });

  it("is the commit's", function () {
    if (spawnSync("git", ["--version"]).error) this.skip();
    writeFileSync(join(folder, "a.txt"), "a");
    const git = (...options: string[]) =>
      execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", ...options], {
        cwd: folder,
        env: { ...process.env, GIT_COMMITTER_DATE: "2026-02-03T13:05:06+0900" },
      });
    git("init", "--quiet");
    git("add", "a.txt");
    git("commit", "--quiet", "--no-gpg-sign", "--message", "a");
    assert.deepEqual(packageDate(folder, {}), date);
  });

  it("is 1980 for sources without a repository", () => {
    assert.deepEqual(packageDate(folder, {}), new Date("1980-01-01T00:00:00Z"));
  });
});
