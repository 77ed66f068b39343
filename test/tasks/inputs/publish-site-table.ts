import { advancedRows, connectionRows } from "./access-rows.ts";
import { type OptionsDescription, PROBED_PATHS } from "./describe-options.ts";
import { siteEncryptionRows } from "./encryption-rows.ts";
import { booleanRow, choiceRow, type InputRow, type WrongCase } from "./input-row.ts";
import type { InputTable } from "./input-table.ts";
import { objectRows } from "./object-rows.ts";
import { previewActions, previewRows, previewUrls, refusedForPreviews } from "./preview-rows.ts";
import { roleRows } from "./role-rows.ts";
import { distributionRows, domainRows, hostingRows, ofDistribution, siteUrlRow, verifyRow } from "./site-rows.ts";
import { dryRunRow, maxDeleteRow, patternsRow } from "./transfer-rows.ts";
import { FILLED_IN, partSizeRow, prefixRow } from "./upload-rows.ts";

const archive = (input: string, value: string, told: string): WrongCase => ({
  value,
  isAmazon: true,
  errors: [
    `${input}: ${told} is an archive, which visitors cannot read. Enter another one, for example GLACIER_IR. [storage-class-invalid]`,
  ],
});

/** What a site refuses beside what an upload refuses. */
const refusedForSites: Readonly<Record<string, readonly WrongCase[]>> = {
  headers: [archive("headers", "**/*.pdf\n  x-amz-storage-class: DEEP_ARCHIVE", "line 2: DEEP_ARCHIVE")],
  storageClass: [archive("storageClass", "glacier", "GLACIER")],
  contentEncoding: [
    {
      value: "gzip",
      others: { compress: "brotli" },
      errors: [
        "contentEncoding: it cannot be used with compress: brotli, which sets it for each file that it compresses. Remove one of the two. [inputs-in-conflict]",
      ],
    },
  ],
};

/** What a rollback is, where nothing but the action is entered: inputs of a publish have no effect on it. */
const rollback = (means: object = {}): OptionsDescription => ({
  ...Object.fromEntries(OPTIONS_OF_PUBLISH.map((name) => [name, undefined])),
  action: "rollback",
  rollbackTo: "previous",
  ...means,
});

const OPTIONS_OF_PUBLISH = [
  "source",
  "matched",
  "followSymlinks",
  "indexDocument",
  "singlePageApp",
  "cleanUrls",
  "compress",
  "keepReleases",
  "maxDelete",
  "configureWebsite",
  "publicRead",
  "cachePreset",
  "headers",
  "ruledHeaders",
  "checksumAlgorithm",
];

const releaseRows: InputRow[] = [
  {
    input: "action",
    valid: [
      { value: "rollback", means: rollback() },
      {
        value: "Rollback",
        others: { sourceFolder: "SOURCE/missing", maxDelete: "most", keepReleases: "many", compress: "zip" },
        means: rollback(),
      },
      { value: "publish", others: { rollbackTo: "a/b" }, means: {} },
      ...previewActions(OPTIONS_OF_PUBLISH),
    ],
    empty: { says: "`publish`", means: {} },
    wrong: [
      {
        value: "undo",
        errors: [
          'action: "undo" is not one of its values. Enter publish, rollback, preview or removePreviews. [input-not-in-list]',
        ],
      },
      ...refusedForPreviews,
    ],
  },
  {
    input: "keepReleases",
    valid: [
      { value: "5", means: { keepReleases: 5 } },
      { value: "50", means: { keepReleases: 50 } },
      { value: "0", means: {} },
    ],
    empty: { says: "0", means: {} },
    wrong: ["-1", "51", "all"].map((value) => ({
      value,
      errors: [
        `keepReleases: "${value}" is not a whole number from 0 to 50. If empty, the task uses 0. [number-out-of-range]`,
      ],
    })),
  },
  {
    input: "rollbackTo",
    valid: ["7", "20260102.3", "1a2b3c4d5e", "previous"].map((value) => ({
      value,
      others: { action: "rollback" },
      means: rollback({ rollbackTo: value }),
    })),
    empty: { says: "`previous`", others: { action: "rollback" }, means: rollback() },
    wrong: ["refs/heads/main", "7, 8?"].map((value) => ({
      value,
      others: { action: "rollback" },
      errors: [
        `rollbackTo: "${value}" is neither the number of a release nor a build number or a commit. Enter one of them, or previous. [release-not-found]`,
      ],
    })),
  },
];

const siteAccessRow: InputRow = {
  input: "siteAccess",
  valid: [
    ofDistribution("cloudFront", {}),
    { value: "Website", means: {} },
    { value: "other", others: { action: "rollback" }, means: rollback() },
  ],
  empty: { says: "the form shows all inputs", means: {} },
  wrong: [
    {
      value: "cdn",
      errors: ['siteAccess: "cdn" is not one of its values. Enter website, cloudFront or other. [input-not-in-list]'],
    },
  ],
};

const documentRows: InputRow[] = [
  {
    input: "indexDocument",
    valid: [{ value: "default.htm", means: { indexDocument: "default.htm" } }],
    empty: { says: "`index.html`", means: {} },
    wrong: [
      {
        value: "docs/index.html",
        errors: [
          'indexDocument: "docs/index.html" has a folder. The same name is used for every folder. Enter only the name, for example index.html. [path-invalid]',
        ],
      },
    ],
  },
  {
    input: "errorDocument",
    valid: [
      { value: "/errors/404.html", means: { errorDocument: "errors/404.html" } },
      { value: "errors\\404.html", means: { errorDocument: "errors/404.html" } },
    ],
    empty: { says: "`404.html`, where the site has one", means: {} },
    wrong: [
      ...["errors/", "../404.html", "https://www.example.com/404.html"].map((value) => ({
        value,
        errors: [
          `errorDocument: "${value}" is not the path of a document. Enter the path of a file in sourceFolder, for example errors/404.html. [path-invalid]`,
        ],
      })),
      {
        value: "404.html",
        others: { singlePageApp: "true" },
        errors: [
          "errorDocument: it cannot be used with singlePageApp: index.html answers for unknown paths. Remove one of the two. [inputs-in-conflict]",
        ],
      },
    ],
  },
  booleanRow("singlePageApp"),
];

export const publishSiteTable: InputTable = {
  task: "AwsS3PublishSite",
  needed: { awsCredentials: "CONNECTION", bucketName: "releases", sourceFolder: "SOURCE/site" },
  options: {
    action: "publish",
    bucketName: "releases",
    requesterPays: false,
    source: "SOURCE/site",
    prefix: "",
    matched: PROBED_PATHS,
    followSymlinks: true,
    indexDocument: "index.html",
    singlePageApp: false,
    cleanUrls: false,
    compress: "off",
    keepRemovedDays: 7,
    keepReleases: 0,
    maxDelete: { kind: "share", percent: 50 },
    dryRun: false,
    configureWebsite: false,
    publicRead: false,
    verify: true,
    cachePreset: "standard",
    headers: {},
    ruledHeaders: {},
    checksumAlgorithm: "auto",
  },
  rows: [
    ...connectionRows("targetFolder"),
    ...releaseRows,
    {
      input: "sourceFolder",
      valid: [
        { value: "SOURCE/site", means: {} },
        { value: "site", means: {} },
      ],
      empty: { says: FILLED_IN, means: { source: "SOURCE" } },
      wrong: [
        {
          value: "SOURCE/missing",
          errors: [
            "sourceFolder: there is no file or folder SOURCE/missing. Check the path, and that an earlier step of the job creates it. [file-not-found]",
          ],
        },
        {
          value: "SOURCE/file.txt",
          errors: ["sourceFolder: SOURCE/file.txt is a file. Enter the folder of the site. [path-invalid]"],
        },
      ],
    },
    prefixRow,
    siteAccessRow,
    patternsRow,
    booleanRow("followSymlinks", {
      isTrueByDefault: true,
    }),
    ...documentRows,
    booleanRow("cleanUrls"),
    choiceRow("compress", ["off", "gzip", "brotli"]),
    {
      input: "keepRemovedDays",
      valid: [
        { value: "30", means: { keepRemovedDays: 30 } },
        { value: "0", means: { keepRemovedDays: 0 } },
        { value: "3650", means: { keepRemovedDays: 3650 } },
      ],
      empty: { says: "7", means: {} },
      wrong: ["-1", "3651", "a week"].map((value) => ({
        value,
        errors: [
          `keepRemovedDays: "${value}" is not a whole number from 0 to 3650 (days). If empty, the task uses 7. [number-out-of-range]`,
        ],
      })),
    },
    {
      ...maxDeleteRow,
    },
    dryRunRow,
    ...previewRows(OPTIONS_OF_PUBLISH),
    ...hostingRows,
    ...distributionRows,
    ...domainRows,
    verifyRow,
    { ...siteUrlRow, valid: [...siteUrlRow.valid, ...previewUrls] },
    choiceRow("cachePreset", ["standard", "none"]),
    ...objectRows("ruledHeaders").map((row) => ({
      ...row,
      // An object that is stored again has the tags of the step and no others.
      empty: row.input === "tags" ? { ...row.empty, says: "none" } : row.empty,
      wrong: [...row.wrong, ...(refusedForSites[row.input] ?? [])],
    })),
    ...siteEncryptionRows,
    ...roleRows,
    partSizeRow,
    ...advancedRows,
  ],
};
