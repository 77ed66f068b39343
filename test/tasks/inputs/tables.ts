import { advancedRows, connectionRows, shardRow } from "./access-rows.ts";
import { archiveRows } from "./archive-rows.ts";
import type { OptionsDescription } from "./describe-options.ts";
import { PROBED_PATHS } from "./describe-options.ts";
import { downloadEncryptionRows, uploadEncryptionRows } from "./encryption-rows.ts";
import { booleanRow, undefinedVariable, type WrongCase } from "./input-row.ts";
import type { InputTable } from "./input-table.ts";
import { cannedAclRow, objectRows } from "./object-rows.ts";
import { publishSiteTable } from "./publish-site-table.ts";
import { roleRows } from "./role-rows.ts";
import { toolkitLoggingRows, transferRows } from "./transfer-rows.ts";
import { FILLED_IN, isUri, partSizeRow, prefixRow } from "./upload-rows.ts";

const commonOptions: OptionsDescription = {
  bucketName: "releases",
  requesterPays: false,
  matched: PROBED_PATHS,
  flattenFolders: false,
  overwrite: "changed",
  compareBy: "checksum",
  deleteExtra: false,
  maxDelete: { kind: "share", percent: 50 },
  dryRun: false,
  ifNoFilesFound: "error",
};

const hasDots = (input: string): WrongCase => ({
  value: "site/../other",
  errors: [`${input}: "site/../other" has . or .. as a folder, which S3 does not resolve. [path-invalid]`],
});
export const uploadTable: InputTable = {
  task: "AwsS3Upload",
  needed: { awsCredentials: "CONNECTION", bucketName: "releases", sourceFolder: "SOURCE/site" },
  options: {
    ...commonOptions,
    source: "SOURCE/site",
    prefix: "",
    headers: {},
    checksumAlgorithm: "auto",
    createBucket: false,
    followSymlinks: true,
  },
  rows: [
    ...connectionRows("targetFolder"),
    {
      input: "sourceFolder",
      valid: [
        { value: "SOURCE/site", means: {} },
        { value: "site", means: {} },
        { value: "SOURCE/file.txt", means: { source: "SOURCE/file.txt" } },
      ],
      empty: { says: FILLED_IN, means: { source: "SOURCE" } },
      wrong: [
        {
          value: "SOURCE/missing",
          errors: [
            "sourceFolder: there is no file or folder SOURCE/missing. Check the path, and that an earlier step of the job creates it. [file-not-found]",
          ],
        },
        ...(process.platform === "win32"
          ? []
          : [
              {
                value: "/dev/null",
                errors: ["sourceFolder: /dev/null is neither a file nor a folder. [path-invalid]"],
              },
            ]),
        undefinedVariable("sourceFolder", "SOURCE/$(Out.Dir)", "Out.Dir"),
      ],
    },
    prefixRow,
    ...transferRows([
      {
        value: "true",
        others: { sourceFolder: "SOURCE/file.txt" },
        errors: [
          "deleteExtra: it cannot be used if sourceFolder is a single file, SOURCE/file.txt: everything else would be deleted. Set deleteExtra to false, or enter a folder. [inputs-in-conflict]",
        ],
      },
    ]),
    ...archiveRows,
    booleanRow("followSymlinks", {
      isTrueByDefault: true,
    }),
    ...objectRows("headers"),
    cannedAclRow,
    booleanRow("createBucket", {
      wrong: [
        {
          value: "true",
          isAmazon: true,
          others: { bucketName: "arn:aws:s3:eu-west-1:123456789012:accesspoint/mine" },
          errors: [
            "createBucket: it cannot be used if bucketName is an access point, because its bucket already exists. Set it to false, or enter the name of a bucket. [inputs-in-conflict]",
          ],
        },
        {
          value: "true",
          isAmazon: true,
          others: { endpointFeatures: "accelerate" },
          errors: [
            "createBucket: it cannot be used with endpointFeatures: accelerate, because that endpoint cannot create buckets. Remove one of the two. [inputs-in-conflict]",
          ],
        },
      ],
    }),
    ...uploadEncryptionRows,
    partSizeRow,
    ...roleRows,
    shardRow,
    ...advancedRows,
    ...toolkitLoggingRows,
  ],
};

export const downloadTable: InputTable = {
  task: "AwsS3Download",
  needed: { awsCredentials: "CONNECTION", bucketName: "releases", targetFolder: "SOURCE/new/folder" },
  options: { ...commonOptions, source: "", target: "SOURCE/new/folder", keepPrefix: false },
  rows: [
    ...connectionRows("sourceFolder"),
    {
      input: "sourceFolder",
      valid: [
        { value: "site", means: { source: "site" } },
        { value: "/site/app/", means: { source: "site/app/" } },
        { value: "//site", means: { source: "/site" } },
        { value: "rel\\1.2", means: { source: "rel/1.2" } },
        { value: "//", means: { source: "/" } },
      ],
      empty: { says: "the whole bucket", means: {} },
      wrong: [
        isUri("sourceFolder"),
        hasDots("sourceFolder"),
        undefinedVariable("sourceFolder", "models/$(Model.Version)/", "Model.Version"),
      ],
    },
    {
      input: "targetFolder",
      valid: [
        { value: "SOURCE/new/folder", means: {} },
        { value: "new/folder", means: {} },
        { value: "SOURCE/site", means: { target: "SOURCE/site" } },
      ],
      empty: { says: FILLED_IN, means: { target: "SOURCE" } },
      wrong: [
        ...["SOURCE/file.txt", "SOURCE/file.txt/below"].map((value) => ({
          value,
          errors: [
            `targetFolder: SOURCE/file.txt is not a folder, so nothing can be downloaded to ${value}. Enter another folder. [path-taken]`,
          ],
        })),
        {
          value: `/${"x".repeat(256)}/out`,
          errors: [
            `targetFolder: /${"x".repeat(256)}/out cannot be a folder: the name of a file or folder in it has more than 255 bytes. Enter another folder. [path-invalid]`,
          ],
        },
        undefinedVariable("targetFolder", "SOURCE/$(Out.Dir)", "Out.Dir"),
      ],
    },
    booleanRow("keepPrefix"),
    ...transferRows(),
    booleanRow("extract", {
      means: { maxBytes: 10e9 },
      wrong: Object.entries({
        deleteExtra: "the bucket does not list what is in archives",
        flattenFolders: "the files of an archive keep their folders",
        keepPrefix: "an archive's folder is named after the archive alone",
      }).map(([other, why]) => ({
        value: "true",
        others: { [other]: "true" },
        errors: [
          `extract: it cannot be used with ${other}, because ${why}. Set one of the two to false. [inputs-in-conflict]`,
        ],
      })),
    }),
    {
      input: "extractMaxSizeGB",
      valid: [
        { value: "20", others: { extract: "true" }, means: { extract: { maxBytes: 20e9 } } },
        { value: "20", means: {} },
      ],
      empty: { says: "`10`", others: { extract: "true" }, means: { extract: { maxBytes: 10e9 } } },
      wrong: ["0", "1.5", "all"].map((value) => ({
        value,
        errors: [
          `extractMaxSizeGB: "${value}" is not a whole number from 1 to 1000000 (GB). If empty, the task uses 10. [number-out-of-range]`,
        ],
      })),
    },
    ...downloadEncryptionRows,
    ...roleRows,
    shardRow,
    ...advancedRows,
    ...toolkitLoggingRows,
  ],
};

export const inputTables: readonly InputTable[] = [uploadTable, downloadTable, publishSiteTable];
