import { memoryFinding, type Part, type Peers, ratioFindings } from "../part.ts";
import type { Timing } from "../sample.ts";
import { type NullServerOptions, startNullServer, withServer } from "../servers.ts";
import { largeFile, smallFiles, type WorkFolder } from "../work-folders.ts";
import { timeDownloads } from "./transfers.ts";
import { GIB, SMALL_FILES } from "./uploads.ts";

export const downloadSmall: Part = {
  name: "download-small",
  run: async (peers) => {
    const work = "download 3,000 small files";
    return ratioFindings(work, await timeFromNullServer(smallFiles(SMALL_FILES), peers, {}), 1.1);
  },
};

export const downloadLarge: Part = {
  name: "download-large",
  async run(peers) {
    const work = "download a 1 GiB file";
    const timings = await timeFromNullServer(largeFile(GIB), peers, {});
    return [...ratioFindings(work, timings, 1.0), memoryFinding(work, timings, 150)];
  },
};

/** Times downloads of a folder's files, which is removed then. */
export async function timeFromNullServer(
  source: WorkFolder,
  peers: Peers,
  options: NullServerOptions,
): Promise<Timing[]> {
  try {
    return await withServer(startNullServer(options), (server) => timeDownloads(server, source.path, peers));
  } finally {
    source.remove();
  }
}
