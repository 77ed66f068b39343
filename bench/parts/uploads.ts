import { type Part, type Peers, ratioFindings } from "../part.ts";
import { type Finding, medianSeconds, type Sample, type Timing } from "../sample.ts";
import { type BenchServer, type NullServerOptions, startNullServer, withServer } from "../servers.ts";
import { runMeasuredTask } from "../task.ts";
import { smallFiles, type WorkFolder } from "../work-folders.ts";
import { timeUploads } from "./transfers.ts";

export const SMALL_FILES = 3_000;
export const GIB = 1024 ** 3;
const LATENCY_MS = 20;
const MIN_GAIN = 40;

export const uploadSmall: Part = {
  name: "upload-small",
  run: async (peers) => {
    const work = "upload 3,000 small files";
    return ratioFindings(work, await timeAgainstNullServer(smallFiles(SMALL_FILES), peers, {}), 1.0);
  },
};

export const uploadSmallLatency: Part = {
  name: "upload-small-latency",
  async run(peers) {
    const work = `upload 3,000 small files, ${LATENCY_MS} ms a request`;
    const options = { latencyMs: LATENCY_MS };
    const timings = await timeAgainstNullServer(
      smallFiles(SMALL_FILES),
      { ...peers, clients: [], others: [] },
      options,
    );
    return [...ratioFindings(work, timings, 1.1), await gainFinding(work, timings[0] as Timing)];
  },
};

/** Times uploads of a folder, which is removed then. */
export async function timeAgainstNullServer(
  source: WorkFolder,
  peers: Peers,
  options: NullServerOptions,
): Promise<Timing[]> {
  try {
    return await withServer(startNullServer(options), (server) => timeUploads(server, source.path, peers));
  } finally {
    source.remove();
  }
}

/** How much faster it is than one file at a time. */
async function gainFinding(work: string, all: Timing): Promise<Finding> {
  const source = smallFiles(SMALL_FILES);
  try {
    const oneByOne = await withServer(startNullServer({ latencyMs: LATENCY_MS }), (server) =>
      uploadOneByOne(server, source.path),
    );
    const gain = oneByOne.seconds / medianSeconds(all);
    return {
      work: `${work}: one at a time`,
      target: `≥ ${MIN_GAIN} × as long`,
      measured: `${gain.toFixed(0)} × (${oneByOne.seconds.toFixed(1)} s)`,
      isMet: gain >= MIN_GAIN,
      timings: [],
    };
  } finally {
    source.remove();
  }
}

async function uploadOneByOne(server: BenchServer, folder: string): Promise<Sample> {
  const inputs = { bucketName: await server.newBucket(), sourceFolder: folder, concurrency: "1" };
  return runMeasuredTask(server, "AwsS3Upload", inputs);
}
