import { runInTurn } from "../pairs.ts";
import { type Part, ratioFindings } from "../part.ts";
import { startNullServer, withServer } from "../servers.ts";
import { task } from "../task.ts";
import { smallFiles } from "../work-folders.ts";

const FILES = 10_000;

/** The task compares checksums, s5cmd sizes and times. */
export const unchanged: Part = {
  name: "unchanged",
  async run({ s5cmd }) {
    const source = smallFiles(FILES);
    try {
      return await withServer(startNullServer(), async (server) => {
        const bucket = await server.newBucket();
        await task.upload(server, source.path, bucket);
        const timings = await runInTurn([
          { tool: "task", run: () => task.upload(server, source.path, bucket) },
          { tool: "s5cmd", run: () => s5cmd.sync(server, source.path, bucket) },
        ]);
        return ratioFindings("nothing changed, 10,000 files, by checksum", timings, 1.5);
      });
    } finally {
      source.remove();
    }
  },
};
