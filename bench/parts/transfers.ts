import { type Contestant, runInTurn, runOnce } from "../pairs.ts";
import type { Peers } from "../part.ts";
import type { Timing } from "../sample.ts";
import type { BenchServer } from "../servers.ts";
import { task } from "../task.ts";
import type { Tool } from "../tools.ts";
import { memoryFolder } from "../work-folders.ts";

/** Uploads a folder, each time to a bucket that has not been there before. The first timings are the tasks', then s5cmd's. */
export function timeUploads(server: BenchServer, folder: string, peers: Peers): Promise<Timing[]> {
  return timeTransfers(peers, uploading(server, folder));
}

/** Downloads what an upload of a folder has put there, each time to a new folder in memory. */
export async function timeDownloads(server: BenchServer, folder: string, peers: Peers): Promise<Timing[]> {
  return timeTransfers(peers, await downloading(server, folder));
}

/** Makes a contestant of a tool that uploads a folder, each time to a new bucket. */
export function uploading(server: BenchServer, folder: string): (tool: Tool) => Contestant {
  return ({ name, upload }) => ({
    tool: name,
    run: async () => upload(server, folder, await server.newBucket()),
  });
}

/** Makes a contestant of a tool that downloads a folder's files, which are put there before, each time to a new folder in memory. */
export async function downloading(server: BenchServer, folder: string): Promise<(tool: Tool) => Contestant> {
  const bucket = await server.newBucket();
  await task.upload(server, folder, bucket);
  return ({ name, download }) => ({
    tool: name,
    async run() {
      const target = memoryFolder("target");
      try {
        return await download(server, bucket, target.path);
      } finally {
        target.remove();
      }
    },
  });
}

async function timeTransfers(
  { tasks, s5cmd, clients, others }: Peers,
  contestantOf: (tool: Tool) => Contestant,
): Promise<Timing[]> {
  const inTurn = await runInTurn([...tasks, s5cmd, ...clients].map(contestantOf));
  return [...inTurn, ...(await runOnce(others.map(contestantOf)))];
}
