import { booleanRow, type InputRow, type ValidCase, type WrongCase } from "./input-row.ts";

const ACCESS_POINT = "arn:aws:s3:eu-west-1:123456789012:accesspoint/mine";
const DISTRIBUTION_ID = "E2EXAMPLE1ABCD";
const distribution = {
  id: DISTRIBUTION_ID,
  invalidate: "changed",
  waitForInvalidation: true,
  invalidationTimeoutMs: 900_000,
};
const domain = { domainName: "www.example.com", redirectDomains: [], createHostedZone: false };

/** What a setting of the bucket itself cannot be used with. */
const refusedOnBucket = (input: string): WrongCase[] => [
  {
    value: "true",
    isAmazon: true,
    others: { bucketName: ACCESS_POINT },
    errors: [
      `${input}: it cannot be used if bucketName is an access point, because it changes settings of a bucket. Set it to false, or enter the name of the bucket. [inputs-in-conflict]`,
    ],
  },
  {
    value: "true",
    others: { keyManagement: "awsManaged" },
    errors: [
      `${input}: it cannot be used with KMS keys: visitors cannot read what they encrypt. Set encryptionAlgorithm to AES256, or ${input} to false and publish behind CloudFront. [inputs-in-conflict]`,
    ],
  },
];

/** The inputs that say what is set on the bucket. */
export const hostingRows: InputRow[] = [
  booleanRow("configureWebsite", {
    valid: [
      {
        value: "true",
        others: { keyManagement: "awsManaged", encryptionAlgorithm: "AES256" },
        means: { configureWebsite: true, encryption: { kind: "s3" } },
      },
    ],
    wrong: [
      ...refusedOnBucket("configureWebsite"),
      {
        value: "true",
        isAmazon: true,
        others: { endpointFeatures: "accelerate" },
        errors: [
          "configureWebsite: it cannot be used with endpointFeatures: accelerate, because that endpoint cannot create buckets. Remove one of the two. [inputs-in-conflict]",
        ],
      },
    ],
  }),
  booleanRow("publicRead", {
    wrong: refusedOnBucket("publicRead"),
  }),
];

/** An input that says something of a distribution, beside the distribution. */
export const ofDistribution = (value: string, means: object): ValidCase => ({
  value,
  others: { cloudFrontDistributionId: DISTRIBUTION_ID },
  means: { distribution: { ...distribution, ...means } },
});
const withoutDistribution = (input: string, value: string, byDefault: string): WrongCase => ({
  value,
  errors: [
    `${input}: it has no effect if cloudFrontDistributionId is empty. Enter a distribution, or set it to ${byDefault}. [input-without-effect]`,
  ],
});

export const distributionRows: InputRow[] = [
  {
    input: "cloudFrontDistributionId",
    valid: [{ value: DISTRIBUTION_ID, means: { distribution } }],
    empty: { says: "none", means: {} },
    wrong: [
      "d111111abcdef8.cloudfront.net",
      `arn:aws:cloudfront::123456789012:distribution/${DISTRIBUTION_ID}`,
      DISTRIBUTION_ID.toLowerCase(),
    ].map((value) => ({
      value,
      errors: [
        `cloudFrontDistributionId: "${value}" is not the ID of a distribution. Enter the ID that CloudFront shows, for example E2EXAMPLE1ABCD. [id-invalid]`,
      ],
    })),
  },
  {
    input: "invalidate",
    valid: [
      ofDistribution("all", { invalidate: "all" }),
      ofDistribution("None", { invalidate: "none" }),
      ofDistribution("changed", {}),
      { value: "changed", means: {} },
    ],
    empty: { says: "`changed`", means: {} },
    wrong: [
      {
        value: "some",
        errors: ['invalidate: "some" is not one of its values. Enter changed, all or none. [input-not-in-list]'],
      },
      withoutDistribution("invalidate", "all", "changed"),
      withoutDistribution("invalidate", "none", "changed"),
    ],
  },
  {
    input: "waitForInvalidation",
    valid: [
      ofDistribution("false", { waitForInvalidation: false }),
      ofDistribution("TRUE", {}),
      { value: "true", means: {} },
    ],
    empty: { says: "`true`", means: {} },
    wrong: [
      {
        value: "yes",
        errors: ['waitForInvalidation: "yes" is neither true nor false. Enter one of the two. [input-not-boolean]'],
      },
      withoutDistribution("waitForInvalidation", "false", "true"),
    ],
  },
  {
    input: "invalidationTimeoutMinutes",
    valid: [
      ofDistribution("5", { invalidationTimeoutMs: 300_000 }),
      ofDistribution("1440", { invalidationTimeoutMs: 86_400_000 }),
      { value: "5", means: {} },
    ],
    empty: { says: "15", means: {} },
    wrong: ["0", "1441", "soon"].map((value) => ({
      value,
      errors: [
        `invalidationTimeoutMinutes: "${value}" is not a whole number from 1 to 1440 (minutes). If empty, the task uses 15. [number-out-of-range]`,
      ],
    })),
  },
];

/** An input that says something of the domain, beside the domain and the distribution that it leads to. */
const ofDomain = (value: string, means: object): ValidCase => ({
  value,
  isAmazon: true,
  others: { domainName: "www.example.com", cloudFrontDistributionId: DISTRIBUTION_ID },
  means: { distribution, domain: { ...domain, ...means } },
});
const refusedForDomain = (input: string, value: string, error: string): WrongCase => {
  const { others } = ofDomain(value, {});
  return { value, isAmazon: true, ...(others ? { others } : {}), errors: [`${input}: ${error}`] };
};
const withoutDomain = (input: string, value: string): WrongCase => ({
  value,
  errors: [
    `${input}: it has no effect if domainName is empty. Enter the domain of the site, or remove it. [input-without-effect]`,
  ],
});
const NAME_ADVICE = "Enter only a domain name, for example www.example.com. [domain-name-invalid]";

export const domainRows: InputRow[] = [
  {
    input: "domainName",
    valid: [
      {
        value: "www.example.com",
        isAmazon: true,
        others: { bucketName: "www.example.com" },
        means: { bucketName: "www.example.com", domain },
      },
      {
        value: "WWW.Bücher.example.",
        isAmazon: true,
        others: { cloudFrontDistributionId: DISTRIBUTION_ID },
        means: { distribution, domain: { ...domain, domainName: "www.xn--bcher-kva.example" } },
      },
    ],
    empty: { says: "DNS is left as it is", means: {} },
    wrong: [
      {
        value: "https://www.example.com",
        errors: [`domainName: "https://www.example.com" is an address. ${NAME_ADVICE}`],
      },
      ...["example", "*.example.com", "192.0.2.1", "www..example.com", "-a.example.com", `${"a.".repeat(126)}com`].map(
        (value) => ({ value, errors: [`domainName: "${value}" is not a domain name. ${NAME_ADVICE}`] }),
      ),
      {
        value: "www.example.com",
        errors: [
          "domainName: Route 53 can lead a domain only to Amazon S3 or CloudFront, and the server is 127.0.0.1:1. Leave it empty, and enter siteUrl. [inputs-in-conflict]",
        ],
      },
      ...["releases", ACCESS_POINT].map((bucketName) => ({
        value: "www.example.com",
        isAmazon: true as const,
        others: { bucketName },
        errors: [
          `domainName: a website endpoint serves www.example.com only from a bucket of that name, and bucketName is ${bucketName}. Use such a bucket, or enter a distribution in cloudFrontDistributionId. [inputs-in-conflict]`,
        ],
      })),
    ],
  },
  {
    input: "redirectDomains",
    valid: [ofDomain("example.com\n\nExample.org., example.com", { redirectDomains: ["example.com", "example.org"] })],
    empty: { says: "none", means: {} },
    wrong: [
      withoutDomain("redirectDomains", "example.com"),
      refusedForDomain(
        "redirectDomains",
        "example.com\nwww.example.com",
        "www.example.com is the domain of the site, to which the others redirect. Remove it. [inputs-in-conflict]",
      ),
      refusedForDomain(
        "redirectDomains",
        "example.com\nhttp://a.example",
        `"http://a.example" is an address. ${NAME_ADVICE}`,
      ),
    ],
  },
  {
    input: "hostedZoneId",
    valid: [
      ofDomain("Z0123456EXAMPLE", { hostedZoneId: "Z0123456EXAMPLE" }),
      ofDomain("/hostedzone/Z0123456EXAMPLE", { hostedZoneId: "Z0123456EXAMPLE" }),
    ],
    empty: { says: "the public zone whose name fits the domain best", means: {} },
    wrong: [
      withoutDomain("hostedZoneId", "Z0123456EXAMPLE"),
      refusedForDomain(
        "hostedZoneId",
        "example.com",
        '"example.com" is not the ID of a hosted zone. Enter the ID that Route 53 shows, for example Z0123456EXAMPLE. [id-invalid]',
      ),
    ],
  },
  {
    input: "createHostedZone",
    valid: [ofDomain("true", { createHostedZone: true }), ofDomain("False", {})],
    empty: { says: "`false`", means: {} },
    wrong: [
      {
        value: "yes",
        errors: ['createHostedZone: "yes" is neither true nor false. Enter one of the two. [input-not-boolean]'],
      },
      withoutDomain("createHostedZone", "true"),
      {
        value: "true",
        isAmazon: true,
        others: { domainName: "www.example.com", bucketName: "www.example.com", hostedZoneId: "Z0123456EXAMPLE" },
        errors: [
          "hostedZoneId: it cannot be used with createHostedZone, which finds or creates the zone by the name of the domain. Remove one of the two. [inputs-in-conflict]",
        ],
      },
    ],
  },
];

export const verifyRow = booleanRow("verify", {
  isTrueByDefault: true,
});

export const siteUrlRow: InputRow = {
  input: "siteUrl",
  valid: [
    { value: "https://cdn.example.com/shop", means: { siteUrl: "https://cdn.example.com/shop/" } },
    { value: "https://cdn.example.com/100%25/", means: { siteUrl: "https://cdn.example.com/100%25/" } },
    { value: "http://127.0.0.1:8080", means: { siteUrl: "http://127.0.0.1:8080/" } },
  ],
  empty: {
    says: "derived from domainName, the distribution or the website endpoint",
    means: {},
  },
  wrong: [
    ...["www.example.com", "ftp://www.example.com", "https://me:word@example.com", "https://example.com/?a=b"].map(
      (value) => ({
        value,
        errors: [
          "siteUrl: it is not the URL of a site. Enter a URL without user, password or query, for example https://www.example.com/. [url-invalid]",
        ],
      }),
    ),
    {
      value: "https://www.example.com/100%/",
      errors: [
        "siteUrl: its path has a % that is not part of an escape, which servers refuse. Write %25 for a % character. [url-invalid]",
      ],
    },
    {
      value: "https://{preview}.example.com/",
      errors: ["siteUrl: {preview} has a meaning only with action: preview. Enter the URL of the site. [url-invalid]"],
    },
  ],
};
