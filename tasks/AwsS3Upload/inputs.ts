import { statSync } from "node:fs";
import { type Connection, readConnection } from "../../src/agent/connection.ts";
import { InputReader } from "../../src/agent/inputs.ts";
import type { CredentialSource } from "../../src/aws/credentials.ts";
import { resolveBucketEndpoint, type Store } from "../../src/aws/endpoint.ts";
import { type PathPatterns, parsePatterns } from "../../src/files/patterns.ts";

/** What the inputs of AwsS3Upload ask for. */
export interface UploadOptions {
  readonly store: Store;
  readonly credentials: CredentialSource;
  readonly bucketName: string;
  /** Absolute path of a folder or a file. */
  readonly source: string;
  readonly patterns: PathPatterns;
  /** The key prefix, empty or with a `/` at its end. */
  readonly prefix: string;
}

/** Signing wants a region; stores that have none take this one. */
const REGION_OF_STORES_WITHOUT_REGIONS = "us-east-1";

/**
 * Reads the task's inputs. Nothing has been sent yet when it throws.
 *
 * @throws {InputError} with every wrong input.
 */
export function readInputs(): UploadOptions {
  const reader = new InputReader();
  const connection = readConnection(reader, "awsCredentials");
  const bucketName = readBucketName(reader);
  const region = readRegion(reader, connection);
  const source = readSource(reader);
  const patterns = readPatterns(reader);
  const prefix = readPrefix(reader);
  const store: Store = {
    ...(connection?.endpoint ? { endpoint: connection.endpoint } : {}),
    region,
    addressingStyle: connection?.addressingStyle ?? "auto",
  };
  if (reader.problems.length === 0)
    reader.check("bucketName", () => resolveBucketEndpoint(store, bucketName), undefined);
  reader.finish();
  // finish() has thrown where there is no connection.
  const credentials = (connection as NonNullable<typeof connection>).credentials;
  return { store, credentials: () => credentials, bucketName, source, patterns, prefix };
}

function readRegion(reader: InputReader, connection: Connection | undefined): string {
  const given = reader.text("regionName");
  const region = given || connection?.region || (connection?.endpoint ? REGION_OF_STORES_WITHOUT_REGIONS : "");
  if (region === "" && connection) {
    const what = "it is empty, and the service connection names no region.";
    reader.problem("regionName", `${what} Enter the bucket's, as eu-west-1.`);
  } else if (region !== "" && !/^[a-z0-9][a-z0-9-]*$/i.test(region)) {
    const owner = given ? "" : "the service connection's region ";
    reader.problem("regionName", `${owner}"${region}" is not a region. Enter its code, as eu-west-1.`);
  }
  // Other stores may have capitals in theirs.
  return connection?.endpoint ? region : region.toLowerCase();
}

function readBucketName(reader: InputReader): string {
  const name = reader.required("bucketName", "Enter the name of a bucket.");
  const wrong = (why: string) => reader.problem("bucketName", `"${name}" ${why}`);
  if (name.startsWith("s3://")) {
    wrong("is a URI. Enter the bucket's name alone, and the rest as targetFolder.");
  } else if (name.startsWith("arn:")) {
    // An access point; the endpoint rules know which there are.
  } else if (name.includes("/")) {
    wrong("has a / in it. Enter the bucket's name alone, and the rest as targetFolder.");
  } else if (/--x[as]?-s3$/.test(name)) {
    const why =
      "is a directory bucket. Directory buckets list and sign in ways of their own, which this task does not support";
    wrong(`${why}; use a general purpose bucket.`);
  } else if (name !== "" && !/^[a-z0-9][a-z0-9._-]+$/i.test(name)) {
    wrong("is no bucket name: 3 to 63 lower-case letters, digits, dots and hyphens.");
  }
  return name;
}

function readSource(reader: InputReader): string {
  const source = reader.required("sourceFolder", "Enter the folder or the file to upload.");
  if (source === "") return source;
  try {
    const stat = statSync(source);
    if (!stat.isDirectory() && !stat.isFile())
      reader.problem("sourceFolder", `${source} is neither a file nor a folder.`);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const advice = "Check the path, and that an earlier step of the job has made it.";
    reader.problem("sourceFolder", missing ? `there is nothing at ${source}. ${advice}` : (error as Error).message);
  }
  return source;
}

function readPatterns(reader: InputReader): PathPatterns {
  const lines = reader.lines("globExpressions");
  const given = lines.some((line) => line.trim() !== "") ? lines : ["**"];
  return reader.check("globExpressions", () => parsePatterns(given), parsePatterns([]));
}

function readPrefix(reader: InputReader): string {
  const folder = reader.text("targetFolder").replace(/^\/+/, "").replace(/\/+$/, "");
  const wrong = (why: string) => reader.problem("targetFolder", `"${folder}" ${why}`);
  if (folder.startsWith("s3://")) wrong("is a URI. Enter what stands behind the bucket's name.");
  if (folder.includes("\\")) wrong("has a \\ in it. Write / between folders.");
  if (folder.split("/").some((name) => name === "." || name === ".."))
    wrong("has . or .. for a folder, which S3 does not resolve.");
  return folder === "" ? "" : `${folder}/`;
}
