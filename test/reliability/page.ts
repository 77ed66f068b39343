import { type EndOutcome, MOMENTS } from "./end-case.ts";
import type { Ending } from "./fault-case.ts";
import { FAULT_KINDS } from "./fault-kinds.ts";
import { NEVER, type Never, type Violation } from "./judgement.ts";
import { type NamedTest, PEER_TESTS, PROMISES } from "./promises.ts";
import type { CaseResult } from "./run-cases.ts";

/** The page that a run writes: what users may rely on, and what the run counted. */
export function reliabilityPage(results: readonly CaseResult[], seed: number): string {
  const endings = results.flatMap((result) => (result.kind === "fault" ? result.ending : []));
  const met = endings.filter(({ end }) => end !== "not met");
  const outcomes = results.flatMap((result) => (result.kind === "end" ? result.outcome : []));
  const ended = outcomes.filter(({ isMet }) => isMet);
  const kills = ended.filter(({ by }) => by === "kill").length;
  const sections = [
    "<!-- Written by `npm run test:faults`: change test/reliability, not this page. -->",
    "# Reliability: what happens when something fails",
    `What you may rely on, and how it is tested. The last run ordered ${count(met.length)} faults, killed ${kills} tasks and cancelled ${ended.length - kills}, with the seed ${seed}. After each of them, the same step ran once more without a fault.`,
    "## What you may rely on",
    table(
      ["promise", "tests"],
      PROMISES.map(({ promise, tests }) => [promise, tests.map(linkOf).join("<br>")]),
    ),
    "## What never happened",
    "Each run, and the run after it, was checked for this:",
    neverTable(results.flatMap(violationsOf)),
    "## Where the promises end",
    limits(met),
    "## Faults and how the steps ended",
    "Each fault was ordered for each kind of request of each task: once, or for as long as the step ran. Not every failure can be tried again: a step that is denied fails at once. `no effect` means that the step needed no further request.",
    faultTable(met),
    "## Requests and how the steps ended",
    requestTable(met),
    "## Kills and cancels",
    "Tasks ran in processes of their own. Each was ended during one of its requests, chosen at random: before the server had done its work, after that, or when half of the answer was sent. The next run put everything right each time that no violation is counted above.",
    endTable(ended),
    "## The tests of rclone and s5cmd",
    "What the tests of two other programs try about failures, and where it is tried here. A fault in italics is a row of the table of faults.",
    table(
      ["program", "its test", "situation", "here"],
      PEER_TESTS.map(({ program, theirs, situation, ours }) => [
        program,
        theirs
          .split(", ")
          .map((name) => `\`${name}\``)
          .join("<br>"),
        situation,
        ours.map((each) => (typeof each === "string" ? `*${each}*` : linkOf(each))).join("<br>"),
      ]),
    ),
    "## Run it again",
    howTo(seed),
  ];
  return `${sections.join("\n\n")}\n`;
}

function neverTable(violations: readonly Violation[]): string {
  const names = Object.keys(NEVER) as Never[];
  return table(
    ["never", "times"],
    names.map((name) => [NEVER[name], count(violations.filter(({ never }) => never === name).length)]),
  );
}

function limits(endings: readonly Ending[]): string {
  const empty = endings.filter(({ uploadsLeft }) => uploadsLeft.empty > 0).length;
  const earlier = endings.filter(({ uploadsLeft }) => uploadsLeft.earlier > 0).length;
  return [
    `- **An empty multipart upload may stay in the bucket** if the answer to CreateMultipartUpload is lost (${count(empty)} runs). It has no parts and costs nothing.`,
    `- **The parts of an earlier run may stay in the bucket** if the list of unfinished uploads cannot be read (${count(earlier)} runs): the file is then uploaded as a whole. A lifecycle rule of the bucket with AbortIncompleteMultipartUpload removes both.`,
    "- **If HEAD is refused without a reason, the file is sent again.** The object then has the headers, metadata and tags of this step alone.",
    "- **Over plain http, nothing proves that a listing is the server's.** Objects and parts have checksums, and everything else is protected by TLS. Use https.",
    "- **An agent that is killed leaves temporary files** until the next run, or until the agent empties its temporary folder. A run on another machine or in another container removes them only after a day.",
  ].join("\n");
}

const ENDS = ["unhurt", "retried", "warned", "failed"] as const;
const END_TITLES = ["no effect", "succeeded after a retry", "succeeded with a warning", "failed"];

function faultTable(endings: readonly Ending[]): string {
  const rows = FAULT_KINDS.flatMap(({ name }) =>
    [false, true].flatMap((isLasting) => {
      const own = endings.filter((ending) => ending.fault === name && ending.isLasting === isLasting);
      return own.length === 0 ? [] : [[name, isLasting ? "always" : "once", ...endCells(own)]];
    }),
  );
  return table(
    ["fault", "how often", "runs", ...END_TITLES, "codes"],
    [...rows, ["all", "", ...endCells(endings, false)]],
  );
}

function requestTable(endings: readonly Ending[]): string {
  const kinds = [...new Set(endings.map(({ task, operation }) => `${task} ${operation}`))].sort();
  const rows = kinds.map((kind) => {
    const own = endings.filter(({ task, operation }) => `${task} ${operation}` === kind);
    return [...kind.split(" ").map((name) => `\`${name}\``), ...endCells(own)];
  });
  return table(["task", "request", "runs", ...END_TITLES, "codes"], rows);
}

/** Runs, how they ended, and the codes of their errors and warnings. */
function endCells(endings: readonly Ending[], hasCodes = true): string[] {
  const codes = [...new Set(endings.flatMap((ending) => ending.codes))].sort();
  return [
    count(endings.length),
    ...ENDS.map((end) => count(endings.filter((ending) => ending.end === end).length)),
    hasCodes ? codes.map((code) => `\`${code}\``).join(" ") : "",
  ];
}

function endTable(outcomes: readonly EndOutcome[]): string {
  const tasks = [...new Set(outcomes.map(({ task }) => task))].sort();
  const rows = tasks.flatMap((task) =>
    MOMENTS.map((moment) => {
      const own = outcomes.filter((outcome) => outcome.task === task && outcome.moment === moment);
      const cells = (["kill", "cancel"] as const).map((by) => count(own.filter((outcome) => outcome.by === by).length));
      return [`\`${task}\``, moment, ...cells, count(own.filter(({ violations }) => violations.length === 0).length)];
    }),
  );
  return table(["task", "during a request", "killed", "cancelled", "all right after the next run"], rows);
}

function howTo(seed: number): string {
  return [
    "```sh",
    "npm run test:faults                      # everything, and writes this page",
    "npm run test:faults -- --seed 7          # other scenarios and moments",
    `npm run test:faults -- --seed ${seed} --case 'upload / PutObject / 503 SlowDown / …'   # one case: a case that fails prints how`,
    "```",
    "",
    "The same seed orders the same cases. `npm test` runs a small sample of them, and `npm run test:servers` a larger one. The tasks are the packaged ones. Their waits between tries take no time, and timeouts are shortened.",
  ].join("\n");
}

function violationsOf(result: CaseResult): readonly Violation[] {
  return result.kind === "fault" ? result.ending.violations : result.outcome.violations;
}

function linkOf({ file, title }: NamedTest): string {
  return `[${file.split("/").at(-1)}](../test/${file}.test.ts): ${title}`;
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
