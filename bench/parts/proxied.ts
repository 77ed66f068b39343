import { startTinyproxies } from "../../scripts/servers/tinyproxy.ts";
import { type Contestant, runInTurn } from "../pairs.ts";
import type { Part } from "../part.ts";
import { type Finding, medianSeconds, type Timing } from "../sample.ts";
import { type BenchServer, startNullServer, withServer } from "../servers.ts";
import { taskAs } from "../task.ts";
import { largeFile, smallFiles, type WorkFolder } from "../work-folders.ts";
import { downloading, uploading } from "./transfers.ts";
import { GIB, SMALL_FILES } from "./uploads.ts";

interface Work {
  readonly name: string;
  source(): WorkFolder;
  begin(server: BenchServer, folder: string): Promise<(tool: ReturnType<typeof taskAs>) => Contestant>;
}

const works: readonly Work[] = [
  { what: "3,000 small files", source: () => smallFiles(SMALL_FILES) },
  { what: "a 1 GiB file", source: () => largeFile(GIB) },
].flatMap(({ what, source }) => [
  { name: `upload ${what}`, source, begin: async (...to) => uploading(...to) },
  { name: `download ${what}`, source, begin: downloading },
]);

/** The same work directly and through tinyproxy: no targets, since the proxy works on the same cores. */
export const proxied: Part = {
  name: "proxied",
  async run() {
    const proxies = await startTinyproxies({ mayInstall: true });
    try {
      const findings: Finding[] = [];
      for (const tls of [false, true]) {
        for (const work of works) findings.push(await compare(work, tls, proxies.openUrl));
      }
      return findings;
    } finally {
      await proxies.stop();
    }
  },
};

async function compare({ name, source, begin }: Work, tls: boolean, proxyUrl: string): Promise<Finding> {
  const folder = source();
  try {
    return await withServer(startNullServer({ tls }), async (server) => {
      const contestant = await begin(server, folder.path);
      const tools = [taskAs("task, directly"), taskAs("task, through tinyproxy", { proxyUrl })];
      const timings = await runInTurn(tools.map(contestant));
      const [direct, through] = timings as [Timing, Timing];
      const ratio = medianSeconds(through) / medianSeconds(direct);
      const work = `${name}${tls ? ", https" : ""}, through a proxy`;
      return { work, target: undefined, measured: `${ratio.toFixed(2)} × directly`, isMet: undefined, timings };
    });
  } finally {
    folder.remove();
  }
}
