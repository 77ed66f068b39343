import { type Part, ratioFindings } from "../part.ts";
import { smallFiles } from "../work-folders.ts";
import { timeFromNullServer } from "./downloads.ts";
import { SMALL_FILES, timeAgainstNullServer } from "./uploads.ts";

const tls = { tls: true };
const MANY_FILES = 12_000;

export const https: Part = {
  name: "https",
  async run(allPeers) {
    const peers = { ...allPeers, clients: [], others: [] };
    const [few, many] = [() => smallFiles(SMALL_FILES), () => smallFiles(MANY_FILES)];
    return [
      ...ratioFindings("upload 3,000 small files, https", await timeAgainstNullServer(few(), peers, tls), 0.7),
      ...ratioFindings("download 3,000 small files, https", await timeFromNullServer(few(), peers, tls), 0.7),
      ...ratioFindings("upload 12,000 small files, https", await timeAgainstNullServer(many(), peers, tls), 0.8),
      ...ratioFindings("download 12,000 small files, https", await timeFromNullServer(many(), peers, tls), 0.8),
    ];
  },
};
