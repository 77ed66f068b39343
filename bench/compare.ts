import { parseArgs } from "node:util";
import { limitedNetwork } from "./network-namespace.ts";
import { median, type Sample, type Timing } from "./sample.ts";
import { startSquid } from "./squid.ts";
import type { TaskRun } from "./task.ts";
import { timeWork, works } from "./works.ts";

const USAGE = `npm run bench:compare -- [--before FOLDER] [--after FOLDER] [--rounds 9] [--node PATH] [--line 1gbit] [WORK …]

With --before, it compares the build --after with the one --before, and that one with itself.
Without, it compares the build --after through a proxy (Squid) with itself without a proxy.
With --line, the task's line to the server and to the proxy carries no more than that; the proxy's own line to the server is not limited.
A FOLDER holds a built extension. Default of --after: dist/extension.
WORK is one of: ${works.map(({ name }) => name).join(", ")}. Default: all.`;

/** Runs two ways to do the same work in turn, and prints the medians of the ratios of each pair. */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      before: { type: "string" },
      after: { type: "string" },
      rounds: { type: "string", default: "9" },
      node: { type: "string" },
      line: { type: "string" },
    },
  });
  if (positionals.some((each) => !works.some(({ name }) => name === each))) {
    console.error(USAGE);
    process.exitCode = 2;
    return;
  }
  const node = values.node ? { nodePath: values.node } : {};
  const after = values.after ? { ...node, extensionFolder: values.after } : node;
  const network = values.line ? await limitedNetwork(values.line) : undefined;
  const proxy = values.before ? undefined : await startSquid(network);
  const runs: Record<string, TaskRun> = values.before
    ? {
        before: { ...node, extensionFolder: values.before },
        "before, again": { ...node, extensionFolder: values.before },
        after,
      }
    : { direct: after, proxied: { ...after, proxyUrl: proxy?.url ?? "" } };
  console.log("| work | compared | seconds | ratio | CPU seconds | ratio |\n| --- | --- | --- | --- | --- | --- |");
  for (const work of works.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
    const [first, ...others] = await timeWork(work, runs, Number(values.rounds), network);
    for (const other of others) console.log(row(work.name, first as Timing, other));
  }
  await proxy?.stop();
  await network?.remove();
}

function row(name: string, first: Timing, other: Timing): string {
  const cells = (["seconds", "cpuSeconds"] as const).flatMap((figure) => {
    const of = ({ samples }: Timing) => median(samples.map((sample) => sample[figure])).toFixed(2);
    return [`${of(other)} to ${of(first)}`, pairedRatio(first.samples, other.samples, figure).toFixed(2)];
  });
  return `| ${[name, `${other.tool} to ${first.tool}`, ...cells].join(" | ")} |`;
}

function pairedRatio(first: readonly Sample[], other: readonly Sample[], figure: "seconds" | "cpuSeconds"): number {
  return median(other.map((sample, index) => sample[figure] / (first[index]?.[figure] ?? Number.NaN)));
}

await main();
