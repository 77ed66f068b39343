/**
 * `npm run test:faults [-- --seed NUMBER] [-- --processes NUMBER] [-- --case NAME] [-- --mode NAME] [-- --again]`: orders every kind of fault for every kind of request of every task, kills and
 * cancels tasks, and writes `docs/reliability.md`. With the name of a case, or of a scenario's mode, only that is run, and nothing is written. With `--again`, the
 * cases that failed in the last run are run again.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Reference, Violation } from "./judgement.ts";
import { reliabilityPage } from "./page.ts";
import { faultNamed, type References } from "./plan-cases.ts";
import { type Case, type CaseResult, inTurns, planCases, referAll, runCase } from "./run-cases.ts";
import { SCENARIOS } from "./scenarios.ts";

const PAGE = fileURLToPath(new URL("../../docs/reliability.md", import.meta.url));
/** What came of the cases of the last whole run. */
const RESULTS = fileURLToPath(new URL("../../dist/faults.json", import.meta.url));
const KILLS = 156;
const CANCELS = 63;
const PROGRESS_EVERY = 100;
/** Each runs in a process of its own, because Node keeps signals that were aborted, and with them some megabytes of each task. */
const PARTS = 12;

const { values: options } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    /** How many run cases at the same time; by default one on each core. */
    processes: { type: "string", default: String(availableParallelism()) },
    case: { type: "string" },
    mode: { type: "string" },
    again: { type: "boolean", default: false },
    /** The number of a part, from 0: for the processes that this one starts. */
    part: { type: "string" },
  },
});
const seed = Number(options.seed);

if (options.part) await runPart(Number(options.part));
else if (options.again) await runAgain();
else if (options.case) await runOne(options.case);
else if (options.mode) await runMode(options.mode);
else await runAll();

async function runPart(part: number): Promise<void> {
  const [received] = (await once(process, "message")) as [Map<string, Reference>];
  const references = new Map(SCENARIOS.map((scenario) => [scenario, received.get(scenario.name) as Reference]));
  const cases = planCases(references, { seed, kills: KILLS, cancels: CANCELS });
  const own = cases.filter((_, position) => position % PARTS === part);
  await inTurns(own, async (each) => {
    const result = await runCase(each, references).catch((error: Error) => error.message);
    process.send?.(result);
  });
  process.disconnect();
  // A task that did not end leaves what would keep this process alive.
  process.exit();
}

async function runOne(name: string): Promise<void> {
  const references = await referAll();
  const found = caseFinder(references, seed)(name);
  if (!found) throw new Error(`There is no case "${name}" with the seed ${seed}.`);
  const result = await runCase(found, references);
  console.log(JSON.stringify(result, null, 2));
  process.exit(violationsOf(result).length > 0 ? 1 : 0);
}

/** Runs the cases of one mode of a task, with as large a share of kills and cancels. */
async function runMode(mode: string): Promise<void> {
  const scenarios = SCENARIOS.filter((scenario) => scenario.mode === mode);
  if (scenarios.length === 0) throw new Error(`There is no mode "${mode}".`);
  const references = await referAll(scenarios);
  const share = scenarios.length / SCENARIOS.length;
  const cases = planCases(references, {
    seed,
    kills: Math.ceil(KILLS * share),
    cancels: Math.ceil(CANCELS * share),
  });
  let violations = 0;
  await inTurns(cases, async (each) => {
    const result = await runCase(each, references);
    violations += violationsOf(result).length;
    report(result, seed);
  });
  console.log(`${cases.length} cases, ${violations} violations`);
  process.exit(violations > 0 ? 1 : 0);
}

async function runAll(): Promise<void> {
  const startMs = Date.now();
  const results: CaseResult[] = [];
  const broken: string[] = [];
  const references = new Map([...(await referAll())].map(([{ name }, reference]) => [name, reference]));
  const waiting = Array.from({ length: PARTS }, (_, part) => part);
  const runWaiting = async (): Promise<boolean> => {
    const part = waiting.shift();
    if (part === undefined) return true;
    const args = ["--part", String(part), "--seed", String(seed)];
    const child = fork(fileURLToPath(import.meta.url), args, {
      execArgv: ["--import", "tsx"],
      serialization: "advanced",
    });
    child.send(references);
    child.on("message", (result: CaseResult | string) => {
      // A case that could not be run.
      if (typeof result === "string") return void broken.push(result);
      results.push(result);
      report(result, seed);
      if (results.length % PROGRESS_EVERY === 0) console.log(`${results.length} cases`);
    });
    const [exitCode] = await once(child, "exit");
    return (await runWaiting()) && exitCode === 0;
  };
  const ends = await Promise.all(Array.from({ length: Number(options.processes) }, runWaiting));
  const areWhole = ends.every(Boolean) && broken.length === 0;
  for (const text of broken) console.error(text);
  const violations = results.flatMap(violationsOf).length;
  console.log(`${results.length} cases in ${Math.round((Date.now() - startMs) / 1000)} s; ${violations} violations`);
  mkdirSync(dirname(RESULTS), { recursive: true });
  writeFileSync(RESULTS, JSON.stringify({ seed, results }));
  if (areWhole) writeFileSync(PAGE, reliabilityPage(results, seed));
  else console.error("Some cases could not be run, so that the page was not written.");
  process.exitCode = areWhole && violations === 0 ? 0 : 1;
}

/** Runs the cases again that had a violation in the last whole run, and writes the page with what they come to now. */
async function runAgain(): Promise<void> {
  const last = JSON.parse(readFileSync(RESULTS, "utf8")) as { seed: number; results: CaseResult[] };
  const references = await referAll();
  const find = caseFinder(references, last.seed);
  const results: CaseResult[] = [];
  for (const result of last.results) {
    const again = violationsOf(result).length > 0 ? find(idOf(result)) : undefined;
    // What failed and is not ordered any more does not count.
    if (violationsOf(result).length > 0 && !again) continue;
    const now = again ? await runCase(again, references) : result;
    results.push(now);
    report(now, last.seed);
  }
  writeFileSync(RESULTS, JSON.stringify({ seed: last.seed, results }));
  writeFileSync(PAGE, reliabilityPage(results, last.seed));
  process.exit(results.flatMap(violationsOf).length > 0 ? 1 : 0);
}

/** Finds cases by their names. Kills and cancels have to be those of the seed. */
function caseFinder(references: References, ofSeed: number): (id: string) => Case | undefined {
  const planned = planCases(references, { seed: ofSeed, kills: KILLS, cancels: CANCELS });
  return (id) => {
    const order = faultNamed(id, references);
    return order ? { kind: "fault", id, order } : planned.find((each) => each.id === id);
  };
}

function violationsOf(result: CaseResult): readonly Violation[] {
  return result.kind === "fault" ? result.ending.violations : result.outcome.violations;
}

function idOf(result: CaseResult): string {
  return result.kind === "fault" ? result.ending.id : result.outcome.id;
}

function report(result: CaseResult, ofSeed: number): void {
  const violations = violationsOf(result);
  if (violations.length === 0) return;
  const id = idOf(result);
  console.log(`\n${id}`);
  for (const { never, what } of violations) console.log(`  ${never}: ${what}`);
  console.log(`  alone: npm run test:faults -- --seed ${ofSeed} --case '${id}'`);
}
