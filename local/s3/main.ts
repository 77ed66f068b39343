import { parseArgs } from "node:util";
import { defaultCredential, startS3Server } from "./server.ts";

/** `npx tsx local/s3/main.ts --port 9000 --bucket demo`: the server by itself, until it is interrupted. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "9000" },
      region: { type: "string", default: "us-east-1" },
      bucket: { type: "string", multiple: true, default: [] },
    },
  });
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

await main();
