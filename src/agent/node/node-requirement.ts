import { printed } from "../../errors/coded-message.ts";

/** The Node.js of agent 3.244.0. Older ones lack `crypto.hash` (before 20.12) and `zlib.crc32` (before 20.15). */
const oldest = { major: 20, minor: 17 };

/** In the next lines of releases, these came with 21.7 and with 22.2. */
const oldestOfNode22 = { major: 22, minor: 2 };

/**
 * Whether the tasks can run on a Node.js.
 *
 * @param version as `process.version` has it, for example `v20.17.0`.
 * @returns undefined if they can, else an error for the log.
 */
export function refusalOfNode(version: string): string | undefined {
  const [major = 0, minor = 0] = version.replace("v", "").split(".").map(Number);
  const needed = major === 21 || major === 22 ? oldestOfNode22 : oldest;
  if (major > needed.major || (major === needed.major && minor >= needed.minor)) return undefined;
  const message =
    `This task needs Node.js ${needed.major}.${needed.minor} or later, but the agent started it with Node.js ` +
    `${version.replace("v", "")}. Update the agent to version 3.244.0 or later. If it is that new, the Linux system or ` +
    `container image is too old for its Node.js. Use one with glibc 2.28 or later, or an image with a newer Node.js ` +
    `of its own.`;
  return printed({ code: "node-too-old", message });
}
