import assert from "node:assert/strict";
import { runStep, type ServiceConnection, type StepRequest, type StepResult } from "../../local/agent/agent.ts";
import { type S3Server, type S3ServerOptions, startS3Server } from "../../local/s3/server.ts";
import { type AzureDevOpsServer, startAzureDevOps, tokenAudience } from "../stand-ins/azure-devops/server.ts";
import { createOidcIssuer } from "../stand-ins/sts/oidc-issuer.ts";
import { type StsServer, type StsServerOptions, startStsServer } from "../stand-ins/sts/server.ts";
import type { TrustPolicy, TrustStatement } from "../stand-ins/sts/trust-policy.ts";
import { inSharedProcess } from "../step-host/step-host.ts";
import { taskFolderOf } from "./store-step.ts";
import { SourceFolder } from "./upload-step.ts";

export const ACCOUNT = "111122223333";
export const OTHER_ACCOUNT = "444455556666";
export const user = {
  arn: `arn:aws:iam::${ACCOUNT}:user/pipelines`,
  accessKeyId: "AKIAEXAMPLEPIPELINE0",
  secretAccessKey: "example/secret+of+the/pipelines",
};
const storeId = "5d1b6f0a-93a5-4a2e-8a37-0c6c1f1b2c3d";
const toolkitId = "8e2f3f5a-7a0e-4f0b-9d64-2b1c9a7e6d10";
const issuerHost = "vstoken.dev.azure.com/6c1b0b1e-2b5a-4d0e-9a53-5d4c3b2a1f00";

export const roleArn = (name: string, account = ACCOUNT) => `arn:aws:iam::${account}:role/${name}`;
export const sessionArn = (name: string, account = ACCOUNT, session = "azp-local-1") =>
  `arn:aws:sts::${account}:assumed-role/${name}/${session}`;

/** A trust policy that lets a principal in. */
export function trusting(
  principal: string,
  condition?: TrustStatement["Condition"],
  ...actions: string[]
): TrustPolicy {
  const Action = ["sts:AssumeRole", ...actions];
  return {
    Statement: [
      { Effect: "Allow", Principal: { AWS: principal }, Action, ...(condition ? { Condition: condition } : {}) },
    ],
  };
}

/** A trust policy that lets the pipeline's tokens for a connection in. */
export function trustingToken(subject: string, account = ACCOUNT): TrustPolicy {
  const Condition = { StringEquals: { [`${issuerHost}:aud`]: tokenAudience, [`${issuerHost}:sub`]: subject } };
  const Principal = { Federated: `arn:aws:iam::${account}:oidc-provider/${issuerHost}` };
  return { Statement: [{ Effect: "Allow", Principal, Action: "sts:AssumeRoleWithWebIdentity", Condition }] };
}

/** What a step is given, beside a file to upload. */
export interface IdentityCase {
  /** Of the connection of type AWS S3; undefined for a step without one. */
  readonly store?: Partial<Pick<ServiceConnection, "scheme" | "parameters" | "data">>;
  /** The parameters of the AWS Toolkit's connection, for a step that uses it. */
  readonly toolkit?: Record<string, string>;
  readonly inputs?: Record<string, string>;
  readonly step?: Partial<StepRequest>;
}

/** Stand-ins for S3, STS and Azure DevOps that know each other, and the packaged task to run against them. */
export class IdentityBench {
  readonly sts: StsServer;
  readonly s3: S3Server;
  readonly azureDevOps: AzureDevOpsServer;
  readonly source = new SourceFolder().write({ "a.txt": "a" });

  private constructor(sts: StsServer, s3: S3Server, azureDevOps: AzureDevOpsServer) {
    this.sts = sts;
    this.s3 = s3;
    this.azureDevOps = azureDevOps;
    s3.createBucket("releases");
  }

  static async start(options: StsServerOptions, s3Options: S3ServerOptions = {}): Promise<IdentityBench> {
    const issuer = createOidcIssuer(`https://${issuerHost}`);
    const identityProviders = [{ account: ACCOUNT, issuer, audiences: [tokenAudience] }];
    const sts = await startStsServer({ users: [user], identityProviders, ...options });
    const arnOf = (accessKeyId: string) => sts.sessions.find(accessKeyId)?.principal.arn;
    const s3 = await startS3Server({ credentials: sts.sessions.lookup, arnOf, ...s3Options });
    const connections = [
      { id: storeId, name: "store" },
      { id: toolkitId, name: "toolkit" },
    ];
    return new IdentityBench(sts, s3, await startAzureDevOps({ issuer, connections }));
  }

  /** Uploads, with debugging on, and finds no secret in what the step wrote. */
  async run({ store, toolkit, inputs, step }: IdentityCase): Promise<StepResult> {
    const result = await runStep({
      taskFolder: taskFolderOf("AwsS3Upload"),
      ...inSharedProcess(step),
      ...step,
      connections: [this.azureDevOps.job.connection, ...this.#connections(store, toolkit)],
      variables: { ...this.azureDevOps.job.variables, "System.Debug": "true", ...step?.variables },
      inputs: {
        ...(store ? { awsCredentials: storeId } : {}),
        ...(toolkit ? { toolkitCredentials: toolkitId } : {}),
        bucketName: "releases",
        sourceFolder: this.source.path,
        overwrite: "always",
        ...inputs,
      },
    });
    this.#findNoSecret(result, [...Object.values(step?.secretVariables ?? {}), store?.parameters?.password ?? ""]);
    return result;
  }

  /** Whose signatures came with the requests that a server has seen, each once. */
  signers(server: S3Server = this.s3): string[] {
    const arns = accessKeysIn(server.requests).map((id) => this.sts.sessions.find(id)?.principal.arn ?? id);
    return [...new Set(arns)];
  }

  /** What STS was asked, in order. */
  asked(): string[] {
    return this.sts.calls.map(({ action, form }) =>
      [action, form.get("RoleArn")?.split("/").at(-1)].filter(Boolean).join(" "),
    );
  }

  async close(): Promise<void> {
    this.source.remove();
    await Promise.all([this.sts.close(), this.s3.close(), this.azureDevOps.close()]);
  }

  #connections(store: IdentityCase["store"], toolkit: IdentityCase["toolkit"]): ServiceConnection[] {
    const keys = { username: user.accessKeyId, password: user.secretAccessKey };
    const ofStore: ServiceConnection = {
      id: storeId,
      name: "store",
      type: "AwsS3",
      url: this.s3.url,
      scheme: "UsernamePassword",
      parameters: keys,
      ...store,
      data: { region: "us-east-1", stsEndpoint: this.sts.url, ...store?.data },
    };
    const ofToolkit: ServiceConnection = {
      id: toolkitId,
      name: "toolkit",
      type: "AWS",
      url: "https://aws.amazon.com/",
      scheme: "UsernamePassword",
      parameters: toolkit ?? {},
      data: {},
    };
    return [...(store ? [ofStore] : []), ...(toolkit ? [ofToolkit] : [])];
  }

  /** Nothing that lets somebody act in another's name is written anywhere but to the agent, so that it masks it. */
  #findNoSecret({ rawOutput, log }: StepResult, given: readonly string[]): void {
    const { connection } = this.azureDevOps.job;
    const sessions = accessKeysIn([...this.s3.requests, ...this.sts.calls]).flatMap((id) => {
      const credential = this.sts.sessions.find(id)?.credential;
      return credential ? [credential.secretAccessKey, credential.sessionToken ?? ""] : [];
    });
    const secrets = [
      user.secretAccessKey,
      ...given,
      ...sessions,
      ...this.azureDevOps.tokens,
      ...this.azureDevOps.tokens.flatMap((token) => token.split(".").slice(1)),
      ...Object.values(connection.parameters),
      ...signaturesIn([...this.s3.requests, ...this.sts.calls]),
    ].filter((secret) => secret !== "");
    const written = rawOutput.split("\n").filter((line) => !line.startsWith("##vso[task.setsecret]"));
    for (const secret of new Set(secrets)) {
      const lines = [...written, ...log].filter((line) => line.includes(secret));
      assert.deepEqual(lines, [], "a secret in the log");
    }
  }
}

interface WithHeaders {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

function accessKeysIn(requests: readonly WithHeaders[]): string[] {
  return requests.flatMap(({ headers }) => /Credential=([^/]+)\//.exec(String(headers.authorization))?.[1] ?? []);
}

function signaturesIn(requests: readonly WithHeaders[]): string[] {
  return requests.flatMap(({ headers }) => /Signature=(\w+)/.exec(String(headers.authorization))?.[1] ?? []);
}
