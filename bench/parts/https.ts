import { type Part, ratioFindings } from "../part.ts";
import { largeFile, smallFiles } from "../work-folders.ts";
import { timeFromNullServer } from "./downloads.ts";
import { GIB, SMALL_FILES, timeAgainstNullServer } from "./uploads.ts";

const tls = { tls: true };

export const https: Part = {
  name: "https",
  async run(allPeers) {
    const peers = { ...allPeers, clients: [], others: [] };
    const small = () => smallFiles(SMALL_FILES);
    const large = () => largeFile(GIB);
    return [
      ...ratioFindings("upload 3,000 small files, https", await timeAgainstNullServer(small(), peers, tls), 0.7),
      ...ratioFindings("upload a 1 GiB file, https", await timeAgainstNullServer(large(), peers, tls), 0.7),
      ...ratioFindings("download 3,000 small files, https", await timeFromNullServer(small(), peers, tls), 2.0),
      ...ratioFindings("download a 1 GiB file, https", await timeFromNullServer(large(), peers, tls), 2.0),
    ];
  },
};
