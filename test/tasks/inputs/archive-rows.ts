import { type InputRow, undefinedVariable } from "./input-row.ts";

const app = { archiveName: "app.zip", archive: "zip" };
const options = (changes: object = {}) => ({
  archive: { format: "zip", name: "app.zip", compressionLevel: 6, ...changes },
});

const OWN_METADATA =
  "archive-content-sha256 is the name of the metadata by which the task recognizes its archives. Use another name. [metadata-invalid]";

/** The inputs of an upload by which all files become one object. */
export const archiveRows: InputRow[] = [
  {
    input: "archive",
    valid: [
      { value: "zip", others: { archiveName: "app.zip" }, means: options() },
      { value: "TAR.GZ", others: { archiveName: "app.tgz" }, means: options({ format: "tar.gz", name: "app.tgz" }) },
      { value: "none", others: { archiveName: "app.zip" }, means: {} },
      {
        value: "zip",
        others: { archiveName: "app.zip", compareBy: "size" },
        means: { compareBy: "size", ...options() },
      },
    ],
    empty: { says: "`none`", means: {} },
    wrong: [
      {
        value: "rar",
        errors: ['archive: "rar" is not one of its values. Enter none, zip or tar.gz. [input-not-in-list]'],
      },
      {
        value: "zip",
        others: {
          archiveName: "app.zip",
          deleteExtra: "true",
          partSizeMB: "512",
          metadata: "build=7\nArchive-Content-SHA256=abc",
        },
        errors: [
          "deleteExtra: it cannot be used with archive, which makes one object. Set deleteExtra to false. [inputs-in-conflict]",
          "partSizeMB: with archive, it is 256 at most, because five parts are in memory at once. Leave it empty for the automatic size. [number-out-of-range]",
          `metadata: ${OWN_METADATA}`,
        ],
      },
      {
        value: "zip",
        others: {
          archiveName: "app.zip",
          flattenFolders: "true",
          shard: "true",
          headers: "*.zip\n  x-amz-meta-archive-content-sha256: abc",
        },
        errors: [
          "flattenFolders: it cannot be used with archive, whose files keep their folders. Set flattenFolders to false, or enter a sourceFolder further down. [inputs-in-conflict]",
          "shard: it cannot be used with archive, which makes one object of all files. Set shard to false. [inputs-in-conflict]",
          `headers: ${OWN_METADATA}`,
        ],
      },
    ],
  },
  {
    input: "archiveName",
    valid: [
      { value: "app.zip", others: { archive: "zip" }, means: options() },
      { value: "/v1\\./app.zip", others: { archive: "zip" }, means: options({ name: "v1/app.zip" }) },
    ],
    empty: {
      says: "the pipeline's name and the run's number, and the format",
      others: { archive: "zip" },
      variables: { "Build.DefinitionName": "Web site (main)", "Build.BuildNumber": "20260131.2" },
      means: options({ name: "Web-site-main-20260131.2.zip" }),
    },
    wrong: [
      {
        value: "releases/",
        others: { archive: "zip" },
        errors: ['archiveName: "releases/" names a folder. Enter the name of the object too. [path-invalid]'],
      },
      {
        value: "../app.zip",
        others: { archive: "zip" },
        errors: ['archiveName: "../app.zip" has .. as a folder, which S3 does not resolve. [path-invalid]'],
      },
      {
        value: "s3://releases/app.zip",
        others: { archive: "zip" },
        errors: [
          'archiveName: "s3://releases/app.zip" is a URI. Enter what follows targetFolder in the key. [path-invalid]',
        ],
      },
      {
        value: ".",
        others: { archive: "tar.gz" },
        errors: ['archiveName: "." is not a name. Enter one, for example app.tar.gz. [path-invalid]'],
      },
      {
        value: "",
        others: { archive: "zip" },
        variables: { "Build.DefinitionName": "???", "Build.BuildNumber": "" },
        errors: [
          "archiveName: it is empty, and the pipeline has no name to use instead. Enter a name, for example app.zip. [input-required]",
        ],
      },
      { ...undefinedVariable("archiveName", "$(Version).zip", "Version"), others: { archive: "zip" } },
    ],
  },
  {
    input: "compressionLevel",
    valid: [
      { value: "1", others: app, means: options({ compressionLevel: 1 }) },
      { value: "9", means: {} },
    ],
    empty: { says: "`6`", others: app, means: options() },
    wrong: ["0", "10", "best"].map((value) => ({
      value,
      errors: [
        `compressionLevel: "${value}" is not a whole number from 1 to 9. If empty, the task uses 6. [number-out-of-range]`,
      ],
    })),
  },
];
