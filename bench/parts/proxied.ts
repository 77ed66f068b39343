import type { Part } from "../part.ts";
import { type Finding, medianSeconds, type Timing } from "../sample.ts";
import { startSquid } from "../squid.ts";
import { timeWork, type Work, works } from "../works.ts";

/** The same work directly and through Squid: no targets, since the proxy works on the same cores. */
export const proxied: Part = {
  name: "proxied",
  async run() {
    const proxy = await startSquid();
    try {
      const findings: Finding[] = [];
      for (const work of works) findings.push(await compare(work, proxy.url));
      return findings;
    } finally {
      await proxy.stop();
    }
  },
};

async function compare(work: Work, proxyUrl: string): Promise<Finding> {
  const timings = await timeWork(work, { "task, directly": {}, "task, through Squid": { proxyUrl } });
  const [direct, through] = timings as [Timing, Timing];
  const ratio = medianSeconds(through) / medianSeconds(direct);
  const measured = `${ratio.toFixed(2)} × directly`;
  return { work: `${work.title}, through a proxy`, target: undefined, measured, isMet: undefined, timings };
}
