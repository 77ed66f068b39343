import { limitFinding, type Part } from "../part.ts";
import type { Finding, Sample } from "../sample.ts";
import { type BenchServer, startNullServer, withServer } from "../servers.ts";
import { runMeasuredTask } from "../task.ts";
import { memoryFolder } from "../work-folders.ts";

const [FEW, SOME, MANY] = [10_000, 100_000, 1_000_000] as const;
/** A million may take so much longer each than a hundred thousand. */
const LINEAR = 1.2;
const MAX_BYTES_PER_FILE = 700;
/** Such a listing is gathered and sorted before anything is planned. */
const MAX_UNSORTED_MB = 700;

/** Plans the download of buckets with ever more objects, and downloads nothing. */
export const plan: Part = {
  name: "plan",
  run: () =>
    withServer(startNullServer(), async (server) => {
      const few = await planDownload(server, `generated-${FEW}`);
      const some = await planDownload(server, `generated-${SOME}`);
      const many = await planDownload(server, `generated-${MANY}`);
      const unsorted = await planDownload(server, `scattered-${MANY}`);
      const growth = (many.seconds - few.seconds) / (MANY - FEW) / ((some.seconds - few.seconds) / (SOME - FEW));
      const bytesPerFile = ((many.peakMb - few.peakMb) * 1e6) / (MANY - FEW);
      const work = "plan 10,000 / 100,000 / 1,000,000 objects";
      const times: Finding = {
        work: `${work}: time an object, of 1,000,000 over 100,000`,
        target: `linear: ≤ ${LINEAR} ×`,
        measured: `${growth.toFixed(2)} × (${[few, some, many].map(({ seconds }) => `${seconds.toFixed(1)} s`).join(", ")})`,
        isMet: growth <= LINEAR,
        timings: [],
      };
      return [
        times,
        limitFinding(`${work}: memory`, bytesPerFile, MAX_BYTES_PER_FILE, "bytes a file"),
        limitFinding(
          `plan 1,000,000 objects that the store lists in no order (${unsorted.seconds.toFixed(1)} s): memory`,
          unsorted.peakMb,
          MAX_UNSORTED_MB,
          "MB",
        ),
      ];
    }),
};

async function planDownload(server: BenchServer, bucketName: string): Promise<Sample> {
  const target = memoryFolder("plan");
  try {
    const inputs = { bucketName, targetFolder: target.path, dryRun: "true" };
    return await runMeasuredTask(server, "AwsS3Download", inputs);
  } finally {
    target.remove();
  }
}
