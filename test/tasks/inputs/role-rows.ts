import type { ConnectionCase, InputRow, ValidCase, WrongCase } from "./input-row.ts";

const ROLE = "arn:aws:iam::123456789012:role/deploy";
const SECOND_ROLE = "arn:aws:iam::210987654321:role/team/releases";
const SESSION = "azp-local-1";
const OF_CONNECTION = "the role of the service connection (awsCredentials)";
const NO_ROLE = "there is no role, neither in the service connection (awsCredentials) nor in assumeRole";
const POLICY = '{ "Version": "2012-10-17", "Statement": [] }';
/** Restricts a role that may use more of the bucket to one folder of it. */
const POLICY_OF_FOLDER = `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": "s3:ListBucket",
      "Resource": "arn:aws:s3:::my-bucket",
      "Condition": { "StringLike": { "s3:prefix": "www/*" } }
    },
    {
      "Effect": "Allow",
      "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
      "Resource": "arn:aws:s3:::my-bucket/www/*"
    }
  ]
}`;
const BARE_POLICY = JSON.stringify(JSON.parse(POLICY));
const POLICY_ADVICE =
  'Enter a policy in JSON, for example {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}. [session-policy-invalid]';
const NUMBER_ADVICE =
  "is not a whole number from 900 to 43200 (seconds). If empty, the task uses the service connection's, or an hour. [number-out-of-range]";

const byToken: ConnectionCase = {
  says: "the pipeline's own token",
  scheme: "None",
  parameters: { credentialSource: "oidc-token" },
  data: { region: "eu-west-1", roleArn: ROLE },
};
const withRole: ConnectionCase = {
  says: "a role in the connection",
  data: { region: "eu-west-1", roleArn: ROLE, externalId: "a-partner" },
};
const signsInByToken = { signsInBy: { kind: "oidc", serviceConnectionId: "CONNECTION" } };
const role = (arn: string, namedBy: string, more: object = {}) => ({ arn, sessionName: SESSION, namedBy, ...more });
const withoutRole = (input: string, value: string, pronoun: string, noun: string): WrongCase => ({
  value,
  isAmazon: true,
  errors: [`${input}: ${pronoun} no effect: ${NO_ROLE}. Enter a role, or remove the ${noun}. [input-without-effect]`],
});
const tags = ["project=web site", "empty=", "# a comment", "team=ä"].join("\n");
const parsedTags = {
  sessionTags: [
    ["project", "web site"],
    ["empty", ""],
    ["team", "ä"],
  ],
};

/** A value of an input for a single role, and what it makes of it. */
const forOneRole = (value: string, means: object): ValidCase => ({
  value,
  others: { assumeRole: ROLE },
  isAmazon: true,
  means: { roles: [role(ROLE, "assumeRole", means)] },
});

/** The inputs of all tasks that say which roles they take. */
export const roleRows: InputRow[] = [
  {
    input: "assumeRole",
    valid: [
      { value: ROLE, isAmazon: true, means: { roles: [role(ROLE, "assumeRole")] } },
      {
        value: `${ROLE}\n\n  ${SECOND_ROLE}  `,
        isAmazon: true,
        means: { roles: [role(ROLE, "assumeRole, line 1"), role(SECOND_ROLE, "assumeRole, line 3")] },
      },
      {
        value: SECOND_ROLE,
        isAmazon: true,
        connection: withRole,
        means: { roles: [role(ROLE, OF_CONNECTION, { externalId: "a-partner" }), role(SECOND_ROLE, "assumeRole")] },
      },
      {
        value: SECOND_ROLE,
        isAmazon: true,
        connection: { ...byToken, data: { ...byToken.data, externalId: "a-partner" } },
        means: {
          ...signsInByToken,
          roles: [role(ROLE, OF_CONNECTION), role(SECOND_ROLE, "assumeRole", { externalId: "a-partner" })],
        },
      },
    ],
    empty: { says: "no further role", means: {} },
    wrong: [
      {
        value: "deploy",
        isAmazon: true,
        errors: [
          'assumeRole: "deploy" is not the ARN of a role. Enter the ARN that IAM shows for the role, for example arn:aws:iam::123456789012:role/deploy. [role-arn-invalid]',
        ],
      },
      {
        value: `${ROLE}\narn:aws:iam::123456789012:user/me`,
        isAmazon: true,
        errors: [
          'assumeRole: line 2: "arn:aws:iam::123456789012:user/me" is not the ARN of a role. Enter the ARN that IAM shows for the role, for example arn:aws:iam::123456789012:role/deploy. [role-arn-invalid]',
        ],
      },
      {
        value: ROLE,
        errors: [
          "awsCredentials: its STS endpoint is empty, but a role must be assumed for 127.0.0.1:1, which is not AWS. Enter the URL of the server's STS, often the same as its server URL. [input-required]",
        ],
      },
    ],
  },
  {
    input: "assumeRoleExternalId",
    valid: [
      forOneRole("a-partner", { externalId: "a-partner" }),
      {
        value: "another",
        others: { assumeRole: SECOND_ROLE },
        isAmazon: true,
        connection: withRole,
        means: {
          roles: [
            role(ROLE, OF_CONNECTION, { externalId: "a-partner" }),
            role(SECOND_ROLE, "assumeRole", { externalId: "another" }),
          ],
        },
      },
    ],
    empty: { says: "none", means: {} },
    wrong: [
      {
        value: "a partner",
        others: { assumeRole: ROLE },
        isAmazon: true,
        errors: [
          'assumeRoleExternalId: "a partner" is not an external ID. Enter 2 to 1224 letters, digits, or characters of _ + = , . @ : / -. [id-invalid]',
        ],
      },
      {
        value: "a-partner",
        isAmazon: true,
        connection: byToken,
        errors: [
          "assumeRoleExternalId: it is for the role in assumeRole, which is empty. Enter that role, or leave assumeRoleExternalId empty. The external ID for the role of the service connection belongs in the service connection. [input-without-effect]",
        ],
      },
    ],
  },
  {
    input: "sessionTags",
    valid: [
      forOneRole("project=shop\nteam=web", {
        sessionTags: [
          ["project", "shop"],
          ["team", "web"],
        ],
      }),
      forOneRole(tags, parsedTags),
      {
        value: tags,
        isAmazon: true,
        connection: withRole,
        means: { roles: [role(ROLE, OF_CONNECTION, { externalId: "a-partner", ...parsedTags })] },
      },
      {
        value: tags,
        others: { assumeRole: SECOND_ROLE },
        isAmazon: true,
        connection: byToken,
        means: {
          ...signsInByToken,
          roles: [role(ROLE, OF_CONNECTION), role(SECOND_ROLE, "assumeRole", parsedTags)],
        },
      },
    ],
    empty: { says: "none", means: {} },
    wrong: [
      {
        value: "project\naws:team=a\nteam=1\nTeam=2\nowner=me?",
        others: { assumeRole: ROLE },
        isAmazon: true,
        errors: [
          'sessionTags: line 1: "project" has no =. Write name=value. [line-invalid]',
          'sessionTags: line 2: "aws:team" starts with aws:, which is reserved for AWS. Choose another name. [tag-invalid]',
          'sessionTags: line 4: "Team" occurs twice. Upper and lower case are the same here. [tag-invalid]',
          'sessionTags: line 5: "me?" cannot be the value of "owner". STS allows letters, digits, spaces, and + - = . _ : / @. [tag-invalid]',
        ],
      },
      {
        value: Array.from({ length: 51 }, (_, index) => `tag${index}=1`).join("\n"),
        others: { assumeRole: ROLE },
        isAmazon: true,
        errors: ["sessionTags: there are 51 tags, and STS allows 50. [too-many-tags]"],
      },
      withoutRole("sessionTags", "team=1", "they have", "tags"),
      {
        value: "team=1",
        isAmazon: true,
        connection: byToken,
        errors: [
          "sessionTags: the role of the service connection (awsCredentials) is assumed with the pipeline's own token, and then STS accepts no tags. Enter a second role in assumeRole, or remove the tags. [input-without-effect]",
        ],
      },
    ],
  },
  {
    input: "sessionPolicy",
    valid: [
      forOneRole(POLICY_OF_FOLDER, { sessionPolicy: JSON.stringify(JSON.parse(POLICY_OF_FOLDER)) }),
      forOneRole(POLICY, { sessionPolicy: BARE_POLICY }),
      {
        value: POLICY,
        others: { assumeRole: SECOND_ROLE },
        isAmazon: true,
        connection: byToken,
        means: {
          ...signsInByToken,
          roles: [role(ROLE, OF_CONNECTION), role(SECOND_ROLE, "assumeRole", { sessionPolicy: BARE_POLICY })],
        },
      },
      {
        value: POLICY,
        isAmazon: true,
        connection: byToken,
        means: { ...signsInByToken, roles: [role(ROLE, OF_CONNECTION, { sessionPolicy: BARE_POLICY })] },
      },
    ],
    empty: { says: "everything that the role allows", means: {} },
    wrong: [
      {
        value: "[]",
        others: { assumeRole: ROLE },
        isAmazon: true,
        errors: [`sessionPolicy: it is not a policy: it has no Statement. ${POLICY_ADVICE}`],
      },
      {
        value: JSON.stringify({ Statement: "x".repeat(2048) }),
        others: { assumeRole: ROLE },
        isAmazon: true,
        errors: [
          "sessionPolicy: it has 2064 characters without spaces, and STS allows 2048. Shorten it, or change the policy of the role instead. [session-policy-too-large]",
        ],
      },
      withoutRole("sessionPolicy", POLICY, "it has", "policy"),
    ],
  },
  {
    input: "roleDurationSeconds",
    valid: [
      forOneRole("900", { durationSeconds: 900 }),
      {
        value: "43200",
        isAmazon: true,
        connection: { ...withRole, data: { ...withRole.data, durationSeconds: "1800" } },
        means: { roles: [role(ROLE, OF_CONNECTION, { externalId: "a-partner", durationSeconds: 43_200 })] },
      },
    ],
    empty: { says: "what the service connection says, or an hour", means: {} },
    wrong: [
      ...["899", "43201", "1h"].map((value) => ({
        value,
        others: { assumeRole: ROLE },
        isAmazon: true as const,
        errors: [`roleDurationSeconds: "${value}" ${NUMBER_ADVICE}`],
      })),
      withoutRole("roleDurationSeconds", "3600", "it has", "duration"),
    ],
  },
];
