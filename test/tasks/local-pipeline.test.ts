import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath, pathToFileURL } from "node:url";
import { startTarget, type Target } from "../target.ts";
import { readBucket, SourceFolder } from "./upload-step.ts";

const cli = fileURLToPath(new URL("../../local/task.ts", import.meta.url));
const tasks = fileURLToPath(new URL("../../dist/extension/tasks", import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

describe("npm run task, with the packaged tasks", () => {
  let target: Target;
  let bucket: string;
  let sources: SourceFolder;
  before(async () => {
    target = await startTarget();
  });
  after(() => target.stop());
  beforeEach(async () => {
    bucket = await target.newBucket();
    sources = new SourceFolder();
  });
  afterEach(() => sources.remove());

  /** Runs a pipeline file of this folder from the sources folder, with a connections file beside it. */
  async function run(file: string, ...options: string[]): Promise<{ code: number; log: string[]; errors: string }> {
    cpSync(new URL(file, import.meta.url), join(sources.path, file));
    const connection = `store:
  url: ${target.url}
  parameters: { username: $(STORE_KEY_ID), password: $(STORE_KEY) }
  data: { region: ${target.region} }\n`;
    writeFileSync(join(sources.path, "connections.yml"), connection);
    const child = spawn(
      process.execPath,
      ["--import", tsx, cli, file, "--tasks", tasks, "--var", `bucket=${bucket}`, ...options],
      {
        cwd: sources.path,
        env: { PATH: process.env.PATH, STORE_KEY_ID: target.accessKeyId, STORE_KEY: target.secretAccessKey },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    const [output, errors, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "exit") as Promise<[number]>,
    ]);
    return { code, log: output.trimEnd().split("\n"), errors };
  }

  const said = (log: readonly string[]) => log.filter((line) => line.startsWith("says ")).map((line) => line.slice(5));
  const end = (log: readonly string[]) => log.slice(log.indexOf("##[section]Summary"));

  it("runs a pipeline with conditions, scripts and a container job as Azure Pipelines would", async () => {
    const outside = new SourceFolder().write({ "a.txt": "outside" });
    try {
      const { code, log, errors } = await run("local-pipeline.yml", "--var", `outside=${outside.path}`);
      assert.deepEqual([code, errors], [1, ""], log.join("\n"));
      assert.deepEqual(
        said(log),
        ["built yes in dist", `1 at s3://${bucket}/www/main/`, `1 in ${join(sources.path, "restored")}`, "failed"],
        log.join("\n"),
      );
      assert.deepEqual(end(log), [
        "##[section]Summary",
        "  Build                          Succeeded",
        "  Look                           Succeeded",
        "  Upload                         Succeeded",
        "  Report                         Succeeded",
        "  Upload of a tag                Skipped              its condition startsWith(variables['Build.SourceBranch'], 'refs/tags/') is not met: the status is Succeeded",
        "  Download                       Succeeded",
        "  Report                         Succeeded",
        `  Upload of what is not mounted  SucceededWithIssues  sourceFolder: there is no file or folder /not-in-container${outside.path}. Check the path, and that an earlier step of the job creates it. [file-not-found]`,
        "  The same on the host           Succeeded",
        "  Killed                         Succeeded",
        "  Check that it is done          Failed",
        "  Say so                         Succeeded",
        "  AwsS3Upload                    Skipped              its job does not run",
        "##[section]Not run here",
        "  local-pipeline.yml (Line: 8, Col: 5): variables of group production are missing here. Give them with --var.",
        `  local-pipeline.yml (Line: 42, Col: 9): only the server expands \${{ if eq(parameters.extras, true) }}.`,
        "  local-pipeline.yml (Line: 44, Col: 9): task PublishBuildArtifacts@1: only AwsS3Download, AwsS3PublishSite, AwsS3Upload and scripts run here.",
        "Result: Failed",
      ]);
      assert.deepEqual(await readBucket(target, bucket), {
        "outside/a.txt": "outside",
        "www/main/index.html": "<p>hello from main</p>\n",
      });
      const restored = join(sources.path, "restored");
      assert.deepEqual(readdirSync(restored), ["index.html"]);
      assert.equal(readFileSync(join(restored, "index.html"), "utf8"), "<p>hello from main</p>\n");
    } finally {
      outside.remove();
    }
  });

  it("runs the tasks of a classic release, on a folder for each artifact", async () => {
    sources.write({ "artifacts/_site/drop/index.html": "site", "artifacts/_tools/tool": "tool" });
    const { code, log, errors } = await run("local-release.yml", "--host", "release", "--sources", "artifacts");
    assert.deepEqual([code, errors], [0, ""], log.join("\n"));
    assert.deepEqual(said(log), ["release Release-1 to Stage 1 of _site, $(Build.BuildNumber)"]);
    assert.deepEqual(end(log), [
      "##[section]Summary",
      "  Say what it is    Succeeded",
      "  Upload the site   Succeeded",
      "  Upload the tools  Succeeded",
      "Result: Succeeded",
    ]);
    assert.deepEqual(await readBucket(target, bucket), { "Stage 1/index.html": "site", "tools/tool": "tool" });
  });
});
