import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";
import { temporaryFolder, writeTask } from "../agent/fake-task.ts";

const cli = fileURLToPath(new URL("../../../local/task.ts", import.meta.url));

const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

/** Each file keeps its own folder in a bundle. */
const ownFolders: Plugin = {
  name: "own-folders",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]local[\\/].*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      return { contents: text.replaceAll("import.meta.dirname", JSON.stringify(dirname(path))), loader: "ts" };
    });
  },
};

describe("npm run task", () => {
  const folder = temporaryFolder();
  const bundle = join(mkdtempSync(join(tmpdir(), "task-cli-")), "task.cjs");
  // It starts in half of the time that tsx takes.
  before(() =>
    build({
      entryPoints: [cli],
      outfile: bundle,
      bundle: true,
      platform: "node",
      plugins: [ownFolders],
      logLevel: "error",
    }),
  );
  after(() => rmSync(dirname(bundle), { recursive: true }));

  beforeEach(() => {
    writeTask(join(folder(), "tasks"), {
      name: "Say",
      inputs: [
        { name: "message", type: "string" },
        { name: "connection", type: "connectedService:AwsS3" },
      ],
      script: `
        console.log("says " + process.env.INPUT_MESSAGE);
        if (process.env.INPUT_MESSAGE === "fail") console.log("##vso[task.complete result=Failed]no");
        if (process.env.INPUT_MESSAGE === "wait") setInterval(() => {}, 1e6);`,
    });
    writeFileSync(
      join(folder(), "pipeline.yml"),
      "steps: [ { task: Say@1, inputs: { message: $(message), connection: $(connection) } } ]",
    );
    writeFileSync(join(folder(), "connections.yml"), "mine: { parameters: { password: $(MY_SECRET) } }");
  });

  function start(args: string[], program = [bundle]): ChildProcess {
    return spawn(process.execPath, [...program, ...args], {
      cwd: folder(),
      env: { PATH: process.env.PATH, MY_SECRET: "hush" },
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  const run = (...args: string[]) => endOf(start(args));

  async function endOf(child: ChildProcess): Promise<{ code: number; output: string; errors: string }> {
    const [output, errors, [code]] = await Promise.all([
      text(child.stdout as NodeJS.ReadableStream),
      text(child.stderr as NodeJS.ReadableStream),
      once(child, "exit") as Promise<[number]>,
    ]);
    return { code, output, errors };
  }

  it("runs a pipeline file with the connections beside it, without colours where it writes to no terminal", async () => {
    const variables = ["--var", "message=my hush=hush", "--var", "connection=mine"];
    const fromSources = start(["pipeline.yml", "--tasks", "tasks", ...variables], ["--import", tsx, cli]);
    const { code, output, errors } = await endOf(fromSources);
    assert.deepEqual([code, errors], [0, ""]);
    assert.match(output, /^##\[section\]Starting: Say\n/);
    assert.match(output, /\nsays my \*\*\*=\*\*\*\n##\[section\]Finishing: Say\n/);
    assert.match(output, /\n {2}Say {2}Succeeded\nResult: Succeeded\n$/);
  });

  it("exits with 1 where a step fails, or the pipeline is wrong", async () => {
    const failed = await run("pipeline.yml", "--tasks", "tasks", "--var", "message=fail", "--var", "connection=mine");
    assert.deepEqual([failed.code, failed.output.endsWith("Result: Failed\n")], [1, true]);
    const wrong = await run("pipeline.yml", "--tasks", "tasks", "--var", "connection=other");
    assert.deepEqual([wrong.code, wrong.output], [1, ""]);
    assert.match(
      wrong.errors,
      /^##\[error\]pipeline\.yml \(Line: 1, Col: 10\): Job Job: Step Say input connection references .* Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or describe it in connections\.yml beside the pipeline file\.\n$/,
    );
  });

  it("exits with 1 where a step of ours could not be evaluated, though nothing failed", async () => {
    const text = `steps:\n- \${{ if true }}:\n  - task: Say@1\n- script: echo says no\n`;
    writeFileSync(join(folder(), "other.yml"), text);
    const { code, output, errors } = await run("other.yml", "--tasks", "tasks", "--skip-scripts");
    assert.deepEqual(
      [code, output.split("\n"), errors],
      [
        1,
        [
          `##[error]other.yml (Line: 2, Col: 3): only the server expands \${{ if true }}. It has steps of this extension, which did not run: the run counts as failed.`,
          "##[section]Summary",
          "##[section]Not run here",
          `  other.yml (Line: 2, Col: 3): only the server expands \${{ if true }}.`,
          "  other.yml (Line: 4, Col: 3): script echo says no: scripts are skipped.",
          "Result: Failed",
          "",
        ],
        "",
      ],
    );
  });

  it("exits with 2 and says why where it is used wrongly", async () => {
    const wrong: [args: string[], why: string][] = [
      [[], "Name one pipeline file."],
      [["none.yml"], "There is no pipeline file at none.yml."],
      [["pipeline.yml", "--tasks", "none"], 'There is no folder of built tasks (run "npm run build" first) at none.'],
      [["pipeline.yml", "--host", "moon"], "--host is build or release, not 'moon'."],
      [["pipeline.yml", "--tasks", "tasks", "--var", "x"], "--var takes NAME=VALUE, not 'x'."],
    ];
    const runs = await Promise.all(wrong.map(([args]) => run(...args)));
    assert.deepEqual(
      runs.map(({ code, errors }) => [code, errors]),
      wrong.map(([, why]) => [2, `${why}\nSee --help.\n`]),
    );
  });

  it("exits with 2 where no step of the file uses a task that is here", async () => {
    writeFileSync(join(folder(), "other.yml"), "steps: [ { script: make } ]");
    const { code, errors } = await run("other.yml", "--tasks", "tasks");
    const why = "No step of other.yml uses a task of this extension: nothing was run.\n";
    assert.deepEqual([code, errors], [2, why]);
  });

  it("explains itself, the connections file included", async () => {
    const { code, output } = await run("--help");
    assert.equal(code, 0);
    for (const part of ["--connections FILE", "password: $(MY_SECRET_KEY)", "AWS_ENDPOINT_URL_S3"]) {
      assert.ok(output.includes(part), part);
    }
  });

  it("is canceled by Ctrl-C", async () => {
    const child = start(["pipeline.yml", "--tasks", "tasks", "--var", "message=wait", "--var", "connection=mine"]);
    let output = "";
    child.stdout?.on("data", (chunk) => {
      output += chunk;
      if (output.endsWith("says wait\n")) child.kill("SIGINT");
    });
    const [code] = await once(child, "close");
    assert.equal(code, 1);
    assert.match(output, /##\[error\]The operation was canceled\.\n##\[section\]Finishing: Say\n/);
    assert.match(output, /Result: Canceled\n$/);
  });
});
