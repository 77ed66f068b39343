import { CreateBucketCommand, ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import type { Counts } from "./report.ts";
import type { RunningServer } from "./server.ts";

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

/** One test: does the server answer sensibly, and is it gone once it is stopped? It is stopped in any case. */
export async function smokeTest(server: RunningServer): Promise<Counts> {
  const { url, region, accessKeyId, secretAccessKey } = server;
  const client = new S3Client({
    endpoint: url,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
  });
  try {
    await client.send(new CreateBucketCommand({ Bucket: "smoke-test" }));
    const { Buckets = [] } = await client.send(new ListBucketsCommand({}));
    const names = Buckets.map(({ Name }) => Name);
    await server.stop();
    const isGone = await fetch(url).then(
      () => false,
      () => true,
    );
    if (names.join() === "smoke-test" && isGone) {
      return { passed: 1, failed: 0, skipped: 0 };
    }
    console.log(`${server.name} lists the buckets [${names}], and is ${isGone ? "gone" : "still there"} once stopped.`);
  } catch (error) {
    console.log(`${server.name} answers wrongly: ${error}`);
  } finally {
    client.destroy();
    await server.stop();
  }
  return { passed: 0, failed: 1, skipped: 0 };
}
