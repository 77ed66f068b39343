import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Migration, rewritePipeline } from "../../../local/migrate/rewrite-pipeline.ts";
import { tasksIn } from "../../docs/examples/example-pipeline.ts";
import { runExample } from "../../docs/examples/run-example.ts";
import { codeBlocksOf } from "../../docs/markdown.ts";
import { temporaryFolder } from "../agent/fake-task.ts";

const folder = new URL("pipelines/", import.meta.url).pathname;
const names = readdirSync(folder)
  .filter((name) => !name.endsWith(".migrated.yml"))
  .map((name) => name.replace(/\.yml$/, ""));

/** Those in which no step can run here: the server expands them, or nothing of them is ours. */
const NOT_RUN = ["conditional", "without-toolkit"];

/** The new text, and above it the remarks, as the expected files have them. */
function withRemarks({ text, remarks }: Migration): string {
  return remarks.map(({ line, text: remark }) => `# line ${line}: ${remark}\n`).join("") + text;
}

describe("npm run migrate", () => {
  for (const name of names) {
    const source = readFileSync(join(folder, `${name}.yml`), "utf8");

    it(`rewrites ${name}.yml, and lists what to look at`, () => {
      const migrated = withRemarks(rewritePipeline(source));
      assert.equal(migrated, readFileSync(join(folder, `${name}.migrated.yml`), "utf8"));
    });

    if (!NOT_RUN.includes(name)) {
      it(`makes a pipeline of ${name}.yml that runs`, async () => {
        const { text } = rewritePipeline(source);
        assert.deepEqual(
          tasksIn(text).filter((task) => /S3/.test(task) && !/^AwsS3(Upload|Download)@1$/.test(task)),
          [],
        );
        const { result, log } = await runExample(text);
        assert.equal(result, "Succeeded", log.join("\n"));
      });
    }
  }
});

describe("The example of docs/migrating.md", () => {
  it("is what the command makes of it", () => {
    const page = fileURLToPath(new URL("../../../docs/migrating.md", import.meta.url));
    const [before, after] = codeBlocksOf(page).filter(({ info }) => info.startsWith("yaml"));
    assert.equal(rewritePipeline(before?.code ?? "").text, after?.code);
  });
});

describe("npm run migrate, with --connection", () => {
  const step = (name: string, connection: string) =>
    `- task: ${name}@1\n  inputs:\n    awsCredentials: ${connection} # of the team\n    bucketName: my-bucket\n`;

  it("exchanges connections by their names, or all of them", () => {
    const source = `steps:\n${step("S3Upload", "aws-test")}${step("S3Upload", "'AWS-Production'")}`;
    const expected = (first: string, second: string) =>
      `steps:\n${step("AwsS3Upload", first)}${step("AwsS3Upload", second)}`;
    const all = rewritePipeline(source, { connections: new Map([["*", "s3"]]) });
    assert.deepEqual(all, { text: expected("s3", "'s3'"), steps: 2, remarks: [] });
    const byName = new Map([["aws-production", "s3-production"]]);
    const some = rewritePipeline(source, { connections: byName });
    assert.equal(
      some.text,
      expected("aws-test", "'s3-production'").replace("awsCredentials: aws-test", "toolkitCredentials: aws-test"),
    );
    assert.deepEqual(
      some.remarks.map(({ line }) => line),
      [4],
    );
  });

  it("exchanges the toolkit's connections when it is run again", () => {
    const source = `steps:\n${step("S3Upload", "aws-test")}${step("S3Upload", "'AWS-Production'")}`;
    const first = rewritePipeline(source).text;
    const byName = new Map([["aws-production", "s3-production"]]);
    const some = rewritePipeline(first, { connections: byName });
    assert.deepEqual(some, { text: rewritePipeline(source, { connections: byName }).text, steps: 1, remarks: [] });
    const connections = new Map([["*", "s3"]]);
    const all = rewritePipeline(first, { connections });
    assert.deepEqual(all, { text: rewritePipeline(source, { connections }).text, steps: 2, remarks: [] });
    assert.deepEqual(rewritePipeline(all.text, { connections }), { text: all.text, steps: 0, remarks: [] });
  });

  it("exchanges the connection of each task of the extension, and of no other step", () => {
    const later = (task: string, input = "toolkitCredentials") =>
      `- task: ${task}@1\n  inputs: { bucketName: my-bucket, ${input}: team }\n`;
    const source = [
      later("AwsS3PublishSite"),
      later("contoso.s3-tasks.aws-s3-download-task.AwsS3Download"),
      later("AwsS3Upload", "awsCredentials"),
      later("AnotherTask"),
      "- task: AwsS3Upload@1\n",
      later("AwsS3Upload", "awsCredentials: s3, toolkitCredentials"),
    ];
    const { text, steps } = rewritePipeline(source.join(""), { connections: new Map([["*", "s3"]]) });
    const exchanged = (line: string) => line.replace("toolkitCredentials: team", "awsCredentials: s3");
    assert.equal(steps, 2);
    assert.equal(text, source.map((line, index) => (index < 2 ? exchanged(line) : line)).join(""));
  });

  it("changes nothing when it is run again without --connection", () => {
    for (const name of names) {
      const { text } = rewritePipeline(readFileSync(join(folder, `${name}.yml`), "utf8"));
      assert.deepEqual({ ...rewritePipeline(text), remarks: [] }, { text, steps: 0, remarks: [] });
    }
  });
});

describe("The command npm run migrate", () => {
  const temporary = temporaryFolder();
  const cli = fileURLToPath(new URL("../../../local/migrate.ts", import.meta.url));
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

  function run(...args: string[]): { code: number | null; output: string; errors: string } {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", tsx, cli, ...args], {
      cwd: temporary(),
      encoding: "utf8",
    });
    return { code: status, output: stdout, errors: stderr };
  }

  it("rewrites files, and says what to look at", () => {
    const source = readFileSync(join(folder, "leading-slash.yml"), "utf8");
    writeFileSync(join(temporary(), "one.yml"), source);
    writeFileSync(join(temporary(), "two.yml"), "steps:\n- script: echo\n");
    const { code, output, errors } = run("one.yml", "two.yml", "--connection", "s3");
    assert.deepEqual([code, errors], [0, ""]);
    assert.deepEqual(output.split("\n"), [
      "one.yml: 2 steps rewritten",
      "  line 8: The AWS Toolkit's keys start with / here, so /releases became //releases. If you want keys without it, write releases.",
      "  line 14: The key prefix means the folder alone now. In the AWS Toolkit, releases also downloaded releases-old/.",
      "  line 14: The AWS Toolkit's keys start with / here, so /releases became //releases. If you want keys without it, write releases.",
      "two.yml: no step to rewrite",
      "Next: run the pipeline once with dryRun: true in these steps, and read the log. docs/migrating.md has all differences.",
      "",
    ]);
    assert.equal(
      readFileSync(join(temporary(), "one.yml"), "utf8"),
      rewritePipeline(source, { connections: new Map([["*", "s3"]]) }).text,
    );
  });

  it("leaves files that are not YAML as they are", () => {
    writeFileSync(join(temporary(), "bad.yml"), "steps: [\n");
    const { code, errors } = run("bad.yml");
    assert.deepEqual([code, errors.startsWith("bad.yml: Line 2: ")], [1, true], errors);
    assert.equal(readFileSync(join(temporary(), "bad.yml"), "utf8"), "steps: [\n");
    assert.deepEqual(run(), { code: 2, output: "", errors: "Name one or more pipeline files.\nSee --help.\n" });
  });
});
