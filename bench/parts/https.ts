import { type Part, ratioFinding } from "../part.ts";
import { largeFile, smallFiles } from "../work-folders.ts";
import { timeFromNullServer } from "./downloads.ts";
import { GIB, SMALL_FILES, timeAgainstNullServer } from "./uploads.ts";

const tls = { tls: true };

export const https: Part = {
  name: "https",
  async run(allPeers) {
    const peers = { ...allPeers, others: [] };
    const small = () => smallFiles(SMALL_FILES);
    const large = () => largeFile(GIB);
    return [
      ratioFinding("upload 3,000 small files, https", await timeAgainstNullServer(small(), peers, tls), 0.7),
      ratioFinding("upload a 1 GiB file, https", await timeAgainstNullServer(large(), peers, tls), 0.7),
      ratioFinding("download 3,000 small files, https", await timeFromNullServer(small(), peers, tls), 2.0),
      ratioFinding("download a 1 GiB file, https", await timeFromNullServer(large(), peers, tls), 2.0),
    ];
  },
};
