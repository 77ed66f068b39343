import { type Part, ratioFindings } from "../part.ts";
import { startQuickNullServer } from "../servers.ts";
import { smallFiles } from "../work-folders.ts";
import { timeFrom } from "./downloads.ts";
import { SMALL_FILES, timeAgainst } from "./uploads.ts";

const MANY_FILES = 12_000;

export const https: Part = {
  name: "https",
  async run(allPeers) {
    const peers = { ...allPeers, others: [] };
    const server = () => startQuickNullServer({ tls: true });
    const [few, many] = [() => smallFiles(SMALL_FILES), () => smallFiles(MANY_FILES)];
    return [
      ...ratioFindings("upload 3,000 small files, https", await timeAgainst(server(), few(), peers), 0.7),
      ...ratioFindings("download 3,000 small files, https", await timeFrom(server(), few(), peers), 0.7),
      ...ratioFindings("upload 12,000 small files, https", await timeAgainst(server(), many(), peers), 0.8),
      ...ratioFindings("download 12,000 small files, https", await timeFrom(server(), many(), peers), 0.8),
    ];
  },
};
