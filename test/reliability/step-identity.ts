import { defaultCredential, type S3Credential, type SeenRequest } from "../../local/s3/server.ts";
import { type AzureDevOpsServer, startAzureDevOps, tokenAudience } from "../stand-ins/azure-devops/server.ts";
import { createOidcIssuer, type OidcIssuer } from "../stand-ins/sts/oidc-issuer.ts";
import { type StsServer, startStsServer } from "../stand-ins/sts/server.ts";
import { ACCOUNT, roleArn, trusting, trustingToken, user } from "../tasks/identity-bench.ts";
import { connectionId } from "../tasks/store-step.ts";
import type { FaultyServer } from "./stage.ts";

const HOST = "vstoken.dev.azure.com/6c1b0b1e-2b5a-4d0e-9a53-5d4c3b2a1f00";
const ROLE = roleArn("deploy");
/** To make its key takes longer than a whole step. */
let issuer: OidcIssuer | undefined;

/** The services that give a step its credentials: STS, and Azure DevOps for the token of the pipeline. */
export class StepIdentity {
  readonly #sts: StsServer;
  readonly azureDevOps: AzureDevOpsServer;
  readonly servers: readonly FaultyServer[];
  /** What the service connection says of it. */
  readonly connection: {
    readonly scheme: string;
    readonly parameters: Record<string, string>;
    readonly data: Record<string, string>;
  };

  private constructor(sts: StsServer, azureDevOps: AzureDevOpsServer, by: "keys" | "token") {
    this.#sts = sts;
    this.azureDevOps = azureDevOps;
    sts.setRole({
      arn: ROLE,
      trustPolicy: by === "keys" ? trusting(user.arn) : trustingToken(azureDevOps.subjectOf("store")),
    });
    const keys = { username: user.accessKeyId, password: user.secretAccessKey };
    this.connection = {
      scheme: by === "keys" ? "UsernamePassword" : "None",
      parameters: by === "keys" ? keys : { credentialSource: "oidc-token" },
      data: { region: "us-east-1", stsEndpoint: sts.url, roleArn: ROLE },
    };
    this.servers = [
      {
        name: "STS",
        calls: () => sts.calls.map(({ action }) => action),
        addFault: (operation, action, times, after) => sts.addFault(operation, action as never, times, after),
      },
      {
        name: "Azure DevOps",
        calls: () => azureDevOps.calls.map(({ operation }) => operation),
        addFault: (operation, action, times, after) =>
          azureDevOps.addFault(operation as never, action as never, times, after),
      },
    ];
  }

  static async start(by: "keys" | "token"): Promise<StepIdentity> {
    issuer ??= createOidcIssuer(`https://${HOST}`);
    const identityProviders = [{ account: ACCOUNT, issuer, audiences: [tokenAudience] }];
    const sts = await startStsServer({ users: [user], identityProviders });
    const azureDevOps = await startAzureDevOps({ issuer, connections: [{ id: connectionId, name: "store" }] });
    return new StepIdentity(sts, azureDevOps, by);
  }

  /** For the S3 server: those of sessions, and the one with which a stage is prepared. */
  readonly lookup = (id: string): S3Credential | undefined =>
    id === defaultCredential.accessKeyId ? defaultCredential : this.#sts.sessions.lookup(id);

  /** @param requests what S3 has seen. */
  secrets(requests: readonly SeenRequest[]): string[] {
    const ids = requests.map(({ headers }) => /Credential=([^/]+)\//.exec(headers.authorization ?? "")?.[1] ?? "");
    const sessions = [...new Set(ids)].flatMap((id) => {
      const credential = this.#sts.sessions.lookup(id);
      return credential ? [credential.secretAccessKey, credential.sessionToken ?? ""] : [];
    });
    const { tokens, job } = this.azureDevOps;
    return [user.secretAccessKey, ...sessions, ...tokens, ...Object.values(job.connection.parameters)];
  }

  async close(): Promise<void> {
    await Promise.all([this.#sts.close(), this.azureDevOps.close()]);
  }
}
