import { type Part, ratioFindings } from "../part.ts";
import { startVersitygw, withServer } from "../servers.ts";
import { largeFile, smallFiles } from "../work-folders.ts";
import { timeDownloads, timeUploads } from "./transfers.ts";
import { GIB, SMALL_FILES } from "./uploads.ts";

/** The same work with a store that keeps what it gets, on a disk: no targets, since it takes most of the time itself. */
export const versitygw: Part = {
  name: "versitygw",
  run: (allPeers) =>
    withServer(startVersitygw(), async (server) => {
      const peers = { ...allPeers, clients: [], others: [] };
      const works = [
        { what: "3,000 small files", source: () => smallFiles(SMALL_FILES) },
        { what: "a 1 GiB file", source: () => largeFile(GIB) },
      ];
      const findings = [];
      for (const { what, source } of works) {
        const folder = source();
        try {
          const uploads = await timeUploads(server, folder.path, peers);
          const downloads = await timeDownloads(server, folder.path, peers);
          findings.push(...ratioFindings(`upload ${what}, ${server.name}`, uploads, undefined));
          findings.push(...ratioFindings(`download ${what}, ${server.name}`, downloads, undefined));
        } finally {
          folder.remove();
        }
      }
      return findings;
    }),
};
