import type { ConnectionCase, InputRow } from "./input-row.ts";

const ROLE = "arn:aws:iam::123456789012:role/deploy";
const SESSION = "azp-local-1";
const CONNECTION_ID = "CONNECTION";
const keys = { username: "AKIAINPUTSTEST", password: "the/secret/key/of/the/inputs/test" };
const ofAgent = { kind: "agent" };
const byVariables = {
  "AWS.AccessKeyID": "AKIAOFTHEPIPELINE",
  "AWS.SecretAccessKey": "the/secret/key/of/the/pipeline",
  "AWS.Region": "eu-west-1",
};
const signsInByVariables = {
  kind: "keys",
  credentials: { accessKeyId: "AKIAOFTHEPIPELINE", secretAccessKey: "the/secret/key/of/the/pipeline" },
};

/** A connection without a stored secret. */
const without = (says: string, credentialSource: string, data: Record<string, string> = {}): ConnectionCase => ({
  says,
  scheme: "None",
  parameters: { credentialSource },
  data: { region: "eu-west-1", ...data },
});
const withData = (says: string, data: Record<string, string>): ConnectionCase => ({
  says,
  data: { region: "eu-west-1", ...data },
});
const NO_CONNECTION =
  "the agent did not give this service connection to the step. Check its name, and that the pipeline may use it. If the run builds a pull request from a fork: forks get no service connections, unless the pipeline's settings allow it. [service-connection-not-found]";
const ofConnection = "the role of the service connection (awsCredentials)";
const ofToolkit = "the role of the service connection (toolkitCredentials)";

export const awsCredentialsRow: InputRow = {
  input: "awsCredentials",
  valid: [
    { value: "CONNECTION", means: {} },
    {
      value: "CONNECTION",
      isAmazon: true,
      connection: withData("a role in the connection", {
        roleArn: ROLE,
        roleSessionName: "releases",
        externalId: "a-partner",
        durationSeconds: "7200",
        stsEndpoint: "https://vpce-1.sts.eu-west-1.vpce.amazonaws.com",
      }),
      means: {
        stsEndpoint: "https://vpce-1.sts.eu-west-1.vpce.amazonaws.com/",
        roles: [
          {
            arn: ROLE,
            sessionName: "releases",
            namedBy: ofConnection,
            durationSeconds: 7200,
            externalId: "a-partner",
          },
        ],
      },
    },
    {
      value: "CONNECTION",
      isAmazon: true,
      connection: without("the pipeline's own token", "oidc-token", { roleArn: ROLE }),
      means: {
        signsInBy: { kind: "oidc", serviceConnectionId: CONNECTION_ID },
        roles: [{ arn: ROLE, sessionName: SESSION, namedBy: ofConnection }],
      },
    },
    {
      value: "CONNECTION",
      connection: without("the agent's identity", "agent-identity"),
      means: { signsInBy: ofAgent },
    },
    {
      value: "CONNECTION",
      connection: withData("a role of another store", {
        roleArn: "arn:aws:iam:::role/deploy",
        stsEndpoint: "http://127.0.0.1:1",
      }),
      means: {
        stsEndpoint: "http://127.0.0.1:1/",
        roles: [{ arn: "arn:aws:iam:::role/deploy", sessionName: SESSION, namedBy: ofConnection }],
      },
    },
    { value: "", isAmazon: true, variables: byVariables, means: { signsInBy: signsInByVariables } },
    {
      value: "",
      isAmazon: true,
      variables: { "AWS.Region": "eu-west-1", "AWS.AssumeRoleArn": ROLE },
      means: {
        signsInBy: ofAgent,
        roles: [{ arn: ROLE, sessionName: SESSION, namedBy: "the role of the agent's own identity" }],
      },
    },
  ],
  empty: {
    says: "the pipeline variables `AWS.AccessKeyID` and `AWS.SecretAccessKey`, else the identity of the agent",
    isAmazon: true,
    variables: { "AWS.Region": "eu-west-1" },
    means: { signsInBy: ofAgent },
  },
  wrong: [
    { value: "00000000-0000-4000-8000-000000000000", errors: [`awsCredentials: ${NO_CONNECTION}`] },
    {
      value: "CONNECTION",
      connection: {
        says: "a connection without key",
        parameters: { username: "", password: "secret/key/of/the/test" },
      },
      errors: [
        "awsCredentials: its access key ID is empty. Enter it in the service connection. [access-key-incomplete]",
      ],
    },
    {
      value: "CONNECTION",
      connection: without("the pipeline's token and no role", "oidc-token"),
      errors: [
        "awsCredentials: The service connection uses OpenID Connect, which needs a role. Enter the ARN of a role that trusts the pipeline in the service connection. [role-required]",
      ],
    },
    {
      value: "CONNECTION",
      isAmazon: true,
      connection: without("a session in place of a role", "oidc-token", {
        roleArn: "arn:aws:sts::123456789012:assumed-role/deploy/me",
      }),
      errors: [
        'awsCredentials: its role ARN: "arn:aws:sts::123456789012:assumed-role/deploy/me" is the ARN of a session, and not of the role. Enter the ARN that IAM shows for the role, for example arn:aws:iam::123456789012:role/deploy. [role-arn-invalid]',
      ],
    },
    {
      value: "CONNECTION",
      connection: without("a source of credentials that there is not", "elsewhere"),
      errors: [
        "awsCredentials: its source of credentials is not supported. In the service connection, choose: the pipeline's own token, or the identity of the agent. [input-not-in-list]",
      ],
    },
    {
      value: "CONNECTION",
      connection: {
        says: "a connection with a token",
        scheme: "Token",
        parameters: { apitoken: "the/token/of/the/test" },
      },
      errors: [
        'awsCredentials: its authentication scheme is "Token". This task needs access keys, or no stored secret. Create the service connection again with one of the two. [service-connection-not-supported]',
      ],
    },
    {
      value: "CONNECTION",
      isAmazon: true,
      connection: withData("settings for a role, and no role", {
        roleSessionName: "releases",
        externalId: "a-partner",
        durationSeconds: "7200",
      }),
      errors: [
        "awsCredentials: its session duration has no effect without a role ARN. Enter a role ARN, or remove the duration. [input-without-effect]",
      ],
    },
    {
      value: "CONNECTION",
      isAmazon: true,
      connection: withData("an external ID and a session name, and no role", {
        roleSessionName: "releases",
        externalId: "a-partner",
      }),
      errors: [
        "awsCredentials: its external ID has no effect: there is no role, neither in the service connection (awsCredentials) nor in assumeRole. Remove it, or enter a role in assumeRole. [input-without-effect]",
        "awsCredentials: its session name has no effect: there is no role, neither in the service connection (awsCredentials) nor in assumeRole. Remove it, or enter a role. [input-without-effect]",
      ],
    },
    {
      value: "CONNECTION",
      isAmazon: true,
      connection: without("an external ID for the token alone", "oidc-token", {
        roleArn: ROLE,
        externalId: "a-partner",
      }),
      errors: [
        "awsCredentials: its external ID has no effect: the role of the service connection (awsCredentials) is assumed with the pipeline's own token, and then STS accepts no external ID. Remove it, or enter a role in assumeRole. [input-without-effect]",
      ],
    },
    {
      value: "CONNECTION",
      connection: withData("a role for another store, and no STS endpoint", { roleArn: ROLE }),
      errors: [
        "awsCredentials: its STS endpoint is empty, but a role must be assumed for 127.0.0.1:1, which is not AWS. Enter the URL of the server's STS, often the same as its server URL. [input-required]",
      ],
    },
    {
      value: "CONNECTION",
      connection: withData("wrong settings", {
        roleArn: "deploy",
        roleSessionName: "my session",
        externalId: "?",
        durationSeconds: "an hour",
        stsEndpoint: "sts.example.com",
      }),
      errors: [
        'awsCredentials: its STS endpoint "sts.example.com" is not a URL. Enter a URL, for example https://vpce-0123-abcd.sts.eu-west-1.vpce.amazonaws.com. If empty, the endpoint of AWS is used. [url-invalid]',
        'awsCredentials: its role ARN: "deploy" is not the ARN of a role. Enter the ARN that IAM shows for the role, for example arn:aws:iam::123456789012:role/deploy. [role-arn-invalid]',
        'awsCredentials: its session name: "my session" is not a session name. Enter 2 to 64 letters, digits, or characters of _ + = , . @ -. [session-name-invalid]',
        'awsCredentials: its external ID: "?" is not an external ID. Enter 2 to 1224 letters, digits, or characters of _ + = , . @ : / -. [id-invalid]',
        'awsCredentials: its session duration: "an hour" is not a number of seconds from 900 to 43200. If empty, one hour is used. [number-out-of-range]',
      ],
    },
    {
      value: "",
      variables: { "AWS.AccessKeyID": "AKIAOFTHEPIPELINE", "AWS.Region": "eu-west-1" },
      errors: [
        "awsCredentials: it is empty, and of the two pipeline variables AWS.AccessKeyID and AWS.SecretAccessKey only one is set: AWS.SecretAccessKey is missing. Choose a service connection, or set both. [access-key-incomplete]",
      ],
    },
  ],
};

export const toolkitCredentialsRow: InputRow = {
  input: "toolkitCredentials",
  valid: [
    {
      value: "TOOLKIT",
      others: { awsCredentials: "", regionName: "eu-west-1" },
      isAmazon: true,
      means: {},
    },
    {
      value: "TOOLKIT",
      others: { awsCredentials: "" },
      isAmazon: true,
      variables: { "AWS.Region": "eu-west-1" },
      toolkit: {
        says: "a role",
        parameters: { ...keys, assumeRoleArn: ROLE, roleSessionName: "releases", externalId: "a-partner" },
      },
      means: {
        roles: [{ arn: ROLE, sessionName: "releases", namedBy: ofToolkit, externalId: "a-partner" }],
      },
    },
    {
      value: "TOOLKIT",
      others: { awsCredentials: "", regionName: "eu-west-1" },
      isAmazon: true,
      toolkit: { says: "OIDC", parameters: { ...keys, useOIDC: "true", assumeRoleArn: ROLE } },
      means: {
        signsInBy: { kind: "oidc", serviceConnectionId: "TOOLKIT" },
        roles: [{ arn: ROLE, sessionName: SESSION, namedBy: ofToolkit }],
      },
    },
    {
      value: "TOOLKIT",
      others: { awsCredentials: "", regionName: "eu-west-1" },
      isAmazon: true,
      toolkit: { says: "a role and no keys", parameters: { username: "", password: "", assumeRoleArn: ROLE } },
      means: {
        signsInBy: ofAgent,
        roles: [{ arn: ROLE, sessionName: SESSION, namedBy: ofToolkit }],
      },
    },
    {
      value: "TOOLKIT",
      others: { awsCredentials: "", regionName: "eu-west-1", assumeRole: ROLE },
      isAmazon: true,
      toolkit: { says: "an external ID for the role of assumeRole", parameters: { ...keys, externalId: "a-partner" } },
      means: {
        roles: [{ arn: ROLE, sessionName: SESSION, namedBy: "assumeRole", externalId: "a-partner" }],
      },
    },
    {
      value: "TOOLKIT",
      others: { awsCredentials: "", regionName: "eu-west-1", assumeRole: ROLE },
      isAmazon: true,
      toolkit: {
        says: "OIDC, and an external ID for the second role",
        parameters: { useOIDC: "true", assumeRoleArn: ROLE, externalId: "a-partner" },
      },
      means: {
        signsInBy: { kind: "oidc", serviceConnectionId: "TOOLKIT" },
        roles: [
          { arn: ROLE, sessionName: SESSION, namedBy: ofToolkit },
          { arn: ROLE, sessionName: SESSION, namedBy: "assumeRole", externalId: "a-partner" },
        ],
      },
    },
    {
      value: "TOOLKIT",
      others: { awsCredentials: "", regionName: "eu-west-1" },
      isAmazon: true,
      toolkit: {
        says: "OIDC, and an external ID that nothing takes",
        parameters: { useOIDC: "true", assumeRoleArn: ROLE, externalId: "?" },
      },
      means: {
        signsInBy: { kind: "oidc", serviceConnectionId: "TOOLKIT" },
        roles: [{ arn: ROLE, sessionName: SESSION, namedBy: ofToolkit }],
      },
    },
    {
      value: "TOOLKIT",
      others: { awsCredentials: "", regionName: "eu-west-1" },
      isAmazon: true,
      toolkit: {
        says: "leftovers of a role",
        parameters: { ...keys, externalId: "a-partner", roleSessionName: "my session" },
      },
      means: {},
    },
    {
      value: "",
      others: { awsCredentials: "", regionName: "eu-west-1", assumeRole: ROLE },
      isAmazon: true,
      variables: { "AWS.ExternalId": "a-partner", "AWS.RoleSessionName": "releases" },
      means: {
        signsInBy: ofAgent,
        roles: [{ arn: ROLE, sessionName: "releases", namedBy: "assumeRole", externalId: "a-partner" }],
      },
    },
    {
      value: "",
      others: { awsCredentials: "", regionName: "eu-west-1" },
      isAmazon: true,
      variables: { "AWS.ExternalId": "a-partner", "AWS.RoleSessionName": "releases" },
      means: { signsInBy: ofAgent },
    },
  ],
  empty: { says: "*Service connection* is used", means: {} },
  wrong: [
    {
      value: "TOOLKIT",
      others: { awsCredentials: "CONNECTION" },
      errors: ["toolkitCredentials: it is set, and awsCredentials is too. Choose one of the two. [inputs-in-conflict]"],
    },
    {
      value: "00000000-0000-4000-8000-000000000000",
      others: { awsCredentials: "", regionName: "eu-west-1" },
      errors: [`toolkitCredentials: ${NO_CONNECTION}`],
    },
    {
      value: "TOOLKIT",
      others: { awsCredentials: "", regionName: "eu-west-1" },
      toolkit: { says: "OIDC and no role", parameters: { useOIDC: "true" } },
      errors: [
        "toolkitCredentials: It uses OIDC, which needs a role. Enter the ARN of a role that trusts the pipeline in the service connection. [role-required]",
      ],
    },
    {
      value: "TOOLKIT",
      others: { awsCredentials: "" },
      errors: [
        "regionName: it is empty, and there is no pipeline variable AWS.Region. Enter the region of the bucket, for example eu-west-1. [region-required]",
      ],
    },
    {
      value: "TOOLKIT",
      others: { awsCredentials: "" },
      variables: { "AWS.Region": "Europe (Ireland)" },
      errors: [
        'regionName: the pipeline variable\'s region "Europe (Ireland)" is not a region. Enter its code, for example eu-west-1. [region-invalid]',
      ],
    },
  ],
};
