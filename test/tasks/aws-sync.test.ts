import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { utimesSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { StepResult } from "../../local/agent/agent.ts";
import { type Random, randomFrom } from "../random.ts";
import { editTree, makeTree, type Tree, TreeFolder } from "../sync/plan/random-tree.ts";
import { startTarget, type Target } from "../target.ts";
import { runDownload } from "./download-step.ts";
import { assertSucceeded } from "./step-result.ts";
import { readBucket, runUpload } from "./upload-step.ts";

/** The aws-cli, where `AWS_CLI` names one. */
const awsCli = process.env.AWS_CLI;
const SEEDS = 12;
const HOUR_MS = 3_600_000;
/** Files that the edited trees lack. Each selection but that of everything leaves one of them out, so that it must stay. */
const GONE = ["gone.map", "site/assets/gone.map"];

/** What aws-cli does unasked. */
const LIKE_AWS = { deleteExtra: "true", maxDelete: "100%", ifNoFilesFound: "ignore" };

interface Selection {
  readonly patterns: readonly string[];
  readonly filters: readonly string[];
}

/**
 * Patterns, and the filters of aws-cli that mean the same. There all is included at first, the last filter that matches decides, and
 * `*` does not stop at a `/`.
 */
const SELECTIONS: readonly Selection[] = [
  { patterns: ["**"], filters: [] },
  { patterns: ["**/*.html"], filters: ["--exclude", "*", "--include", "*.html"] },
  { patterns: ["!**/*.map"], filters: ["--exclude", "*.map"] },
  { patterns: ["**", "!site/assets/"], filters: ["--exclude", "site/assets/*"] },
  {
    patterns: ["**/*.{html,js}", "!site/.well-known/**", "site/.well-known/page.html"],
    filters: [
      ...["--exclude", "*", "--include", "*.html", "--include", "*.js"],
      ...["--exclude", "site/.well-known/*", "--include", "site/.well-known/page.html"],
    ],
  },
  { patterns: ["site/"], filters: ["--exclude", "*", "--include", "site/*"] },
];

describe("Upload and download do what aws s3 sync --delete does", () => {
  let target: Target;
  const folders: TreeFolder[] = [];
  const newFolder = () => {
    const folder = new TreeFolder();
    folders.push(folder);
    return folder;
  };
  before(async function () {
    if (!awsCli) {
      console.log("      set AWS_CLI to the path of aws-cli to check this");
      this.skip();
    }
    target = await startTarget();
  });
  after(async () => {
    for (const folder of folders) folder.remove();
    await target?.stop();
  });

  for (const [index, selection] of SELECTIONS.entries()) {
    it(`with ${selection.patterns.join(" ")}`, async function () {
      this.timeout(120_000);
      for (let seed = index + 1; seed <= SEEDS; seed += SELECTIONS.length) await compareSyncs(selection, seed);
    });
  }

  async function compareSyncs({ patterns, filters }: Selection, seed: number): Promise<void> {
    const random = randomFrom(seed);
    const first = readableBy(target, [...makeTree(random), ...makeSite(random)]);
    const edited = readableBy(target, editWithoutExchange(first, random, [first]));
    for (const path of GONE) edited.delete(path);
    const [ours, theirs] = [await target.newBucket(), await target.newBucket()];
    const [source, home] = [newFolder(), newFolder()];
    const upload = (tree: Tree, globExpressions: string, awsFilters: readonly string[]) => {
      writeNewer(source, tree);
      const inputs = { bucketName: ours, sourceFolder: source.path, targetFolder: "www", globExpressions, ...LIKE_AWS };
      return Promise.all([
        runUpload(target, inputs).then(assertSynced),
        awsSync(target, home.path, [source.path, `s3://${theirs}/www`, ...awsFilters]),
      ]);
    };
    await upload(first, "**", []);
    await upload(edited, patterns.join("\n"), filters);
    const stored = await readBucket(target, ours);
    assert.deepEqual(stored, await readBucket(target, theirs), `seed ${seed}, up`);

    // Each side has a folder in an older state, and takes what the other side has uploaded.
    const [ourCopy, theirCopy] = [newFolder(), newFolder()];
    const older = readableBy(target, [...editWithoutExchange(first, random, [first, edited]), ...makeSite(random)]);
    for (const copy of [ourCopy, theirCopy]) copy.write(older);
    const inputs = { bucketName: theirs, sourceFolder: "www", targetFolder: ourCopy.path, ...LIKE_AWS };
    await Promise.all([
      runDownload(target, { ...inputs, globExpressions: patterns.join("\n") }).then(assertSynced),
      awsSync(target, home.path, [`s3://${ours}/www`, theirCopy.path, "--exact-timestamps", ...filters]),
    ]);
    const copied = textsOf(ourCopy.read());
    assert.deepEqual(copied, textsOf(theirCopy.read()), `seed ${seed}, down`);

    // What the edited tree lacks stays where the patterns leave it out, and nowhere else.
    const remains = [stored, prefixed(copied)].map((texts) => GONE.filter((path) => `www/${path}` in texts).length > 0);
    const leavesOut = filters.length > 0;
    assert.deepEqual(remains, [leavesOut, leavesOut], `seed ${seed}`);
    if (!leavesOut) assert.deepEqual([stored, copied], [prefixed(textsOf(edited)), textsOf(edited)], `seed ${seed}`);
  }
});

/** @throws where aws-cli fails or warns. */
async function awsSync(target: Target, home: string, args: readonly string[]): Promise<void> {
  const program = ["--endpoint-url", target.url, "s3", "sync", "--delete", "--only-show-errors"];
  await promisify(execFile)(awsCli ?? "", [...program, ...args], {
    env: {
      PATH: process.env.PATH ?? "",
      HOME: home,
      // For the names of files.
      LC_ALL: "C.UTF-8",
      AWS_ACCESS_KEY_ID: target.accessKeyId,
      AWS_SECRET_ACCESS_KEY: target.secretAccessKey,
      AWS_DEFAULT_REGION: target.region,
      // Not every store knows additional checksums.
      AWS_REQUEST_CHECKSUM_CALCULATION: "when_required",
      AWS_RESPONSE_CHECKSUM_VALIDATION: "when_required",
    },
  });
}

/** Files that the selections tell apart. */
function makeSite(random: Random): Tree {
  const site: Tree = new Map(GONE.map((path) => [path, random.bytes(10)]));
  for (const folder of ["", "site/", "site/assets/", "site/assets/deep er/", "site/.well-known/"]) {
    for (const name of ["page.html", "app.js", "app.js.map"]) {
      if (random.chance(0.7)) site.set(folder + name, random.bytes(random.below(3000)));
    }
  }
  return site;
}

/** Without empty files on radosgw: aws-cli asks for a range of each object, and then cannot read the answer that radosgw gives for an empty one. */
function readableBy({ name }: Target, files: Iterable<[string, Buffer]>): Tree {
  return new Map([...files].filter(([, content]) => name !== "radosgw" || content.length > 0));
}

/** Edits a tree, but lets no file become a folder of these trees or the other way round: aws-cli fails where a folder was, even an empty one. */
function editWithoutExchange(tree: Tree, random: Random, others: readonly Tree[]): Tree {
  const edited = editTree(tree, random, false);
  const paths = others.flatMap((other) => [...other.keys()]);
  for (const path of edited.keys()) {
    if (paths.some((other) => other.startsWith(`${path}/`) || path.startsWith(`${other}/`))) edited.delete(path);
  }
  return edited;
}

/** Writes a tree whose files are newer than any object, so that aws-cli sees edits that keep the length. */
function writeNewer(folder: TreeFolder, tree: Tree): void {
  folder.write(tree);
  const soon = new Date(Date.now() + HOUR_MS);
  for (const path of tree.keys()) utimesSync(join(folder.path, path), soon, soon);
}

function textsOf(tree: Tree): Record<string, string> {
  return Object.fromEntries([...tree].map(([path, content]) => [path, content.toString("latin1")]).sort());
}

function prefixed(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([path, text]) => [`www/${path}`, text]));
}

/** A random tree may have nothing for one of the patterns, which is a warning. */
function assertSynced({ issues, ...result }: StepResult): void {
  assertSucceeded({ ...result, issues: issues.filter(({ message }) => !message.endsWith("[pattern-without-match]")) });
}
