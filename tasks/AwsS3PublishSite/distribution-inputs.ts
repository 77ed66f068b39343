import type { InputReader } from "../../src/agent/inputs.ts";
import type { DistributionOptions } from "../../src/site/options.ts";

const INVALIDATIONS = ["changed", "all", "none"] as const;

const MINUTE_MS = 60_000;
const DEFAULT_TIMEOUT_MINUTES = 15;
const TIMEOUT_MINUTES = { min: 1, max: 1440, unit: "minutes" };

/** Reads which CloudFront distribution stands before the bucket; undefined if there is none. */
export function readDistribution(reader: InputReader): DistributionOptions | undefined {
  const id = reader.text("cloudFrontDistributionId");
  const invalidate = reader.choice("invalidate", INVALIDATIONS, "changed");
  const waitForInvalidation = reader.boolean("waitForInvalidation", true);
  const timeoutMinutes = reader.wholeNumber(
    "invalidationTimeoutMinutes",
    TIMEOUT_MINUTES,
    `${DEFAULT_TIMEOUT_MINUTES}`,
  );
  if (id === "") {
    const why = "it has no effect if cloudFrontDistributionId is empty";
    const tell = (input: string, byDefault: unknown) =>
      reader.problem(input, "input-without-effect", `${why}. Enter a distribution, or set it to ${byDefault}.`);
    if (invalidate !== "changed") tell("invalidate", "changed");
    if (!waitForInvalidation) tell("waitForInvalidation", true);
    return undefined;
  }
  if (!/^[A-Z0-9]+$/.test(id)) {
    const advice = "Enter the ID that CloudFront shows, for example E2EXAMPLE1ABCD.";
    reader.problem("cloudFrontDistributionId", "id-invalid", `"${id}" is not the ID of a distribution. ${advice}`);
  }
  const invalidationTimeoutMs = (timeoutMinutes ?? DEFAULT_TIMEOUT_MINUTES) * MINUTE_MS;
  return { id, invalidate, waitForInvalidation, invalidationTimeoutMs };
}
