import { type Part, type Peers, ratioFindings } from "../part.ts";
import type { Timing } from "../sample.ts";
import { type NullServerOptions, startNullServer, withServer } from "../servers.ts";
import { smallFiles, type WorkFolder } from "../work-folders.ts";
import { timeDownloads } from "./transfers.ts";
import { SMALL_FILES } from "./uploads.ts";

export const downloadSmall: Part = {
  name: "download-small",
  run: async (peers) => {
    const work = "download 3,000 small files";
    return ratioFindings(work, await timeFromNullServer(smallFiles(SMALL_FILES), peers, {}), 1.1);
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
