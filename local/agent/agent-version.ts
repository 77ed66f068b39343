import { execFile } from "node:child_process";
import { promisify } from "node:util";

/**
 * The Node.js that agents bring, each with the first agent that has it (`src/Misc/externals.sh` of
 * microsoft/azure-pipelines-agent at each tag). Newest last.
 */
const agentsByNode: readonly (readonly [node: string, agent: string])[] = [
  ["20.9.0", "3.232.1"],
  ["20.11.1", "3.236.1"],
  ["20.13.1", "3.240.1"],
  ["20.17.0", "3.244.0"],
  ["20.20.2", "4.273.0"],
];

/** The agent to play in front of a Node.js that no agent brings: too old, or newer than Node 20. */
const beforeNode20 = "3.230.2";
const withNode24 = "4.273.0";

/**
 * The version of an agent that brings this Node.js, or one a little older.
 *
 * @param nodeVersion for example `20.17.0`.
 */
export function agentVersionOf(nodeVersion: string): string {
  if (isAtLeast(nodeVersion, "21.0.0")) return withNode24;
  return agentsByNode.findLast(([node]) => isAtLeast(nodeVersion, node))?.[1] ?? beforeNode20;
}

/** Whether a version is another one or a later one. Both are numbers with dots. */
export function isAtLeast(version: string, least: string): boolean {
  const [ours, theirs] = [version, least].map((text) => text.split(".").map(Number));
  for (const [index, number] of (theirs ?? []).entries()) {
    const difference = (ours?.[index] ?? 0) - number;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** Each Node.js is asked once. */
const versions = new Map<string, Promise<string | undefined>>([
  [process.execPath, Promise.resolve(process.versions.node)],
]);

/**
 * The version of a Node.js.
 *
 * @returns undefined if it cannot be started.
 */
export function nodeVersionOf(nodePath: string): Promise<string | undefined> {
  const version = versions.get(nodePath) ?? askVersion(nodePath);
  versions.set(nodePath, version);
  return version;
}

async function askVersion(nodePath: string): Promise<string | undefined> {
  const run = promisify(execFile)(nodePath, ["--version"]).catch(() => undefined);
  return (await run)?.stdout.trim().replace(/^v/, "");
}
