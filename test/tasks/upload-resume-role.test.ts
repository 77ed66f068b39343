import assert from "node:assert/strict";
import { CreateMultipartUploadCommand, S3Client, UploadPartCommand } from "@aws-sdk/client-s3";
import { ACCOUNT, IdentityBench, roleArn, sessionArn, trusting, user } from "./identity-bench.ts";
import { content, IN_PARTS } from "./unfinished-upload.ts";

const deploy = roleArn("deploy");
const PART_BYTES = 5 * 1024 ** 2;
const AGE_MS = 2 * 3_600_000;

// The ETags of a bucket that encrypts with KMS show nothing of the bytes: who began an upload decides.
describe("AwsS3Upload, resuming what a role began in a bucket with KMS", () => {
  let clockOffsetMs = 0;
  let bench: IdentityBench;
  before(async () => {
    bench = await IdentityBench.start({}, { now: () => new Date(Date.now() + clockOffsetMs) });
    bench.sts.setRole({ arn: deploy, trustPolicy: trusting(user.arn) });
    bench.source.write({ "large.bin": content });
  });
  after(() => bench.close());

  /** Two hours ago, a session stored the first two parts. */
  async function begin(arn: string): Promise<void> {
    clockOffsetMs = -AGE_MS;
    const principal = { arn, tags: new Map<string, string>(), transitiveKeys: new Set<string>() };
    const credentials = bench.sts.sessions.open(principal, new Date(Date.now() + AGE_MS));
    const settings = { endpoint: bench.s3.url, region: "us-east-1", forcePathStyle: true, systemClockOffset: -AGE_MS };
    const { accessKeyId, secretAccessKey, sessionToken } = credentials;
    const client = new S3Client({ ...settings, credentials: { accessKeyId, secretAccessKey, sessionToken } });
    const object = { Bucket: "releases", Key: "large.bin", ChecksumAlgorithm: "CRC32" } as const;
    const begun = { ...object, ChecksumType: "FULL_OBJECT", ServerSideEncryption: "aws:kms" } as const;
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(begun));
    for (const PartNumber of [1, 2]) {
      const Body = content.subarray((PartNumber - 1) * PART_BYTES, PartNumber * PART_BYTES);
      await client.send(new UploadPartCommand({ ...object, UploadId, PartNumber, Body }));
    }
    client.destroy();
    clockOffsetMs = 0;
    bench.s3.clearRequests();
  }

  for (const [who, arn, sent] of [
    ["another session of the role", sessionArn("deploy", ACCOUNT, "yesterday"), ["3", "4"]],
    ["another role", sessionArn("other", ACCOUNT, "yesterday"), ["1", "2", "3", "4"]],
  ] as const) {
    it(`sends the parts ${sent.join(", ")} after ${who}`, async () => {
      await begin(arn);
      const given = { store: { data: { roleArn: deploy } }, inputs: { ...IN_PARTS, concurrency: "1" } };
      const { result, log } = await bench.run(given);
      assert.equal(result, "Succeeded", log.join("\n"));
      const parts = bench.s3.requests.filter(({ operation }) => operation === "UploadPart");
      assert.deepEqual(parts.map(({ query }) => query.partNumber).sort(), sent);
    });
  }
});
