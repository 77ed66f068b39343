import { memoryFinding, type Part, type Peers, ratioFindings } from "../part.ts";
import type { Finding } from "../sample.ts";
import { largeFiles } from "../work-folders.ts";
import { timeFromNullServer } from "./downloads.ts";
import { GIB, timeAgainstNullServer } from "./uploads.ts";

const MIB = 1024 ** 2;
const MAX_MB = 160;

export const uploadLarge: Part = {
  name: "upload-large",
  run: (peers) => findLarge("upload", peers, timeAgainstNullServer, { http: 0.7, https: 0.6 }),
};

export const downloadLarge: Part = {
  name: "download-large",
  run: (peers) => findLarge("download", peers, timeFromNullServer, { http: 0.9, https: 0.9 }),
};

/** One file, and several; over http, and over TLS. The server is the one that takes little of the cores. */
async function findLarge(
  verb: string,
  peers: Peers,
  time: typeof timeAgainstNullServer,
  maxRatios: Readonly<Record<"http" | "https", number>>,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const protocol of ["http", "https"] as const) {
    const server = { tls: protocol === "https", hasLargeBodies: true };
    const one = `${verb} a 1 GiB file, ${protocol}`;
    const ofOne = await time(largeFiles(1, GIB), peers, server);
    findings.push(...ratioFindings(one, ofOne, maxRatios[protocol]), memoryFinding(one, ofOne, MAX_MB));
    const several = await time(largeFiles(8, 256 * MIB), { ...peers, clients: [], others: [] }, server);
    findings.push(...ratioFindings(`${verb} 8 files of 256 MiB, ${protocol}`, several, undefined));
  }
  return findings;
}
