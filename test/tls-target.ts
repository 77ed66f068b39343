import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { localhostTls } from "../local/s3/localhost-tls.ts";
import { defaultCredential, startS3Server } from "../local/s3/server.ts";

/** An S3 server over TLS, whose certificate no authority that Node knows has issued. */
export interface TlsTarget {
  readonly url: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** The certificate of the authority that issued the server's, in PEM. */
  readonly ca: string;
  newBucket(): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts the embedded server over TLS, or reaches the one at `S3_TEST_TLS_ENDPOINT`, which takes the same keys as the one that
 * `S3_TEST_ENDPOINT` names, and whose authority's certificate is in the file `S3_TEST_TLS_CA`.
 */
export async function startTlsTarget(): Promise<TlsTarget> {
  const { S3_TEST_TLS_ENDPOINT: url, S3_TEST_TLS_CA: caFile, S3_TEST_REGION: region } = process.env;
  const { S3_TEST_ACCESS_KEY: accessKeyId, S3_TEST_SECRET_KEY: secretAccessKey } = process.env;
  if (url && caFile && region && accessKeyId && secretAccessKey) {
    const about = { url, region, accessKeyId, secretAccessKey, ca: readFileSync(caFile, "utf8") };
    return { ...about, newBucket: () => newBucket(about), stop: async () => undefined };
  }
  const server = await startS3Server({ tls: localhostTls });
  const about = { url: server.url, region: "us-east-1", ...defaultCredential, ca: localhostTls.cert };
  return { ...about, newBucket: () => newBucket(about), stop: () => server.close() };
}

async function newBucket({ url, ca, ...about }: Omit<TlsTarget, "newBucket" | "stop">): Promise<string> {
  const { region, accessKeyId, secretAccessKey } = about;
  const client = new S3Client({
    endpoint: url,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
    requestHandler: new NodeHttpHandler({ httpsAgent: { ca } }),
  });
  const name = `secure-${randomBytes(6).toString("hex")}`;
  await client.send(new CreateBucketCommand({ Bucket: name }));
  client.destroy();
  return name;
}
