import { awsCredentialsRow, toolkitCredentialsRow } from "./connection-rows.ts";
import { booleanRow, type InputRow, undefinedVariable } from "./input-row.ts";

const features = (...on: string[]) => ({
  features: Object.fromEntries(["accelerate", "dualstack", "fips"].map((name) => [name, on.includes(name)])),
});

/** What the AWS console and the AWS CLI let people copy. */
const addressesOfABucket = [
  ["arn:aws:s3:::my-bucket", "the ARN of a bucket"],
  ["arn:aws-cn:s3:::my-bucket/site/*", "the ARN of a bucket"],
  ["https://my-bucket.s3.eu-west-1.amazonaws.com/site/", "the address of a bucket"],
  ["my-bucket.s3-website-eu-west-1.amazonaws.com", "the address of a bucket"],
  ["https://s3.eu-west-1.amazonaws.com/my-bucket", "the address of a bucket"],
  ["https://eu-west-1.console.aws.amazon.com/s3/buckets/my-bucket?region=eu-west-1", "the address of a bucket"],
] as const;

/** The inputs of all tasks that say which bucket it is, and in whose name it is reached. */
export const connectionRows = (prefixInput: string): InputRow[] => [
  awsCredentialsRow,
  toolkitCredentialsRow,
  {
    input: "regionName",
    valid: [
      { value: "us-west-2", means: { region: "us-west-2" } },
      { value: "US-West-2", isAmazon: true, means: { region: "us-west-2" } },
    ],
    empty: { says: "the region of the service connection, else the variable `AWS.Region`", means: {} },
    wrong: [
      {
        value: "Europe (Ireland)",
        errors: [
          'regionName: "Europe (Ireland)" is not a region. Enter its code, for example eu-west-1. [region-invalid]',
        ],
      },
      {
        value: "",
        isAmazon: true,
        connection: { says: "a connection without region", data: {} },
        errors: [
          "regionName: it is empty, and the service connection names no region. Enter the region of the bucket, for example eu-west-1. [region-required]",
        ],
      },
    ],
  },
  {
    input: "bucketName",
    valid: [
      { value: "my-bucket", means: { bucketName: "my-bucket" } },
      {
        value: "arn:aws:s3:eu-west-1:123456789012:accesspoint/mine",
        isAmazon: true,
        means: { bucketName: "arn:aws:s3:eu-west-1:123456789012:accesspoint/mine" },
      },
    ],
    empty: { says: "an error", errors: ["bucketName: it is empty. Enter the name of a bucket. [input-required]"] },
    wrong: [
      {
        value: "s3://my-bucket/site",
        errors: [
          `bucketName: "s3://my-bucket/site" is a URI. Enter only the name of the bucket, and the rest in ${prefixInput}. [bucket-name-invalid]`,
        ],
      },
      {
        value: "my-bucket/site",
        errors: [
          `bucketName: "my-bucket/site" has a /. Enter only the name of the bucket, and the rest in ${prefixInput}. [bucket-name-invalid]`,
        ],
      },
      ...addressesOfABucket.map(([value, what]) => ({
        value,
        errors: [`bucketName: "${value}" is ${what}, not its name. Enter my-bucket. [bucket-name-invalid]`],
      })),
      undefinedVariable("bucketName", "$(Site.Bucket)", "Site.Bucket"),
      {
        value: "my bucket",
        errors: [
          'bucketName: "my bucket" is not a bucket name. Use 3 to 63 lower-case letters, digits, dots and hyphens. [bucket-name-invalid]',
        ],
      },
      {
        value: "logs--use1-az4--x-s3",
        errors: [
          'bucketName: "logs--use1-az4--x-s3" is a directory bucket, which this task does not support. Use a general purpose bucket. [bucket-type-not-supported]',
        ],
      },
    ],
  },
];

/** Whether the parallel jobs of a transfer share its work. */
export const shardRow: InputRow = {
  input: "shard",
  valid: [
    {
      value: "true",
      variables: { "System.TotalJobsInPhase": "4", "System.JobPositionInPhase": "3" },
      means: { shard: { position: 3, total: 4 } },
    },
    { value: "true", means: {} },
    {
      value: "false",
      variables: { "System.TotalJobsInPhase": "4", "System.JobPositionInPhase": "3" },
      means: {},
    },
  ],
  empty: { says: "`false`", means: {} },
  wrong: [
    { value: "2", errors: ['shard: "2" is neither true nor false. Enter one of the two. [input-not-boolean]'] },
    {
      value: "true",
      variables: { "System.TotalJobsInPhase": "4", "System.JobPositionInPhase": "5" },
      errors: [
        "shard: the agent does not say which of the parallel jobs this is (System.JobPositionInPhase). Use it in a job with strategy: parallel, or set it to false. [parallel-job-unknown]",
      ],
    },
  ],
};

/** The advanced inputs of all tasks. */
export const advancedRows: InputRow[] = [
  {
    input: "concurrency",
    valid: [
      { value: "8", means: { concurrency: 8 } },
      { value: "1000", means: { concurrency: 1000 } },
    ],
    empty: { says: "the automatic number", means: {} },
    wrong: ["0", "1001", "many"].map((value) => ({
      value,
      errors: [
        `concurrency: "${value}" is not a whole number from 1 to 1000. If empty, the task uses the automatic number. [number-out-of-range]`,
      ],
    })),
  },
  {
    input: "forcePathStyleAddressing",
    valid: [
      { value: "true", means: { addressingStyle: "path" } },
      { value: "false", means: {} },
    ],
    empty: { says: "`false`", means: {} },
    wrong: [
      {
        value: "path",
        errors: [
          'forcePathStyleAddressing: "path" is neither true nor false. Enter one of the two. [input-not-boolean]',
        ],
      },
    ],
  },
  {
    input: "endpointFeatures",
    valid: [
      { value: "dualstack, fips", isAmazon: true, means: features("dualstack", "fips") },
      { value: "Accelerate", isAmazon: true, means: features("accelerate") },
      { value: "dualstack,accelerate", isAmazon: true, means: features("dualstack", "accelerate") },
    ],
    empty: { says: "the usual endpoint", means: {} },
    wrong: [
      {
        value: "ipv6",
        isAmazon: true,
        errors: [
          'endpointFeatures: "ipv6" is not one of its values. Enter accelerate, dualstack or fips. [input-not-in-list]',
        ],
      },
      {
        value: "dualstack",
        errors: [
          "endpointFeatures: dualstack: only Amazon S3 has this, and the server URL of awsCredentials is 127.0.0.1:1. Leave it empty. [endpoint-not-available]",
        ],
      },
      {
        value: "accelerate",
        isAmazon: true,
        others: { forcePathStyleAddressing: "true" },
        errors: ["endpointFeatures: accelerate cannot be used with path-style addressing. [endpoint-not-available]"],
      },
      {
        value: "accelerate",
        isAmazon: true,
        others: { bucketName: "www.example.com" },
        errors: [
          "endpointFeatures: accelerate: a bucket with a dot in its name has no such endpoint. [endpoint-not-available]",
        ],
      },
      {
        value: "accelerate, fips",
        isAmazon: true,
        errors: [
          "endpointFeatures: accelerate cannot be used with fips, which has no such endpoint. [endpoint-not-available]",
        ],
      },
      {
        value: "fips",
        isAmazon: true,
        others: { regionName: "cn-north-1" },
        errors: ["endpointFeatures: fips: the partition of cn-north-1 has no such endpoint. [endpoint-not-available]"],
      },
    ],
  },
  {
    input: "expectedBucketOwner",
    valid: [{ value: "123456789012", means: { expectedBucketOwner: "123456789012" } }],
    empty: { says: "nobody checks", means: {} },
    wrong: [
      {
        value: "1234-5678-9012",
        errors: [
          'expectedBucketOwner: "1234-5678-9012" is not the ID of an AWS account. Enter its 12 digits, without hyphens. [id-invalid]',
        ],
      },
    ],
  },
  booleanRow("requesterPays"),
];
