import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { awsCli } from "./aws-cli.ts";
import { otherClients } from "./clients/clients.ts";
import { describeMachine } from "./machine.ts";
import type { Part, Peers } from "./part.ts";
import { archiveRandom, archiveText } from "./parts/archives.ts";
import { downloadSmall } from "./parts/downloads.ts";
import { https } from "./parts/https.ts";
import { downloadLarge, uploadLarge } from "./parts/large.ts";
import { line } from "./parts/line.ts";
import { packageSize } from "./parts/package.ts";
import { plan } from "./parts/plan.ts";
import { proxied } from "./parts/proxied.ts";
import { publish } from "./parts/publish.ts";
import { downloadMany, uploadMany } from "./parts/slope.ts";
import { startUp } from "./parts/start-up.ts";
import { unchanged } from "./parts/unchanged.ts";
import { uploadSmall, uploadSmallLatency } from "./parts/uploads.ts";
import { versitygw } from "./parts/versitygw.ts";
import { installedRclone } from "./rclone.ts";
import { resultsChart } from "./results-chart.ts";
import { resultsPage, resultsTable, timesTable } from "./results-page.ts";
import { installedS5cmd } from "./s5cmd.ts";
import type { Finding } from "./sample.ts";
import { tasksOnAgentNodes } from "./task.ts";

const parts: readonly Part[] = [
  uploadSmall,
  uploadSmallLatency,
  uploadLarge,
  downloadSmall,
  downloadLarge,
  unchanged,
  plan,
  publish,
  startUp,
  packageSize,
  https,
  line,
  versitygw,
  archiveText,
  archiveRandom,
  uploadMany,
  downloadMany,
  proxied,
];

/** `npm run bench [PART …]`: measures the parts that are named, or all, which are then written to RESULTS.md. */
async function main(names: readonly string[]): Promise<void> {
  const unknown = names.find((name) => !parts.some((part) => part.name === name));
  if (unknown !== undefined) {
    console.error(`There is no part "${unknown}", only: ${parts.map(({ name }) => name).join(", ")}`);
    process.exitCode = 2;
    return;
  }
  const cli = await awsCli();
  const peers: Peers = {
    tasks: await tasksOnAgentNodes(),
    s5cmd: await installedS5cmd(),
    clients: await otherClients(),
    awsCli: cli,
    others: [await installedRclone(), cli],
  };
  const findings: Finding[] = [];
  for (const part of parts.filter(({ name }) => names.length === 0 || names.includes(name))) {
    console.log(`${part.name} …`);
    const found = await part.run(peers);
    console.log(`${resultsTable(found)}\n\n${timesTable(found)}`);
    findings.push(...found);
  }
  if (names.length > 0) return;
  write("RESULTS.md", resultsPage(findings, describeMachine()));
  write("results.svg", resultsChart(findings));
}

function write(name: string, content: string): void {
  writeFileSync(fileURLToPath(new URL(name, import.meta.url)), content);
}

await main(process.argv.slice(2));
