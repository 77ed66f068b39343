import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import JSZip from "jszip";
import { describeIfFull } from "../amounts.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const VSIX = "dist/contoso.s3-tasks-1.0.1.vsix";
const MAP = "dist/extension/tasks/AwsS3Upload/main.js.map";

describeIfFull("Two packages of the same sources", function () {
  this.timeout(300_000);
  let temporary: string;
  let folders: readonly [string, string];
  let sourcesOfMap: readonly string[];
  before(async () => {
    temporary = mkdtempSync(join(tmpdir(), "packages-"));
    folders = [join(temporary, "a"), join(temporary, "another/folder/further down")];
    for (const folder of folders) copySources(folder);
    await runIn(folders[1], ["scripts/build.ts", "--source-maps"]);
    sourcesOfMap = JSON.parse(readFileSync(join(folders[1], MAP), "utf8")).sources;
    await Promise.all([packIn(folders[0], "Asia/Tokyo"), packIn(folders[1], "America/St_Johns")]);
  });
  after(() => rmSync(temporary, { recursive: true, force: true }));

  it("have the same bytes, whatever the folder and the time zone", () => {
    const [first, second] = folders.map((folder) => readFileSync(join(folder, VSIX)));
    assert.ok(first?.equals(second as Buffer));
  });

  it("hold what was built, what tfx adds, and nothing else", async () => {
    const { files } = await JSZip.loadAsync(readFileSync(join(folders[0], VSIX)));
    const built = join(folders[0], "dist/extension");
    const paths = readdirSync(built, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(built, join(entry.parentPath, entry.name)).replaceAll(sep, "/"))
      .filter((path) => path !== "vss-extension.json");
    const added = ["[Content_Types].xml", "extension.vsixmanifest", "extension.vsomanifest"];
    assert.deepEqual(Object.keys(files), [...paths, ...added].sort());
    for (const path of paths.filter((each) => !each.endsWith("task.json"))) {
      assert.ok(readFileSync(join(built, path)).equals((await files[path]?.async("nodebuffer")) as Buffer), path);
    }
    const types = await files["[Content_Types].xml"]?.async("text");
    assert.match(types ?? "", /<Override ContentType="text\/plain" PartName="\/LICENSE"\/>/);
    for (const file of Object.values(files)) assert.equal(file.date.toISOString(), "2026-02-03T04:05:06.000Z");
  });

  it("have no source maps, though the build before had some for a debugger", () => {
    assert.ok(sourcesOfMap.includes("../../../../tasks/AwsS3Upload/upload.ts"));
    assert.ok(!existsSync(join(folders[1], MAP)));
  });

  it("name no folder of the machine", async () => {
    const { files } = await JSZip.loadAsync(readFileSync(join(folders[0], VSIX)));
    for (const file of Object.values(files)) {
      const content = (await file.async("nodebuffer")).toString("latin1");
      assert.ok(!content.includes(basename(temporary)), file.name);
    }
  });

  it("can be read by another program", function () {
    const script = "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip(), len(z.namelist()))";
    const { error, stdout, stderr } = spawnSync("python3", ["-c", script, join(folders[0], VSIX)], {
      encoding: "utf8",
    });
    if (error) this.skip();
    assert.match(stdout, /^None \d+\n$/, stderr);
  });
});

/** The sources as a clone has them, beside the installed packages. */
function copySources(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const left = [".git", "node_modules", "dist", "coverage", ".servers"];
  for (const name of readdirSync(root).filter((each) => !left.includes(each))) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
}

function packIn(folder: string, timeZone: string): Promise<unknown> {
  const options = ["scripts/package.ts", "--publisher", "contoso", "--version", "1.0.1"];
  return runIn(folder, options, { SOURCE_DATE_EPOCH: "1770091506", TZ: timeZone });
}

function runIn(folder: string, options: readonly string[], environment = {}): Promise<unknown> {
  return promisify(execFile)(process.execPath, ["--import", "tsx", ...options], {
    cwd: folder,
    env: { ...process.env, ...environment },
  });
}
