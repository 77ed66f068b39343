import { memoryFinding, type Part, type Peers, ratioFindings } from "../part.ts";
import type { Finding } from "../sample.ts";
import { startQuickNullServer } from "../servers.ts";
import { largeFiles } from "../work-folders.ts";
import { timeFrom } from "./downloads.ts";
import { GIB, timeAgainst } from "./uploads.ts";

const MIB = 1024 ** 2;
const MAX_MB = 160;

export const uploadLarge: Part = {
  name: "upload-large",
  run: (peers) => findLarge("upload", peers, timeAgainst, { http: 0.7, https: 0.6 }),
};

export const downloadLarge: Part = {
  name: "download-large",
  run: (peers) => findLarge("download", peers, timeFrom, { http: 0.9, https: 0.9 }),
};

/** One file, and several; over http, and over TLS. The server is the one that takes little of the cores. */
async function findLarge(
  verb: string,
  peers: Peers,
  time: typeof timeAgainst,
  maxRatios: Readonly<Record<"http" | "https", number>>,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const protocol of ["http", "https"] as const) {
    const server = () => startQuickNullServer({ tls: protocol === "https" });
    const one = `${verb} a 1 GiB file, ${protocol}`;
    const ofOne = await time(server(), largeFiles(1, GIB), peers);
    findings.push(...ratioFindings(one, ofOne, maxRatios[protocol]), memoryFinding(one, ofOne, MAX_MB));
    const several = await time(server(), largeFiles(8, 256 * MIB), { ...peers, others: [] });
    findings.push(...ratioFindings(`${verb} 8 files of 256 MiB, ${protocol}`, several, undefined));
  }
  return findings;
}
