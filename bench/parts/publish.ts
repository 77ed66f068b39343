import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runInTurn } from "../pairs.ts";
import { limitFinding, type Part } from "../part.ts";
import { medianSeconds, type Timing } from "../sample.ts";
import { type BenchServer, startNullServer, withServer } from "../servers.ts";
import { runMeasuredTask } from "../task.ts";
import { smallFiles, type WorkFolder } from "../work-folders.ts";

const FILES = 5_000;
const MAX_SECONDS = 1.0;

/** A site that has been published as it is, beside one that has a single page: that is what it takes to start, and to find nothing. */
export const publish: Part = {
  name: "publish",
  async run() {
    const [site, page] = [siteOf(FILES), siteOf(0)];
    try {
      return await withServer(startNullServer(), async (server) => {
        const timings = await runInTurn([
          { tool: "5,000 files", run: await publisher(server, site) },
          { tool: "a single page", run: await publisher(server, page) },
        ]);
        const [all, single] = timings as [Timing, Timing];
        const work = "publish of an unchanged 5,000-file site, above start-up";
        const finding = limitFinding(work, medianSeconds(all) - medianSeconds(single), MAX_SECONDS, "s", 2);
        return [{ ...finding, timings }];
      });
    } finally {
      site.remove();
      page.remove();
    }
  },
};

function siteOf(files: number): WorkFolder {
  const folder = smallFiles(files);
  writeFileSync(join(folder.path, "index.html"), "<!doctype html><title>Site</title>");
  return folder;
}

async function publisher(server: BenchServer, { path }: WorkFolder) {
  const inputs = { bucketName: await server.newBucket(), sourceFolder: path };
  return () => runMeasuredTask(server, "AwsS3PublishSite", inputs);
}
