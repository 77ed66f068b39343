import { fileURLToPath } from "node:url";
import { agentNodes, installedAgentNode } from "../../scripts/servers/agent-node.ts";
import { run } from "../../scripts/servers/command.ts";
import { limitFinding, type Part } from "../part.ts";
import type { Finding } from "../sample.ts";

const MAX_RATIO = 2.5;
const MAX_ABOVE_MS = 150;

/** From the start of the process to the first connection, on both of the agent's Nodes, beside a Node that does nothing. */
export const startUp: Part = {
  name: "start-up",
  async run() {
    const findings: Finding[] = [];
    for (const node of agentNodes) {
      const program = await installedAgentNode(node, { mayInstall: true });
      const script = fileURLToPath(new URL("../start-up-of-this-node.ts", import.meta.url));
      const { taskMs, bareMs } = JSON.parse(await run(program, ["--import", "tsx", script])) as Record<string, number>;
      findings.push(findingFor(node.version, taskMs ?? Number.NaN, bareMs ?? Number.NaN));
    }
    return findings;
  },
};

function findingFor(version: string, taskMs: number, bareMs: number): Finding {
  const work = `start-up on Node ${version}`;
  if (!version.startsWith("20.")) return limitFinding(`${work}, above bare node`, taskMs - bareMs, MAX_ABOVE_MS, "ms");
  const ratio = taskMs / bareMs;
  return {
    work,
    target: `≤ ${MAX_RATIO} × bare node`,
    measured: `${ratio.toFixed(2)} × (${taskMs.toFixed(0)} ms over ${bareMs.toFixed(0)} ms)`,
    isMet: ratio <= MAX_RATIO,
    timings: [],
  };
}
