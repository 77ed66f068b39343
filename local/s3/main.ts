import { parseArgs } from "node:util";
import { defaultCredential, startS3Server } from "./server.ts";

const usage = `Usage: npx tsx local/s3/main.ts [options]

Runs an S3 server until it is interrupted, and prints what the shell needs to use it.

  --port NUMBER   by default 9000
  --region NAME   by default us-east-1
  --bucket NAME   makes a bucket; may be given again and again`;

/** `npx tsx local/s3/main.ts --port 9000 --bucket demo`: the server by itself, until it is interrupted. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "9000" },
      region: { type: "string", default: "us-east-1" },
      bucket: { type: "string", multiple: true, default: [] },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const server = await startS3Server({ port: Number(values.port), region: values.region });
  for (const name of values.bucket) server.createBucket(name);
  console.log(`S3 at ${server.url}

export AWS_ENDPOINT_URL=${server.url}
export AWS_ACCESS_KEY_ID=${defaultCredential.accessKeyId}
export AWS_SECRET_ACCESS_KEY=${defaultCredential.secretAccessKey}
export AWS_REGION=${values.region}

Ctrl+C ends it and removes all that was stored.`);
  const close = (): void => {
    void server.close();
  };
  process.once("SIGINT", close);
  process.once("SIGTERM", close);
}

main().catch((error: NodeJS.ErrnoException & { port?: number }) => {
  if (error.code === "EADDRINUSE") console.error(`port ${error.port} is taken; use --port`);
  else if (error.code?.startsWith("ERR_PARSE_ARGS")) console.error(`${error.message}\n--help tells the rest.`);
  else console.error(error);
  process.exitCode = error.code?.startsWith("ERR_PARSE_ARGS") ? 2 : 1;
});
