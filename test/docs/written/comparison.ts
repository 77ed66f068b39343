import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../pages.ts";

/** Measured apart, because the AWS Toolkit is no part of `npm run bench`: version 1.23, on a machine of two cores, over loopback. */
const TOOLKIT = {
  "upload 3,000 small files": "10.3 s",
  "upload a 1 GiB file, http": "4.6 s",
  "download 3,000 small files": "fails: too many open files",
  "download a 1 GiB file, http": "–",
  memory: "223 MB",
  package: "21.5 MB",
};

/** The columns, and the programs of bench/RESULTS.md that they are. */
const PROGRAMS = { "these tasks": "task, Node 20", "AWS CLI": "aws-cli", s5cmd: "s5cmd" };

const ADVICE = "Run npm run bench without options, which writes all rows, then npm run docs.";

/** What each does, from these tasks to s5cmd. */
const ABILITIES: readonly (readonly [ability: string, ours: string, toolkit: string, cli: string, s5cmd: string])[] = [
  ["files at the same time", "64 or more, as the server allows", "one up, all down", "10", "256"],
  [
    "what is sent again",
    "what differs, by checksum",
    "everything",
    "by size and time: all, after a checkout",
    "like the AWS CLI",
  ],
  ["only headers changed", "updated, without sending the file", "sent again", "not noticed", "not noticed"],
  ["deletions", "last, within a limit", "none", "between the uploads", "at the end"],
  ["an upload that ended early", "continues", "starts again", "starts again", "starts again"],
  ["downloads are compared with a checksum", "yes", "no; half a file may stay", "yes", "no"],
  ["nothing matches", "error, warning or nothing, as you choose", "success", "success", "error"],
  ["other stores than Amazon S3", "yes, some tested", "no", "yes", "yes"],
  ["websites", "order, caches, redirects, DNS, check, rollback", "no", "no", "no"],
  [
    "without a stored secret",
    "OpenID Connect ([try it first](docs/connections.md#try-it-first)), roles, renewed",
    "OpenID Connect, not renewed",
    "with scripts",
    "with scripts",
  ],
  [
    "in the pipeline",
    "form, outputs, summary, dry run, error codes",
    "form",
    "a script",
    "a script; must be installed",
  ],
];

/**
 * The table against the AWS Toolkit, the AWS CLI and s5cmd.
 *
 * @param results the text of bench/RESULTS.md.
 * @throws Error that names the row or the figure that it does not have.
 */
export function renderComparison(results = readFileSync(join(root, "bench/RESULTS.md"), "utf8")): string {
  const works = [
    "upload 3,000 small files",
    "upload a 1 GiB file, http",
    "download 3,000 small files",
    "download a 1 GiB file, http",
  ] as const;
  const timed = works.map((work) =>
    rowOf(
      work.replace(", http", ""),
      (program) => `${Number(figureOf(results, work, program, "seconds", /^([\d.]+)$/)).toFixed(1)} s`,
      TOOLKIT[work],
    ),
  );
  const memory = rowOf(
    "memory, 1 GiB up",
    (program) => figureOf(results, "upload a 1 GiB file, http", program, "peak memory", /^(\d+ MB)$/),
    TOOLKIT.memory,
  );
  const [, size] = /\| package \|[^|]*\| ([\d.]+ MB) \|/.exec(results) ?? [];
  if (size === undefined) throw new Error(`bench/RESULTS.md has no size of the package in its targets. ${ADVICE}`);
  return [
    "| | these tasks | AWS Toolkit | AWS CLI | s5cmd |",
    "|---|---|---|---|---|",
    ...timed,
    memory,
    ...ABILITIES.map((cells) => `| ${cells.join(" | ")} |`),
    `| size | ${size} | ${TOOLKIT.package} | | |`,
    "",
    "Two cores, files in memory, http without a network: [bench/RESULTS.md](bench/RESULTS.md) has all figures, and how they were measured. The AWS Toolkit (1.23) was measured separately, on a similar machine.",
  ].join("\n");
}

function rowOf(title: string, figureOf: (program: string) => string, toolkit: string): string {
  const [ours = "", cli = "", s5cmd = ""] = Object.values(PROGRAMS).map(figureOf);
  return `| ${title} | ${ours} | ${toolkit} | ${cli} | ${s5cmd} |`;
}

/** A figure of a row of *Times*, whose columns are named in its head. */
function figureOf(results: string, work: string, program: string, column: string, form: RegExp): string {
  const lines = results.split("\n");
  const row = lines.find((line) => line.startsWith(`| ${work} | ${program} |`));
  if (row === undefined) throw new Error(`bench/RESULTS.md has no row "${work}" of ${program}. ${ADVICE}`);
  const head = lines.find((line) => line.startsWith("| work | program |")) ?? "";
  const cell = cellsOf(row)[cellsOf(head).indexOf(column)] ?? "";
  const [, figure] = form.exec(cell) ?? [];
  if (figure === undefined) {
    throw new Error(`bench/RESULTS.md has "${cell}" as ${column} in its row "${work}" of ${program}. ${ADVICE}`);
  }
  return figure;
}

function cellsOf(row: string): string[] {
  return row
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
}
