import { CommandError, parseCommand, startCommand } from "./command.ts";
import { defaultCredential } from "./server.ts";

const usage = `Usage: npx tsx local/s3/main.ts [options]

Runs an S3 server until it is interrupted, and prints what the shell needs to use it.

  --port NUMBER   by default 9000; 0 takes any that is free
  --region NAME   by default us-east-1
  --bucket NAME   makes a bucket; may be given several times`;

/** `npx tsx local/s3/main.ts --port 9000 --bucket demo`: the server by itself, until it is interrupted. */
async function main(args: string[]): Promise<void> {
  const command = parseCommand(args);
  if (command === "help") {
    console.log(usage);
    return;
  }
  const server = await startCommand(command);
  console.log(`S3 at ${server.url}

export AWS_ENDPOINT_URL=${server.url}
export AWS_ACCESS_KEY_ID=${defaultCredential.accessKeyId}
export AWS_SECRET_ACCESS_KEY=${defaultCredential.secretAccessKey}
export AWS_REGION=${command.region}

Ctrl+C ends it and removes all that was stored.`);
  const close = (): void => {
    void server.close();
  };
  process.once("SIGINT", close);
  process.once("SIGTERM", close);
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error instanceof CommandError ? error.message : error);
  process.exitCode = 1;
});
