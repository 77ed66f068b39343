import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startProcess } from "./process-groups.ts";
import type { Counts } from "./report.ts";
import { Workspace } from "./workspace.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const mocha = join(root, "node_modules/mocha/bin/mocha.js");
const reporter = join(root, "scripts/servers/counting-reporter.ts");

/** A test of `test/stores` that passed: the title also says how the server departs from S3, if it does. */
export interface StoreOperation {
  readonly group: string;
  readonly title: string;
}

export interface MochaResults {
  readonly counts: Counts;
  readonly operations: readonly StoreOperation[];
}

/**
 * Runs test files under a Node, their output going to ours.
 * @param node - runs mocha and the tests; the packaged tasks too, unless `env.TASK_NODE` names another one.
 * @param files - patterns, relative to the project.
 * @param env - variables added to ours; undefined takes one away.
 * @returns mocha's results; a run that broke off or failed otherwise counts as one failed test at least.
 */
export async function runMocha(node: string, files: readonly string[], env: NodeJS.ProcessEnv): Promise<MochaResults> {
  const workspace = new Workspace("mocha");
  const output = join(workspace.folder, "results.json");
  try {
    const child = startProcess(
      node,
      [mocha, "--reporter", reporter, "--reporter-option", `output=${output}`, ...files],
      {
        cwd: root,
        stdio: ["ignore", "inherit", "inherit"],
        // What a test starts as "node" is that same Node.
        env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}`, ...env },
      },
    );
    const [exitCode] = (await once(child, "exit")) as [number | null];
    const { counts, operations } = await readResults(output);
    const failed = exitCode === 0 ? counts.failed : Math.max(counts.failed, 1);
    return { counts: { ...counts, failed }, operations };
  } finally {
    await workspace.close();
  }
}

export async function readResults(path: string): Promise<MochaResults> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as MochaResults;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      throw error;
    }
    console.log("The run broke off before mocha had its counts: that counts as one failure.");
    return { counts: { passed: 0, failed: 1, skipped: 0 }, operations: [] };
  }
}
