import type { NetworkNamespace } from "./network-namespace.ts";
import { type Contestant, runInTurn } from "./pairs.ts";
import { downloading, uploading } from "./parts/transfers.ts";
import { GIB, SMALL_FILES } from "./parts/uploads.ts";
import type { Timing } from "./sample.ts";
import { type BenchServer, type NullServerOptions, startNullServer, withServer } from "./servers.ts";
import { type TaskRun, taskAs } from "./task.ts";
import type { Tool } from "./tools.ts";
import { largeFile, smallFiles, type WorkFolder } from "./work-folders.ts";

/** Something that the tasks do in several ways, by the name with which it can be asked for. */
export interface Work {
  readonly name: string;
  readonly title: string;
  readonly server: NullServerOptions;
  source(): WorkFolder;
  begin(server: BenchServer, folder: string): Promise<(tool: Tool) => Contestant>;
}

export const works: readonly Work[] = [false, true].flatMap((tls) =>
  [
    { size: "small", what: "3,000 small files", hasLargeBodies: tls, source: () => smallFiles(SMALL_FILES) },
    { size: "large", what: "a 1 GiB file", hasLargeBodies: true, source: () => largeFile(GIB) },
  ].flatMap(({ size, what, hasLargeBodies, source }) => {
    const [name, title] = [`${size}${tls ? "-https" : ""}`, `${what}${tls ? ", https" : ""}`];
    const server = { tls, hasLargeBodies };
    return [
      { name: `upload-${name}`, title: `upload ${title}`, server, source, begin: async (...to) => uploading(...to) },
      { name: `download-${name}`, title: `download ${title}`, server, source, begin: downloading },
    ] satisfies Work[];
  }),
);

/** Does a work in several ways in turn, against the server that stores nothing. @param network where all of it runs. */
export async function timeWork(
  work: Work,
  ways: Readonly<Record<string, TaskRun>>,
  rounds?: number,
  network?: NetworkNamespace,
): Promise<Timing[]> {
  const source = work.source();
  try {
    return await withServer(startNullServer({ ...work.server, ...(network ? { network } : {}) }), async (server) => {
      const contestant = await work.begin(server, source.path);
      return runInTurn(
        Object.entries(ways).map(([name, how]) => contestant(taskAs(name, how))),
        rounds,
      );
    });
  } finally {
    source.remove();
  }
}
