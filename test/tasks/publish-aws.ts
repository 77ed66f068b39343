import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runStep, type StepResult } from "../../local/agent/agent.ts";
import type { S3Credential, S3Server, SeenRequest } from "../../local/s3/server.ts";
import { MotoWithAuthorization, type Policy } from "../docs/moto-with-authorization.ts";
import { type StsServer, startStsServer } from "../stand-ins/sts/server.ts";
import { startOrSkip } from "../start-or-skip.ts";
import { type AmazonBehindProxy, startAmazonBehindProxy } from "./amazon-behind-proxy.ts";
import { user } from "./identity-bench.ts";
import { AwsAccount } from "./publish-aws-account.ts";
import { answeringDns, withoutWaiting } from "./publish-process.ts";
import { connectionId, taskFolderOf } from "./store-step.ts";
import { SourceFolder } from "./upload-step.ts";

/**
 * AWS as a publish meets it: Amazon S3 by its own name, CloudFront and Route 53 as moto plays them; and for each test a site to publish. All is
 * allowed to everybody until a user has been made.
 */
export class AwsBench {
  account!: AwsAccount;
  source!: SourceFolder;
  #sts!: StsServer;
  #amazon!: AmazonBehindProxy;
  #moto!: MotoWithAuthorization;
  workFolder!: string;
  #usersCount = 0;

  /** Registers what starts it, or skips the suite where moto is not installed. */
  register(): this {
    const bench = this;
    before(async function () {
      await bench.#start(this);
    });
    after(async () => {
      this.account?.close();
      await Promise.all([this.#amazon?.close(), this.#sts?.close(), this.#moto?.server.stop()]);
    });
    beforeEach(() => {
      this.source = new SourceFolder();
      this.workFolder = mkdtempSync(join(tmpdir(), "job-"));
    });
    afterEach(() => {
      this.source.remove();
      rmSync(this.workFolder, { recursive: true });
    });
    return this;
  }

  get s3(): S3Server {
    return this.#amazon.s3;
  }

  /** The last step's requests to S3 that were to change something. */
  writes(): SeenRequest[] {
    return this.s3.requests.filter(({ method }) => method !== "GET" && method !== "HEAD");
  }

  /** Hosts that plain http leads to, and the servers that answer there. */
  get hosts(): Map<string, string> {
    return this.#amazon.hosts;
  }

  /** Lets DNS know these name servers of domains, and of no others. */
  dnsAnswers(nameServers: Readonly<Record<string, readonly string[]>>): Readonly<Record<string, string>> {
    return answeringDns(this.workFolder, nameServers).env ?? {};
  }

  /** Does what an administrator does, to whom nothing is forbidden. */
  asAdministrator<T>(act: () => Promise<T>): Promise<T> {
    return this.#moto.asAdministrator(act);
  }

  /** Makes a user that may do anything in S3, and of CloudFront and Route 53 what a policy allows; then runs the step in that name. */
  async publishAs(policy: Policy, inputs: Readonly<Record<string, string>>): Promise<StepResult> {
    const { username: accessKeyId, password: secretAccessKey } = await this.#moto.createUser(policy);
    this.#sts.sessions.addUser(`${user.arn}-${++this.#usersCount}`, { accessKeyId, secretAccessKey });
    return this.#run({ accessKeyId, secretAccessKey }, inputs, {});
  }

  /** Runs the step, whose waits take no time, and keeps the requests to S3 that it made. Nothing is verified unless that is asked for. */
  publish(inputs: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}): Promise<StepResult> {
    return this.#run(user, inputs, env);
  }

  #run(
    keys: S3Credential,
    inputs: Readonly<Record<string, string>>,
    env: Readonly<Record<string, string>>,
  ): Promise<StepResult> {
    this.s3.clearRequests();
    const { url } = this.#moto.server;
    return runStep({
      taskFolder: taskFolderOf("AwsS3PublishSite"),
      workFolder: this.workFolder,
      ...this.#amazon.agent,
      connections: [
        {
          id: connectionId,
          name: "store",
          type: "AwsS3",
          url: "https://s3.amazonaws.com",
          scheme: "UsernamePassword",
          parameters: { username: keys.accessKeyId, password: keys.secretAccessKey },
          data: { region: "us-east-1" },
        },
      ],
      inputs: { awsCredentials: connectionId, sourceFolder: this.source.path, verify: "false", ...inputs },
      env: {
        ...withoutWaiting(this.workFolder).env,
        AWS_ENDPOINT_URL_CLOUDFRONT: url,
        AWS_ENDPOINT_URL_ROUTE_53: url,
        ...env,
      },
    });
  }

  async #start(hook: Mocha.Context): Promise<void> {
    this.#moto = await startOrSkip(MotoWithAuthorization.start(), hook);
    this.account = new AwsAccount(this.#moto.server);
    this.#sts = await startStsServer({ users: [user] });
    this.#amazon = await startAmazonBehindProxy(this.#sts);
  }
}

export function awsBench(): AwsBench {
  return new AwsBench().register();
}
