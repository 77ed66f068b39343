import type { InputCase, InputRow, ValidCase, WrongCase } from "./input-row.ts";

const HEX = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";
const BASE64 = Buffer.from(HEX, "hex").toString("base64");
const customer = { encryption: { kind: "customer", key: HEX.toLowerCase() } };
const kms = { kind: "kms", algorithm: "aws:kms", bucketKey: false };
const KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab";
const NO_KEY = "Enter 32 bytes, in 64 hexadecimal digits or 44 characters of Base64, from a secret variable.";

const wrongManagement = (values: string): WrongCase => ({
  value: "mine",
  errors: [`keyManagement: "mine" is not one of its values. Enter ${values}. [input-not-in-list]`],
});

const customerManaged: ValidCase = {
  value: "customerManaged",
  others: { customerKey: HEX },
  means: customer,
};

const customerKeyRow: InputRow = {
  input: "customerKey",
  valid: [
    { value: HEX, others: { keyManagement: "customerManaged" }, means: customer },
    { value: HEX.toLowerCase(), others: { keyManagement: "customerManaged" }, means: customer },
    { value: BASE64, others: { keyManagement: "customerManaged" }, means: customer },
  ],
  empty: {
    says: "none; an error with `keyManagement: customerManaged`",
    others: { keyManagement: "customerManaged" },
    errors: [`customerKey: it is empty, and keyManagement is customerManaged. ${NO_KEY} [input-required]`],
  },
  wrong: [
    {
      value: HEX.slice(2),
      others: { keyManagement: "customerManaged" },
      errors: [`customerKey: the value is not a valid key. ${NO_KEY} [customer-key-invalid]`],
    },
    {
      value: HEX,
      errors: [
        "customerKey: it has no effect if keyManagement is none. Set keyManagement to customerManaged, or leave customerKey empty. [input-without-effect]",
      ],
    },
  ],
};

/** The encryption of a download. */
export const downloadEncryptionRows: InputRow[] = [
  {
    input: "keyManagement",
    valid: [
      customerManaged,
      { value: "noneOrAWSManaged", means: {} },
      { value: "awsManaged", means: {} },
      { value: "None", means: {} },
    ],
    empty: { says: "`none`", means: {} },
    wrong: [wrongManagement("none, awsManaged, customerManaged or noneOrAWSManaged")],
  },
  customerKeyRow,
];

/** The encryption of an upload. */
export const uploadEncryptionRows: InputRow[] = [
  {
    input: "keyManagement",
    valid: [{ value: "awsManaged", means: { encryption: kms } }, customerManaged, { value: "none", means: {} }],
    empty: { says: "`none`", means: {} },
    wrong: [wrongManagement("none, awsManaged or customerManaged")],
  },
  {
    input: "encryptionAlgorithm",
    valid: [
      { value: "AES256", others: { keyManagement: "awsManaged" }, means: { encryption: { kind: "s3" } } },
      { value: "kms", others: { keyManagement: "awsManaged" }, means: { encryption: kms } },
      {
        value: "DSSE",
        others: { keyManagement: "awsManaged" },
        means: { encryption: { ...kms, algorithm: "aws:kms:dsse" } },
      },
      { value: "AES256", others: { keyManagement: "customerManaged", customerKey: HEX }, means: customer },
      // The AWS Toolkit's form writes KMS beside every keyManagement.
      { value: "KMS", means: {} },
      { value: "KMS", others: { keyManagement: "customerManaged", customerKey: HEX }, means: customer },
      { value: "DSSE", others: { keyManagement: "none" }, means: {} },
    ],
    empty: {
      says: "`KMS` with `awsManaged`, `AES256` with `customerManaged`",
      others: { keyManagement: "awsManaged" },
      means: { encryption: kms },
    },
    wrong: [
      {
        value: "AES",
        others: { keyManagement: "awsManaged" },
        errors: ['encryptionAlgorithm: "AES" is not one of its values. Enter KMS, AES256 or DSSE. [input-not-in-list]'],
      },
    ],
  },
  {
    input: "kmsMasterKeyId",
    valid: [
      KEY_ID,
      `arn:aws:kms:eu-west-1:123456789012:key/${KEY_ID}`,
      "arn:aws-cn:kms:cn-north-1:123456789012:alias/releases/app",
      "alias/releases",
      "mrk-1234abcd12ab34cd56ef1234567890ab",
    ].map((value) => ({
      value,
      isAmazon: true as const,
      others: { keyManagement: "awsManaged" },
      means: { encryption: { ...kms, keyId: value } },
    })),
    empty: {
      says: "the key that AWS manages for S3",
      others: { keyManagement: "awsManaged", encryptionAlgorithm: "DSSE" },
      means: { encryption: { ...kms, algorithm: "aws:kms:dsse" } },
    },
    wrong: [
      {
        value: "my key",
        isAmazon: true,
        others: { keyManagement: "awsManaged" },
        errors: [
          `kmsMasterKeyId: "my key" is not a KMS key. Enter the ID of a key, for example ${KEY_ID}, its ARN, or its alias, for example alias/releases. [kms-key-invalid]`,
        ],
      },
      {
        value: KEY_ID,
        errors: [
          "kmsMasterKeyId: it has no effect if keyManagement is none. A KMS key is for awsManaged with KMS or DSSE; otherwise leave kmsMasterKeyId empty. [input-without-effect]",
        ],
      },
      {
        value: KEY_ID,
        others: { keyManagement: "awsManaged", encryptionAlgorithm: "AES256" },
        errors: [
          "kmsMasterKeyId: it has no effect if keyManagement is awsManaged and encryptionAlgorithm is AES256. A KMS key is for awsManaged with KMS or DSSE; otherwise leave kmsMasterKeyId empty. [input-without-effect]",
        ],
      },
    ],
  },
  customerKeyRow,
  {
    input: "bucketKey",
    valid: [
      { value: "true", others: { keyManagement: "awsManaged" }, means: { encryption: { ...kms, bucketKey: true } } },
      { value: "false", others: { keyManagement: "awsManaged" }, means: { encryption: kms } },
    ],
    empty: {
      says: "`false`, as the bucket has it",
      others: { keyManagement: "awsManaged" },
      means: { encryption: kms },
    },
    wrong: [
      { value: "on", errors: ['bucketKey: "on" is neither true nor false. Enter one of the two. [input-not-boolean]'] },
      {
        value: "true",
        errors: ["bucketKey: a bucket key is for awsManaged with KMS. Set bucketKey to false. [input-without-effect]"],
      },
      {
        value: "true",
        others: { keyManagement: "awsManaged", encryptionAlgorithm: "DSSE" },
        errors: ["bucketKey: DSSE does not support bucket keys. Set bucketKey to false. [input-without-effect]"],
      },
    ],
  },
];

/** The encryption of a site, whose visitors could not bring a customer's key along. */
export const siteEncryptionRows: InputRow[] = [
  {
    input: "keyManagement",
    valid: [
      { value: "awsManaged", means: { encryption: kms } },
      { value: "none", means: {} },
    ],
    empty: { says: "`none`", means: {} },
    wrong: [
      wrongManagement("none or awsManaged"),
      {
        value: "customerManaged",
        errors: [
          'keyManagement: "customerManaged" is not one of its values. Enter none or awsManaged. [input-not-in-list]',
        ],
      },
    ],
  },
  ...uploadEncryptionRows
    .filter(({ input }) => input !== "keyManagement" && input !== "customerKey")
    .map((row) => ({
      ...row,
      valid: row.valid.filter(isWithoutCustomerKey),
      empty: row.input === "encryptionAlgorithm" ? { ...row.empty, says: "`KMS`" } : row.empty,
      wrong: row.wrong.filter(isWithoutCustomerKey),
    })),
];

function isWithoutCustomerKey({ others }: InputCase): boolean {
  return others?.keyManagement !== "customerManaged";
}
