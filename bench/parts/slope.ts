import { limitFinding, type Part, type Peers, ratioFindings } from "../part.ts";
import { type Finding, medianSeconds, type Timing } from "../sample.ts";
import { smallFiles } from "../work-folders.ts";
import { timeFromNullServer } from "./downloads.ts";
import { SMALL_FILES, timeAgainstNullServer } from "./uploads.ts";

/** So many that what it takes to start counts for little. */
const MANY = 4 * SMALL_FILES;
/** Four times as many files may take so many times as long. */
const MAX_GROWTH = 4;

type Measure = typeof timeAgainstNullServer;

const manyFiles = (direction: "upload" | "download", time: Measure): Part => ({
  name: `${direction}-many`,
  async run(allPeers) {
    const peers: Peers = { ...allPeers, clients: [], others: [] };
    const few = await time(smallFiles(SMALL_FILES), peers, {});
    const many = await time(smallFiles(MANY), peers, {});
    const work = `${direction} 12,000 small files`;
    return [...ratioFindings(work, many, undefined), growthFinding(work, few[0] as Timing, many[0] as Timing)];
  },
});

function growthFinding(work: string, few: Timing, many: Timing): Finding {
  const growth = medianSeconds(many) / medianSeconds(few);
  return limitFinding(`${work}, over 3,000 of them: ${many.tool}`, growth, MAX_GROWTH, "times as long", 2);
}

export const uploadMany: Part = manyFiles("upload", timeAgainstNullServer);
export const downloadMany: Part = manyFiles("download", timeFromNullServer);
