import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readConnectionsFile } from "../../local/pipeline/connections.ts";
import { SourceFolder } from "../tasks/upload-step.ts";
import { tasksIn } from "./examples/example-pipeline.ts";
import { startedByGitHub } from "./examples/github-webhook.ts";
import { runExample } from "./examples/run-example.ts";
import { type CodeBlock, codeBlocksOf } from "./markdown.ts";
import { root, userPages } from "./pages.ts";

/** What is said of an example here and would not be said where the files of its readers are. */
const EXPECTED_WARNINGS = /\[(pattern-without-match|domain-not-delegated|distribution-settings-incomplete)\]$/;

/** What the log says where a task of this extension begins. */
const OWN_AUTHOR = "Author       : S3 Tasks for Azure Pipelines";

/** Its pipelines have a test of their own, release-checklist.test.ts. */
const TESTED_ELSEWHERE = "docs/release-checklist.md";

/** What stands behind `yaml` at a block, and what is done with it. */
const CHECKS: Readonly<Record<string, (block: CodeBlock) => Promise<void>>> = {
  "": ({ code }) => assertRuns(code),
  release: ({ code }) => assertRuns(code, "release"),
  // test/docs/written.test.ts compares these with task.json, and the tests of the inputs run them.
  syntax: async () => {},
  inputs: async () => {},
  // test/docs/previews.test.ts runs it behind the step that it needs.
  script: async ({ code }) => assert.deepEqual(tasksIn(code), []),
  connections: ({ code }) => assertConnections(code),
  webhook: ({ code }) => assertRuns(startedByGitHub(code)),
  "other-tasks": async ({ code }) => {
    const tasks = tasksIn(code);
    assert.ok(tasks.length > 0 && tasks.every((task) => !task.startsWith("AwsS3")), tasks.join(", "));
  },
};

async function assertRuns(code: string, hostType?: "release"): Promise<void> {
  const { result, log, warnings } = await runExample(code, hostType);
  assert.equal(result, "Succeeded", log.join("\n"));
  assert.ok(log.includes(OWN_AUTHOR), "no task of this extension ran");
  assert.deepEqual(
    warnings.filter((warning) => !EXPECTED_WARNINGS.test(warning)),
    [],
  );
}

/** Each value of the shell that the file names exists. */
async function assertConnections(code: string): Promise<void> {
  const folder = new SourceFolder();
  try {
    const file = join(folder.path, "connections.yml");
    writeFileSync(file, code);
    const shell = Object.fromEntries([...code.matchAll(/\$\((\w+)\)/g)].map(([, name = ""]) => [name, "value"]));
    assert.ok((await readConnectionsFile(file, shell)).length > 0);
  } finally {
    folder.remove();
  }
}

describe("A block of YAML", () => {
  for (const page of userPages.filter((path) => path !== TESTED_ELSEWHERE)) {
    for (const block of codeBlocksOf(join(root, page)).filter(({ info }) => /^ya?ml\b/.test(info))) {
      const [, kind = ""] = block.info.split(" ");
      it(`${page}, line ${block.line}${kind && `, ${kind}`}, is right`, async () => {
        const check = CHECKS[kind];
        assert.ok(check, `no check for "${block.info}"`);
        await check(block);
      });
    }
  }
});
