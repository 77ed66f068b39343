import { parseArgs } from "node:util";
import { S3Error } from "./http/errors.ts";
import { type S3Server, startS3Server } from "./server.ts";

/** A command line that makes no sense, or a server that cannot start. The message says what to do. */
export class CommandError extends Error {}

/** What the server is started with. */
export interface Command {
  port: number;
  region: string;
  buckets: readonly string[];
}

/** @throws CommandError */
export function parseCommand(args: string[]): Command | "help" {
  const { port, region, bucket, help } = parseOptions(args);
  if (help) return "help";
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new CommandError(`--port takes a number from 0 to 65535, not '${port}'.`);
  }
  if (!/^[a-z0-9-]+$/.test(region)) {
    throw new CommandError(`--region takes a region, for example eu-west-1, not '${region}'.`);
  }
  return { port: Number(port), region, buckets: bucket };
}

function parseOptions(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        port: { type: "string", default: "9000" },
        region: { type: "string", default: "us-east-1" },
        bucket: { type: "string", multiple: true, default: [] },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    throw new CommandError(`${firstSentence((error as Error).message)} See --help.`);
  }
}

/** Node adds advice about arguments that begin with a dash. */
function firstSentence(message: string): string {
  return `${message.split(". ")[0]?.replace(/\.$/, "")}.`;
}

/** @throws CommandError where the port is taken, or a bucket cannot be made */
export async function startCommand({ port, region, buckets }: Command): Promise<S3Server> {
  const server = await startS3Server({ port, region }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "EADDRINUSE") throw new CommandError(`Port ${port} is in use. Choose another one with --port.`);
    if (error.code === "EACCES") throw new CommandError(`Port ${port} needs more rights. Choose one above 1023.`);
    throw error;
  });
  try {
    for (const name of buckets) createBucket(server, name);
    return server;
  } catch (error) {
    await server.close();
    throw error;
  }
}

function createBucket(server: S3Server, name: string): void {
  try {
    server.createBucket(name);
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    throw new CommandError(
      `--bucket takes the name of a bucket, not '${name}': 3 to 63 lower-case letters, digits, dots and hyphens. All rules: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html`,
    );
  }
}
