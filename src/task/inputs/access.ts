import type { Connection } from "../../agent/connection/connection.ts";
import { readConnection } from "../../agent/connection/read-connection.ts";
import type { InputReader } from "../../agent/inputs.ts";
import { type EndpointFeatures, resolveBucketEndpoint, type Store } from "../../aws/endpoint.ts";
import type { ErrorCode } from "../../errors/error-codes.ts";
import type { BucketAccess } from "../../sync/options.ts";
import type { Identity } from "./identity.ts";
import { readRoles } from "./role.ts";

/** Signing needs a region. Stores without regions accept this one. */
const REGION_OF_STORES_WITHOUT_REGIONS = "us-east-1";

const FEATURES = ["accelerate", "dualstack", "fips"] as const satisfies readonly (keyof EndpointFeatures)[];

/** The bucket of a step, and the identity of its requests. */
export interface TaskAccess extends Omit<BucketAccess, "credentials"> {
  readonly identity: Identity;
}

/** A task's options. The identity is not resolved yet. */
export type InNameOf<Options extends { readonly access: BucketAccess }> = Omit<Options, "access"> & {
  readonly access: TaskAccess;
};

/** The bucket of a step, as far as it could be read. */
export interface AccessInputs {
  /** Undefined if something is wrong with it, which has already been reported. */
  readonly access: TaskAccess | undefined;
  /** Whether the connection is for Amazon S3. */
  readonly isAmazon: boolean;
}

/**
 * Ends the reading of a task's inputs.
 *
 * @param access undefined only if something was wrong with it.
 * @throws {InputError} with every wrong input.
 */
export function finishReading(reader: InputReader, access: TaskAccess | undefined): TaskAccess {
  reader.finish();
  return access as TaskAccess;
}

/**
 * Reads the bucket of a step, and how to reach it.
 *
 * @param prefixInput the name of the key prefix input, for users who entered a prefix with the bucket.
 */
export function readAccess(reader: InputReader, prefixInput: "sourceFolder" | "targetFolder"): AccessInputs {
  const connection = readConnection(reader);
  const access = readBucketAccess(reader, connection, prefixInput);
  return { access, isAmazon: connection !== undefined && connection.endpoint === undefined };
}

function readBucketAccess(
  reader: InputReader,
  connection: Connection | undefined,
  prefixInput: string,
): TaskAccess | undefined {
  const problemsBefore = reader.problems.length;
  const hops = readRoles(reader, connection);
  const bucketName = readBucketName(reader, prefixInput);
  const region = readRegion(reader, connection);
  const forcesPathStyle = reader.boolean("forcePathStyleAddressing");
  const features = readFeatures(reader, connection);
  const expectedBucketOwner = readExpectedBucketOwner(reader);
  const requesterPays = reader.boolean("requesterPays");
  if (connection && hops.length > 0 && connection.roleAuthority === "none") {
    const store = connection.endpoint?.host;
    const what = `its STS endpoint is empty, but a role must be assumed for ${store}, which is not AWS`;
    reader.problem(
      connection.input,
      "input-required",
      `${what}. Enter the URL of the server's STS, often the same as its server URL.`,
    );
  }
  if (!connection || reader.problems.length > problemsBefore) return undefined;

  const store: Store = {
    ...(connection.endpoint ? { endpoint: connection.endpoint } : {}),
    region,
    addressingStyle: forcesPathStyle ? "path" : connection.addressingStyle,
  };
  reader.check("bucketName", () => resolveBucketEndpoint(store, bucketName), undefined);
  if (reader.problems.length > problemsBefore) return undefined;
  if (features)
    reader.check("endpointFeatures", () => resolveBucketEndpoint({ ...store, features }, bucketName), undefined);
  return {
    bucketName,
    store: features ? { ...store, features } : store,
    identity: {
      base: connection.identity,
      description: connection.description,
      ...(connection.agentReason ? { agentReason: connection.agentReason } : {}),
      hops,
      region,
      ...(connection.stsEndpoint ? { stsEndpoint: connection.stsEndpoint } : {}),
      hasSts: connection.roleAuthority !== "none",
    },
    ...(expectedBucketOwner ? { expectedBucketOwner } : {}),
    requesterPays,
  };
}

function readRegion(reader: InputReader, connection: Connection | undefined): string {
  const problemsBefore = reader.problems.length;
  const given = reader.text("regionName");
  if (reader.problems.length > problemsBefore) return "";
  const region = given || connection?.region || (connection?.endpoint ? REGION_OF_STORES_WITHOUT_REGIONS : "");
  const isOfConnection = connection?.regionSource === "connection";
  if (region === "" && connection) {
    const what = isOfConnection ? "the service connection names no region" : "there is no pipeline variable AWS.Region";
    reader.problem(
      "regionName",
      "region-required",
      `it is empty, and ${what}. Enter the region of the bucket, for example eu-west-1.`,
    );
  } else if (region !== "" && !/^[a-z0-9][a-z0-9-]*$/i.test(region)) {
    const owner = given ? "" : isOfConnection ? "the service connection's region " : "the pipeline variable's region ";
    reader.problem(
      "regionName",
      "region-invalid",
      `${owner}"${region}" is not a region. Enter its code, for example eu-west-1.`,
    );
  }
  // Other stores may allow capital letters.
  return connection?.endpoint ? region : region.toLowerCase();
}

function readBucketName(reader: InputReader, prefixInput: string): string {
  const name = reader.required("bucketName", "Enter the name of a bucket.");
  const wrong = (why: string, code: ErrorCode = "bucket-name-invalid") =>
    reader.problem("bucketName", code, `"${name}" ${why}`);
  const bucket = bucketNamedBy(name);
  if (bucket) {
    wrong(`is ${bucket.what}, not its name. Enter ${bucket.name}.`);
  } else if (name.startsWith("s3://")) {
    wrong(`is a URI. Enter only the name of the bucket, and the rest in ${prefixInput}.`);
  } else if (name.startsWith("arn:")) {
    // An access point. The endpoint rules know all kinds.
  } else if (name.includes("/")) {
    wrong(`has a /. Enter only the name of the bucket, and the rest in ${prefixInput}.`);
  } else if (/--x[as]?-s3$/.test(name)) {
    const why = "is a directory bucket, which this task does not support";
    wrong(`${why}. Use a general purpose bucket.`, "bucket-type-not-supported");
  } else if (name !== "" && !/^[a-z0-9][a-z0-9._-]+$/i.test(name)) {
    wrong("is not a bucket name. Use 3 to 63 lower-case letters, digits, dots and hyphens.");
  }
  return name;
}

/** The bucket in an ARN or a URL that was copied from the AWS console. */
function bucketNamedBy(text: string): { readonly what: string; readonly name: string } | undefined {
  const [, arn] = /^arn:[^:]*:s3:::([^/]+)/.exec(text) ?? [];
  if (arn !== undefined) return { what: "the ARN of a bucket", name: arn };
  const [, host] =
    /^(?:https?:\/\/)?([^/]+?)\.s3(?:[.-][a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?(?:[/:?]|$)/.exec(text) ?? [];
  const [, path] = /^https?:\/\/s3[a-z0-9.-]*\.amazonaws\.com(?:\.cn)?\/([^/?]+)/.exec(text) ?? [];
  const [, page] =
    /^https:\/\/[^/]*console\.(?:aws\.amazon\.com|amazonaws\.cn)\/s3\/(?:buckets|object)\/([^/?]+)/.exec(text) ?? [];
  const name = page ?? path ?? host;
  return name === undefined ? undefined : { what: "the address of a bucket", name };
}

function readFeatures(reader: InputReader, connection: Connection | undefined): EndpointFeatures | undefined {
  const chosen = reader.choices("endpointFeatures", FEATURES);
  if (chosen.size === 0) return undefined;
  if (connection?.endpoint) {
    const store = connection.endpoint.host;
    const what = `${[...chosen].join(", ")}: only Amazon S3 has this, and the server URL of awsCredentials is ${store}.`;
    reader.problem("endpointFeatures", "endpoint-not-available", `${what} Leave it empty.`);
  }
  return { accelerate: chosen.has("accelerate"), dualstack: chosen.has("dualstack"), fips: chosen.has("fips") };
}

function readExpectedBucketOwner(reader: InputReader): string {
  const owner = reader.text("expectedBucketOwner");
  if (owner !== "" && !/^\d{12}$/.test(owner)) {
    const advice = "Enter its 12 digits, without hyphens.";
    reader.problem("expectedBucketOwner", "id-invalid", `"${owner}" is not the ID of an AWS account. ${advice}`);
  }
  return owner;
}
