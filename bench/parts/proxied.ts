import { startTinyproxies } from "../../scripts/servers/tinyproxy.ts";
import type { Part } from "../part.ts";
import { type Finding, medianSeconds, type Timing } from "../sample.ts";
import { timeWork, type Work, works } from "../works.ts";

/** The same work directly and through tinyproxy: no targets, since the proxy works on the same cores. */
export const proxied: Part = {
  name: "proxied",
  async run() {
    const proxies = await startTinyproxies({ mayInstall: true });
    try {
      const findings: Finding[] = [];
      for (const work of works) findings.push(await compare(work, proxies.openUrl));
      return findings;
    } finally {
      await proxies.stop();
    }
  },
};

async function compare(work: Work, proxyUrl: string): Promise<Finding> {
  const timings = await timeWork(work, { "task, directly": {}, "task, through tinyproxy": { proxyUrl } });
  const [direct, through] = timings as [Timing, Timing];
  const ratio = medianSeconds(through) / medianSeconds(direct);
  const measured = `${ratio.toFixed(2)} × directly`;
  return { work: `${work.title}, through a proxy`, target: undefined, measured, isMet: undefined, timings };
}
