import { type Finding, medianSeconds, peakMb, type Sample, type Timing } from "./sample.ts";

/** The whole page, in Markdown. */
export function resultsPage(findings: readonly Finding[], machine: readonly string[]): string {
  const withTarget = findings.filter(({ target }) => target !== undefined);
  const met = withTarget.filter(({ isMet }) => isMet).length;
  return `# Results

Written by \`npm run bench\`; [README.md](README.md) says what is measured, and how. ${met} of ${withTarget.length} targets are met.

${machine.map((line) => `- ${line}`).join("\n")}

## Targets

${resultsTable(findings)}

## Times

![Seconds for each piece of work, the shorter the better](results.svg)

Medians and the whole spread, in seconds, of five runs in turn, three for archives; rclone and aws-cli ran once beside other programs.

${timesTable(findings)}
`;
}

/** What was found, in Markdown. */
export function resultsTable(findings: readonly Finding[]): string {
  const rows = findings.map(({ work, target, measured, isMet }) => [
    work,
    target ?? "–",
    measured,
    isMet === undefined ? "–" : isMet ? "yes" : "**no**",
  ]);
  return table(["work", "target", "measured", "met"], rows);
}

/** What each program took, in Markdown. */
export function timesTable(findings: readonly Finding[]): string {
  const rows = findings.flatMap(({ work, timings }) => timings.map((timing) => timeRow(work, timing)));
  return table(["work", "program", "seconds", "spread", "CPU seconds", "peak memory", "server at work"], rows);
}

function timeRow(work: string, timing: Timing): string[] {
  const { tool, samples } = timing;
  const seconds = samples.map((sample) => sample.seconds);
  return [
    work,
    tool,
    medianSeconds(timing).toFixed(2),
    `${Math.min(...seconds).toFixed(2)} to ${Math.max(...seconds).toFixed(2)}`,
    mean(samples, ({ cpuSeconds }) => cpuSeconds).toFixed(2),
    `${peakMb(timing).toFixed(0)} MB`,
    describeShare(mean(samples, ({ serverShare }) => serverShare)),
  ];
}

function describeShare(share: number): string {
  return Number.isNaN(share) ? "–" : `${(share * 100).toFixed(0)} %`;
}

function mean(samples: readonly Sample[], figure: (sample: Sample) => number): number {
  return samples.reduce((sum, sample) => sum + figure(sample), 0) / samples.length;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`).join("\n");
}
