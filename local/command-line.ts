import { type ParseArgsConfig, parseArgs } from "node:util";

/** A command line that makes no sense. The message says why. */
export class UsageError extends Error {}

/** Reads a command line as `parseArgs` of Node does. @throws {UsageError} if it does not fit. */
export function parseCommandLine<Config extends ParseArgsConfig>(config: Config): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
