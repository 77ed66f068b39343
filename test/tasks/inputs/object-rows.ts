import { PROBED_PATHS } from "./describe-options.ts";
import { choiceRow, type InputRow } from "./input-row.ts";

/** The same headers for every file. */
const everyFile = (headers: Record<string, string>) => ({
  headers: Object.fromEntries(PROBED_PATHS.map((path) => [path, headers])),
});

/** The input of an upload that says who may do what with its objects. */
export const cannedAclRow: InputRow = {
  input: "filesAcl",
  valid: [
    { value: "public-read", means: { cannedAcl: "public-read" } },
    { value: "Bucket-Owner-Full-Control", means: { cannedAcl: "bucket-owner-full-control" } },
    { value: "none", means: {} },
  ],
  empty: { says: "`none`", means: {} },
  wrong: [
    {
      value: "public",
      errors: [
        'filesAcl: "public" is not one of its values. Enter none, private, public-read, public-read-write, authenticated-read, aws-exec-read, bucket-owner-read or bucket-owner-full-control. [input-not-in-list]',
      ],
    },
  ],
};

/**
 * The inputs that say how objects are stored.
 *
 * @param ruledHeaders what the description calls the headers that the input `headers` names.
 */
export const objectRows = (ruledHeaders: "headers" | "ruledHeaders"): InputRow[] => [
  {
    input: "headers",
    valid: [
      {
        value:
          "**/*.html\n  Cache-Control: no-cache\n  x-amz-meta-Stage: beta\nassets/\n!**/*.map\n  Cache-Control: max-age=31536000, immutable",
        means: {
          [ruledHeaders]: {
            "index.html": { "cache-control": "no-cache", "x-amz-meta-stage": "beta" },
            "assets/app.js": { "cache-control": "max-age=31536000, immutable" },
          },
        },
      },
    ],
    empty: { says: "the other inputs decide", means: {} },
    wrong: [
      {
        value: "**/*.html\n  X-Frame-Options: DENY",
        errors: [
          'headers: line 2: S3 does not keep the header "X-Frame-Options" with an object. It keeps Cache-Control, Content-Type, Content-Disposition, Content-Encoding, Content-Language, Expires, x-amz-website-redirect-location, x-amz-storage-class and x-amz-meta-*. [header-not-supported]',
        ],
      },
      {
        value: "**/*.html",
        errors: [
          'headers: line 1: the pattern "**/*.html" has no header below it. Indent a rule\'s headers. [line-invalid]',
        ],
      },
      {
        value: "Cache-Control: no-cache",
        errors: [
          'headers: line 1: "Cache-Control: no-cache" is not a pattern. Indent it below the pattern of its files. [line-invalid]',
        ],
      },
      {
        value: "**/*.html\n  Expires: tomorrow",
        errors: [
          'headers: line 2: "tomorrow" is not a date for Expires. Write one, for example Wed, 21 Oct 2026 07:28:00 GMT, 2026-10-21 or 2026-10-21T07:28:00Z. [header-invalid]',
        ],
      },
      {
        value: `**\n  x-amz-meta-a: ${"1".repeat(1500)}`,
        others: { metadata: `b=${"2".repeat(600)}` },
        errors: [
          "headers: line 1: the metadata of a file has 2102 bytes in total, and S3 allows 2048. Shorten it. [metadata-too-large]",
        ],
      },
    ],
  },
  {
    input: "cacheControl",
    valid: [
      {
        value: "**/*.js=public, max-age=3600\n**/*.html=no-cache",
        means: {
          headers: {
            "index.html": { "cache-control": "no-cache" },
            "assets/app.js": { "cache-control": "public, max-age=3600" },
          },
        },
      },
    ],
    empty: { says: "none", means: {} },
    wrong: [
      {
        value: "**/*.js",
        errors: [
          'cacheControl: line 1: "**/*.js" has no =. Write pattern=value, for example **/*.js=max-age=3600. [line-invalid]',
        ],
      },
      {
        value: "max-age=3600",
        errors: [
          'cacheControl: line 1: "max-age=3600" has no pattern before the =. Write pattern=value, for example **/*.js=max-age=3600. [line-invalid]',
        ],
      },
      {
        value: "**=no-cache\npublic, max-age=3600",
        errors: [
          'cacheControl: line 2: "public, max-age=3600" has no pattern before the =. Write pattern=value, for example **/*.js=max-age=3600. [line-invalid]',
        ],
      },
    ],
  },
  {
    input: "contentType",
    valid: [{ value: "text/plain; charset=utf-8", means: everyFile({ "content-type": "text/plain; charset=utf-8" }) }],
    empty: { says: "guessed from each file's name", means: {} },
    wrong: [
      {
        value: "text/naïve",
        errors: [
          'contentType: it has a character that is not allowed in a header: "ï". Use plain ASCII. [header-invalid]',
        ],
      },
    ],
  },
  {
    input: "contentEncoding",
    valid: [{ value: "gzip", means: everyFile({ "content-encoding": "gzip" }) }],
    empty: { says: "none", means: {} },
    wrong: [
      {
        value: "gzip\nbr",
        errors: [
          "contentEncoding: it has a character that is not allowed in a header: U+000a. Use plain ASCII. [header-invalid]",
        ],
      },
    ],
  },
  {
    input: "metadata",
    valid: [
      { value: "site=shop", means: everyFile({ "x-amz-meta-site": "shop" }) },
      {
        value: "Build=20261021.3\nowner=Zoë",
        means: everyFile({ "x-amz-meta-build": "20261021.3", "x-amz-meta-owner": "=?UTF-8?B?Wm/Dqw==?=" }),
      },
    ],
    empty: { says: "none", means: {} },
    wrong: [
      { value: "build", errors: ['metadata: line 1: "build" has no =. Write name=value. [line-invalid]'] },
      {
        value: "a name=1",
        errors: [
          'metadata: line 1: "a name" cannot be a name of metadata. Use letters, digits, - and _. [metadata-invalid]',
        ],
      },
      {
        value: `a=${"1".repeat(2048)}`,
        errors: ["metadata: it has 2049 bytes in total, and S3 allows 2048. [metadata-too-large]"],
      },
    ],
  },
  {
    input: "tags",
    valid: [
      {
        value: "retention=30 days\nteam=web",
        means: {
          tags: [
            ["retention", "30 days"],
            ["team", "web"],
          ],
        },
      },
    ],
    empty: { says: "none; the tags of existing objects are kept", means: {} },
    wrong: [
      {
        value: "aws:team=web",
        errors: [
          'tags: line 1: "aws:team" starts with aws:, which is reserved for AWS. Choose another name. [tag-invalid]',
        ],
      },
      {
        value: "team=web & app",
        errors: [
          'tags: line 1: "web & app" cannot be the value of "team". S3 allows letters, digits, spaces, and + - = . _ : / @. [tag-invalid]',
        ],
      },
      {
        value: Array.from({ length: 11 }, (_, index) => `t${index}=1`).join("\n"),
        errors: ["tags: there are 11 tags, and S3 allows 10. [too-many-tags]"],
      },
    ],
  },
  {
    input: "storageClass",
    valid: [
      { value: "STANDARD_IA", isAmazon: true, means: everyFile({ "x-amz-storage-class": "STANDARD_IA" }) },
      { value: "glacier_ir", isAmazon: true, means: everyFile({ "x-amz-storage-class": "GLACIER_IR" }) },
      { value: "cold-tier", means: everyFile({ "x-amz-storage-class": "cold-tier" }) },
    ],
    empty: { says: "the store's default", means: {} },
    wrong: [
      {
        value: "COLD",
        isAmazon: true,
        errors: [
          'storageClass: "COLD" is not a storage class of Amazon S3. Enter one of STANDARD, INTELLIGENT_TIERING, STANDARD_IA, ONEZONE_IA, GLACIER_IR, GLACIER, DEEP_ARCHIVE, REDUCED_REDUNDANCY. [storage-class-invalid]',
        ],
      },
    ],
  },
  choiceRow("checksumAlgorithm", ["auto", "CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256", "none"]),
];
