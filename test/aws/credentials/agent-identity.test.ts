import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { createAgentIdentity } from "../../../src/aws/credentials/agent-identity.ts";
import type { CredentialSource } from "../../../src/aws/credentials/credentials.ts";
import { IdentityError } from "../../../src/aws/errors/errors.ts";
import type { Transport } from "../../../src/http/transport.ts";
import {
  AUDIENCE,
  issuer,
  roleArn,
  type StsTarget,
  SUBJECT,
  startSts,
  trust,
  trustToken,
  user,
} from "./sts-stand-in.ts";

const tasks = fileURLToPath(new URL("../../../dist/extension/tasks", import.meta.url));
const deploy = roleArn("deploy");
const byToken = roleArn("by-token");

describe("the agent's own identity", () => {
  let target: StsTarget;
  let folder: string;
  let metadata: http.Server;
  /** What the metadata server has been asked, and what it answers by path. */
  let asked: string[];
  /** What went over our own transport. */
  let sent: string[];
  let answers: Record<string, string>;
  let exchange: Transport["exchange"];
  let metadataUrl: string;
  let environment: NodeJS.ProcessEnv;

  before(async () => {
    const roles = [
      { arn: deploy, trustPolicy: trust(user.arn) },
      { arn: byToken, trustPolicy: trustToken() },
    ];
    target = await startSts({ roles });
    metadata = http.createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      const answer = answers[request.url ?? ""];
      response.writeHead(answer === undefined ? 404 : 200).end(answer);
    });
    await new Promise<void>((resolve) => metadata.listen(0, "127.0.0.1", resolve));
    metadataUrl = `http://127.0.0.1:${(metadata.address() as AddressInfo).port}`;
    environment = process.env;
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "identity-"));
    asked = [];
    sent = [];
    answers = {};
    exchange = (request) => {
      sent.push(`${request.method} ${request.hostname}`);
      return target.transport.exchange(request);
    };
    for (const list of [target.secrets, target.notes]) list.length = 0;
    target.server.clearCalls();
    const others = Object.entries(environment).filter(([name]) => !name.startsWith("AWS_"));
    process.env = {
      ...Object.fromEntries(others),
      HOME: folder,
      AWS_CONFIG_FILE: join(folder, "config"),
      AWS_SHARED_CREDENTIALS_FILE: join(folder, "credentials"),
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_ENDPOINT_URL_STS: target.server.url,
    };
  });
  afterEach(async () => {
    process.env = environment;
    await rm(folder, { recursive: true });
  });
  after(async () => {
    await target.stop();
    metadata.close();
  });

  const identity = (): CredentialSource =>
    createAgentIdentity({
      region: "us-east-1",
      transport: {
        ...target.transport,
        exchange: (request) => exchange(request),
      },
      askedBy: "credentialSource",
      onSecret: (text) => target.secrets.push(text),
      onNote: (text) => target.notes.push(text),
    });
  const session = (key: string) =>
    JSON.stringify({
      Code: "Success",
      AccessKeyId: key,
      SecretAccessKey: `secret of ${key}`,
      Token: `token of ${key}`,
      Expiration: new Date(Date.now() + 3_600_000).toISOString(),
    });
  const keysInEnvironment = () =>
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: user.accessKeyId, AWS_SECRET_ACCESS_KEY: user.secretAccessKey });

  it("is found in the environment, and its secrets are told", async () => {
    keysInEnvironment();
    assert.deepEqual(await identity()(), { accessKeyId: user.accessKeyId, secretAccessKey: user.secretAccessKey });
    assert.deepEqual(target.secrets, [user.secretAccessKey]);
  });

  it("is the role of a container, and another session of it where one was refused", async () => {
    process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI = `${metadataUrl}/role`;
    answers = { "/role": session("first") };
    const source = identity();
    const credentials = await source();
    assert.equal(credentials.sessionToken, "token of first");
    assert.ok(Math.abs((credentials.expiresAtMs ?? 0) - Date.now() - 3_600_000) < 2000);
    assert.equal(await source(), credentials);
    assert.deepEqual(asked, ["GET /role"]);
    answers = { "/role": session("second") };
    source.forget?.(credentials);
    assert.equal((await source()).accessKeyId, "second");
    assert.deepEqual(target.secrets, ["secret of first", "token of first", "secret of second", "token of second"]);
  });

  it("is the machine's instance profile", async () => {
    Object.assign(process.env, { AWS_EC2_METADATA_DISABLED: "false", AWS_EC2_METADATA_SERVICE_ENDPOINT: metadataUrl });
    const path = "/latest/meta-data/iam/security-credentials/";
    answers = { "/latest/api/token": "t", [path]: "agents", [`${path}agents`]: session("machine") };
    assert.equal((await identity()()).accessKeyId, "machine");
    assert.deepEqual(asked, ["PUT /latest/api/token", `GET ${path}`, `GET ${path}agents`]);
  });

  it("is a profile's role, for which STS is asked as everything else is", async () => {
    await writeFile(
      join(folder, "config"),
      `[profile ci]\nrole_arn = ${deploy}\nsource_profile = base\nregion = us-east-1\n`,
    );
    await writeFile(
      join(folder, "credentials"),
      `[base]\naws_access_key_id = ${user.accessKeyId}\naws_secret_access_key = ${user.secretAccessKey}\n`,
    );
    process.env.AWS_PROFILE = "ci";
    const { accessKeyId } = await identity()();
    assert.deepEqual(sent, ["POST 127.0.0.1"]);
    assert.equal(target.server.sessions.find(accessKeyId)?.principal.roleArn, deploy);
  });

  it("is the role that a token file stands for", async () => {
    const file = join(folder, "token");
    await writeFile(file, issuer.issue(SUBJECT, AUDIENCE));
    Object.assign(process.env, { AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: byToken });
    const { accessKeyId } = await identity()();
    assert.equal(target.server.sessions.find(accessKeyId)?.principal.roleArn, byToken);
  });

  it("leads to a role", async () => {
    keysInEnvironment();
    const { accessKeyId } = await target.chain(identity(), { arn: deploy })();
    assert.equal(target.server.sessions.find(accessKeyId)?.principal.roleArn, deploy);
  });

  async function refusal(): Promise<string> {
    const error = await Promise.resolve(identity()()).catch((reason) => reason);
    assert.ok(error instanceof IdentityError, String(error));
    return error.message;
  }

  it("says where it has looked, and what to do, where there is none", async () => {
    const message = await refusal();
    assert.match(
      message,
      /^The agent has no AWS identity, which is needed for credentialSource: there are no keys in the environment,/,
    );
    assert.match(message, /Give the agent's machine a role, or choose another way to sign in\.$/);
  });

  it("says what is wrong with what it found", async () => {
    process.env.AWS_PROFILE = "missing";
    assert.match(
      await refusal(),
      /: AWS_PROFILE names the profile "missing", but .* Add it there, or remove AWS_PROFILE/,
    );
    delete process.env.AWS_PROFILE;
    const file = join(folder, "token");
    await writeFile(file, issuer.issue("sc://somebody/else", AUDIENCE));
    Object.assign(process.env, { AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: byToken });
    assert.match(await refusal(), /cannot be used: Not authorized to perform sts:AssumeRoleWithWebIdentity\. Check/);
  });

  it("asks for a profile's session of SSO in the region that the profile says", async () => {
    const start = "https://example.awsapps.com/start";
    await writeFile(
      join(folder, "config"),
      `[profile sso]\nsso_start_url = ${start}\nsso_region = eu-west-3\nsso_account_id = 1\nsso_role_name = r\n`,
    );
    const name = createHash("sha1").update(start).digest("hex");
    await mkdir(join(folder, ".aws/sso/cache"), { recursive: true });
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    await writeFile(join(folder, `.aws/sso/cache/${name}.json`), JSON.stringify({ accessToken: "t", expiresAt }));
    process.env.AWS_PROFILE = "sso";
    exchange = async ({ hostname }) => {
      sent.push(hostname);
      const roleCredentials = {
        accessKeyId: "sso",
        secretAccessKey: "s",
        sessionToken: "t",
        expiration: Date.now() + 1e6,
      };
      return { status: 200, headers: {}, body: Buffer.from(JSON.stringify({ roleCredentials })) };
    };
    assert.equal((await identity()()).accessKeyId, "sso");
    assert.deepEqual(sent, ["portal.sso.eu-west-3.amazonaws.com"]);
  });

  it("is no other than the profile that is named, whose command is not told", async () => {
    Object.assign(process.env, { AWS_EC2_METADATA_DISABLED: "false", AWS_EC2_METADATA_SERVICE_ENDPOINT: metadataUrl });
    const path = "/latest/meta-data/iam/security-credentials/";
    answers = { "/latest/api/token": "t", [path]: "agents", [`${path}agents`]: session("machine") };
    await writeFile(join(folder, "config"), "[profile tool]\ncredential_process = no-such-tool --password hunter2\n");
    process.env.AWS_PROFILE = "tool";
    const error = await Promise.resolve(identity()()).catch((reason) => reason);
    assert.match(
      error.message,
      /cannot be used: the credential_process of the profile failed\. Run it as the agent's user/,
    );
    assert.doesNotMatch(inspect(error), /hunter2/);
    process.env.AWS_PROFILE = "missing";
    assert.match(await refusal(), /AWS_PROFILE names the profile "missing"/);
    assert.deepEqual(asked, []);
  });

  it("says of a profile beside keys that it goes before them", async () => {
    keysInEnvironment();
    process.env.AWS_PROFILE = "base";
    await writeFile(join(folder, "credentials"), "[base]\naws_access_key_id = AKIABASE\naws_secret_access_key = s\n");
    assert.equal((await identity()()).accessKeyId, "AKIABASE");
    assert.match(target.notes.join(), /has AWS_PROFILE and access keys: the profile "base" is used/);
  });

  it("comes beside each packaged task, which reads it only when it is wanted", async () => {
    for (const task of await readdir(tasks)) {
      const [main, chain] = await Promise.all(
        ["main.js", "sdk-clients.js"].map((file) => readFile(join(tasks, task, file), "utf8")),
      );
      assert.ok(chain?.includes("AWS_CONTAINER_CREDENTIALS_FULL_URI"));
      assert.ok(!main?.includes("AWS_CONTAINER_CREDENTIALS_FULL_URI"));
      const { defaultProvider } = await import(pathToFileURL(join(tasks, task, "sdk-clients.js")).href);
      keysInEnvironment();
      assert.equal((await defaultProvider({})()).accessKeyId, user.accessKeyId);
    }
  });
});
