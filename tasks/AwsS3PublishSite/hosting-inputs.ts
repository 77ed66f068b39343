import type { InputReader } from "../../src/agent/inputs.ts";
import type { Encryption } from "../../src/s3/encryption.ts";
import type { SiteOptions } from "../../src/site/options.ts";
import type { TaskAccess } from "../../src/task/inputs/access.ts";

/**
 * Reads the settings of the bucket.
 *
 * @param access undefined if something is wrong with it, which has already been reported.
 */
export function readHosting(
  reader: InputReader,
  access: TaskAccess | undefined,
  encryption: Encryption | undefined,
  isPreview: boolean,
): Pick<SiteOptions, "configureWebsite" | "publicRead"> {
  // A preview has been refused it already.
  const configureWebsite = !isPreview && reader.boolean("configureWebsite");
  const publicRead = reader.boolean("publicRead");
  const asked = Object.entries({ configureWebsite, publicRead }).flatMap(([input, isOn]) => (isOn ? [input] : []));
  if (access?.bucketName.startsWith("arn:")) {
    const why = "it cannot be used if bucketName is an access point, because it changes settings of a bucket";
    for (const input of asked)
      reader.problem(input, "inputs-in-conflict", `${why}. Set it to false, or enter the name of the bucket.`);
  }
  if (configureWebsite && access?.store.features?.accelerate) {
    const why = "it cannot be used with endpointFeatures: accelerate, because that endpoint cannot create buckets";
    reader.problem("configureWebsite", "inputs-in-conflict", `${why}. Remove one of the two.`);
  }
  if (encryption?.kind === "kms") {
    const why = "it cannot be used with KMS keys: visitors cannot read what they encrypt";
    for (const input of asked) {
      reader.problem(
        input,
        "inputs-in-conflict",
        `${why}. Set encryptionAlgorithm to AES256, or ${input} to false and publish behind CloudFront.`,
      );
    }
  }
  return { configureWebsite, publicRead };
}
