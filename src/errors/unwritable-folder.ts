/**
 * Says that nothing can be written into the agent's temporary folder, and what to do. Without a full stop at the end. index.js has it too,
 * which old versions of Node.js run.
 *
 * @param reason Node's message.
 */
export function describeUnwritableFolder(folder: string, reason: string, isDiskFull: boolean): string {
  const advice = isDiskFull
    ? "Free space on its disk, or give the agent a larger one"
    : "Make sure that it exists and that the agent's user may write into it";
  return `The agent's temporary folder ${folder} cannot be written to: ${reason}. ${advice}, and run the step again`;
}
