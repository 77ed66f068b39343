import { type InputRow, undefinedVariable, type WrongCase } from "./input-row.ts";

/** What becomes of an empty path. */
export const FILLED_IN = "the repository, in a classic release the artifacts folder: the agent fills it in";

/** A key prefix that is entered as an address. */
export const isUri = (input: string): WrongCase => ({
  value: "s3://releases/site",
  errors: [`${input}: "s3://releases/site" is a URI. Enter only the part after the name of the bucket. [path-invalid]`],
});

/** Where an upload puts its objects. */
export const prefixRow: InputRow = {
  input: "targetFolder",
  valid: [
    { value: "www/app", means: { prefix: "www/app/" } },
    { value: "/www/", means: { prefix: "www/" } },
    { value: "./drop\\1.0", means: { prefix: "drop/1.0/" } },
    { value: "//releases", means: { prefix: "/releases/" } },
    { value: "//", means: { prefix: "/" } },
  ],
  empty: { says: "the root of the bucket", means: {} },
  wrong: [
    isUri("targetFolder"),
    undefinedVariable("targetFolder", "releases/$(Build.Name)", "Build.Name"),
    {
      value: "site/../other",
      errors: ['targetFolder: "site/../other" has .. as a folder, which S3 does not resolve. [path-invalid]'],
    },
  ],
};

export const partSizeRow: InputRow = {
  input: "partSizeMB",
  valid: [
    { value: "64", means: { partSizeBytes: 64 * 1024 ** 2 } },
    { value: "5120", means: { partSizeBytes: 5 * 1024 ** 3 } },
  ],
  empty: { says: "the automatic size", means: {} },
  wrong: [
    {
      value: "4",
      errors: [
        'partSizeMB: "4" is not a whole number from 5 to 5120 (MiB). If empty, the task uses the automatic size. [number-out-of-range]',
      ],
    },
  ],
};
