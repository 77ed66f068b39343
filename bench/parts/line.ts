import { limitedNetwork } from "../network-namespace.ts";
import { type Part, ratioFindings } from "../part.ts";
import { largeFiles } from "../work-folders.ts";
import { timeFromNullServer } from "./downloads.ts";
import { timeAgainstNullServer } from "./uploads.ts";

const MIB = 1024 ** 2;
const LATENCY_MS = 30;

/** A line of 1 Gbit/s, and a server that takes its time: there the line is what is measured, and all programs are alike. */
export const line: Part = {
  name: "line",
  async run(allPeers) {
    const peers = { ...allPeers, clients: [], others: [] };
    const network = await limitedNetwork("1gbit");
    const server = { tls: true, latencyMs: LATENCY_MS, network };
    const [source, about] = [() => largeFiles(1, 256 * MIB), `a 256 MiB file, https, 1 Gbit/s, ${LATENCY_MS} ms`];
    try {
      return [
        ...ratioFindings(`upload ${about}`, await timeAgainstNullServer(source(), peers, server), undefined),
        ...ratioFindings(`download ${about}`, await timeFromNullServer(source(), peers, server), undefined),
      ];
    } finally {
      await network.remove();
    }
  },
};
