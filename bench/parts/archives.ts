import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runInTurn } from "../pairs.ts";
import { limitFinding, type Part } from "../part.ts";
import { type Finding, medianSeconds, peakMb, type Timing } from "../sample.ts";
import { startNullServer, withServer } from "../servers.ts";
import { runMeasuredTask } from "../task.ts";
import { largeFile, memoryFolder, type WorkFolder } from "../work-folders.ts";
import { GIB } from "./uploads.ts";

/** Each takes so long that they cannot be run as often as others. */
const ROUNDS = 3;
const MAX_MB = 200;
const TEXT_BYTES = 8 * 1024 ** 2;

const archiveOf = (content: string, source: () => WorkFolder): Part => ({
  name: `archive-${content.split(" ")[0]}`,
  async run({ awsCli }) {
    const folder = source();
    try {
      return await withServer(startNullServer(), async (server) => {
        const inputs = { archive: "tar.gz", archiveName: "all.tar.gz", sourceFolder: folder.path };
        const archive = async () =>
          runMeasuredTask(server, "AwsS3Upload", { ...inputs, bucketName: await server.newBucket() });
        const timings = await runInTurn(
          [
            { tool: "task", run: archive },
            {
              tool: "tar | aws s3 cp -",
              run: async () => awsCli.archive(server, folder.path, await server.newBucket()),
            },
          ],
          ROUNDS,
        );
        return findings(`upload 1 GiB of ${content} as an archive`, timings);
      });
    } finally {
      folder.remove();
    }
  },
});

/** No target for the time: compression takes it, on one core. */
function findings(work: string, timings: readonly Timing[]): Finding[] {
  const [task, peer] = timings as [Timing, Timing];
  const ratio = medianSeconds(task) / medianSeconds(peer);
  const memory = limitFinding(`${work}: memory`, peakMb(task), MAX_MB, "MB");
  return [
    { work, target: undefined, measured: `${ratio.toFixed(2)} × ${peer.tool}`, isMet: undefined, timings },
    memory,
  ];
}

const SENTENCE = "The quick brown fox jumps over the lazy dog, and what it finds there is written down line by line.";

/** Lines of words in an order that does not come again within what a compressor looks back to. */
function textFile(): WorkFolder {
  const folder = memoryFolder("text");
  const words = SENTENCE.split(" ");
  let state = 1;
  let text = "";
  for (let line = 0; text.length < TEXT_BYTES; line++) {
    const chosen = Array.from({ length: 12 }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return words[(state >>> 16) % words.length];
    });
    text += `${line} ${chosen.join(" ")}\n`;
  }
  const block = Buffer.from(text).subarray(0, TEXT_BYTES);
  const file = join(folder.path, "large.txt");
  for (let doneBytes = 0; doneBytes < GIB; doneBytes += TEXT_BYTES) writeFileSync(file, block, { flag: "a" });
  return folder;
}

export const archiveText: Part = archiveOf("text", textFile);
export const archiveRandom: Part = archiveOf("random data", () => largeFile(GIB));
