import { type Finding, medianSeconds } from "./sample.ts";

const WIDTH = 1_000;
const LABEL_WIDTH = 380;
/** For the name of a program and its seconds, behind the longest bar. */
const TOOL_WIDTH = 220;
const BAR_HEIGHT = 14;
const GROUP_GAP = 30;
const COLOURS: Readonly<Record<string, string>> = {
  task: "#0b6bcb",
  "task, Node 20": "#0b6bcb",
  "task, directly": "#0b6bcb",
  "task, Node 24": "#5fa8e8",
  "task, through Squid": "#5fa8e8",
  s5cmd: "#d9822b",
  rclone: "#7a869a",
  "aws-cli": "#b3bac5",
};

/** Bars for the median seconds of each piece of work, each piece on a scale of its own, as an SVG document. */
export function resultsChart(findings: readonly Finding[]): string {
  let y = 10;
  const groups = findings
    .filter(({ timings }) => timings.length > 0)
    .map((finding) => {
      const group = drawGroup(finding, y);
      y += finding.timings.length * (BAR_HEIGHT + 2) + GROUP_GAP;
      return group;
    });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" font-family="sans-serif" font-size="12">
<title>Seconds for each piece of work, the shorter the better</title>
<rect width="100%" height="100%" fill="white"/>
${groups.join("\n")}
</svg>
`;
}

function drawGroup({ work, timings }: Finding, top: number): string {
  const longest = Math.max(...timings.map(medianSeconds));
  const scale = (WIDTH - LABEL_WIDTH - TOOL_WIDTH) / longest;
  const bars = timings.map((timing, index) => {
    const seconds = medianSeconds(timing);
    const y = top + index * (BAR_HEIGHT + 2);
    const width = (seconds * scale).toFixed(1);
    const label = `${timing.tool} ${seconds.toFixed(2)} s`;
    return (
      `<rect x="${LABEL_WIDTH}" y="${y}" width="${width}" height="${BAR_HEIGHT}" fill="${COLOURS[timing.tool] ?? "grey"}"/>` +
      `<text x="${(LABEL_WIDTH + Number(width) + 6).toFixed(1)}" y="${y + BAR_HEIGHT - 3}">${label}</text>`
    );
  });
  return `<text x="${LABEL_WIDTH - 8}" y="${top + BAR_HEIGHT - 3}" text-anchor="end">${work}</text>\n${bars.join("\n")}`;
}
