import { rmSync } from "node:fs";
import { Agent } from "node:https";
import { join } from "node:path";
import { S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { ServiceConnection } from "../../local/agent/agent.ts";
import type { Listener } from "../../local/s3/server.ts";
import { type ControlPlaneServer, startControlPlane } from "../stand-ins/control-plane/server.ts";
import { type StsServer, startStsServer } from "../stand-ins/sts/server.ts";
import type { EmbeddedTarget } from "../target.ts";
import { type AmazonBehindProxy, startAmazonBehindProxy } from "../tasks/amazon-behind-proxy.ts";
import { user } from "../tasks/identity-bench.ts";
import { writeFiles } from "../tasks/write-files.ts";
import { runQuietly } from "./run-step.ts";
import { BUCKET, type FaultyServer, type Findings, type Scenario, StoreStage } from "./stage.ts";

const SITE = {
  "index.html": '<link rel="stylesheet" href="style.0a1b2c3d.css">old',
  "about.html": "about",
  "old.html": "an old page",
  "style.0a1b2c3d.css": "p {}",
  "404.html": "there is no such page",
};
const EDITED = {
  "index.html": '<link rel="stylesheet" href="style.4e5f6a7b.css">new',
  "new.html": "a new page",
  "style.4e5f6a7b.css": "p { color: red }",
};

/** A site that was published, and has changed since. */
class PublishStage extends StoreStage {
  protected website!: Listener;

  constructor(target: EmbeddedTarget) {
    super("AwsS3PublishSite", target);
  }

  override inputs(): Record<string, string> {
    return { sourceFolder: this.files, siteUrl: `${this.website.url}/`, keepRemovedDays: "0", maxDelete: "100%" };
  }

  override async prepare(): Promise<void> {
    this.website = await this.target.server.openWebsite(BUCKET);
    writeFiles(this.files, SITE);
    await runQuietly(this.step);
    rmSync(join(this.files, "old.html"));
    rmSync(join(this.files, "style.0a1b2c3d.css"));
    writeFiles(this.files, EDITED);
    this.target.server.clearRequests();
  }

  override async find(): Promise<Findings> {
    return { ...(await this.objects()), ...(await this.bucketSettings(BUCKET)) };
  }
}

/** The bucket becomes a website, with a redirect and pages that are checked. */
class FirstPublish extends PublishStage {
  override inputs() {
    return { ...super.inputs(), configureWebsite: "true", publicRead: "true" };
  }

  override async prepare(): Promise<void> {
    this.website = await this.target.server.openWebsite(BUCKET);
    writeFiles(this.files, { ...SITE, _redirects: "/start /about.html 301\n/docs/* /about.html 302\n" });
  }
}

/** Only what was published before is replaced; nothing is visited. */
class NextPublish extends PublishStage {
  override inputs() {
    return { ...super.inputs(), verify: "false" };
  }
}

/** What goes is kept for the releases before. */
class PublishWithReleases extends NextPublish {
  override inputs() {
    return { ...super.inputs(), keepReleases: "3" };
  }
}

/** The site as it was before the last publish. */
class Rollback extends PublishWithReleases {
  #run = 1;

  override get step() {
    const { variables, ...step } = super.step;
    return { ...step, variables: { ...variables, "Build.BuildNumber": `20260102.${this.#run}` } };
  }

  override inputs() {
    const inputs = super.inputs();
    return this.#run === 3 ? { ...inputs, action: "rollback", rollbackTo: "20260102.1" } : inputs;
  }

  override async prepare(): Promise<void> {
    await super.prepare();
    this.#run = 2;
    await runQuietly(this.step);
    this.#run = 3;
    this.target.server.clearRequests();
  }
}

const DISTRIBUTION = {
  id: "E2EXAMPLE",
  domainName: "d111111abcdef8.cloudfront.net",
  origin: `${BUCKET}.s3.us-east-1.amazonaws.com`,
  aliases: ["www.shop.example"],
};

function faultyControlPlane(server: ControlPlaneServer): FaultyServer {
  return {
    name: "CloudFront and Route 53",
    calls: () => server.calls,
    addFault: (operation, action, times, after) => server.addFault(operation, action as never, times, after),
  };
}

class PublishBehindCloudFront extends PublishStage {
  readonly #controlPlane: ControlPlaneServer;

  constructor(target: EmbeddedTarget, controlPlane: ControlPlaneServer) {
    super(target);
    this.#controlPlane = controlPlane;
    this.servers.push(faultyControlPlane(controlPlane));
  }

  override get step() {
    return { ...super.step, env: { AWS_ENDPOINT_URL_CLOUDFRONT: this.#controlPlane.url } };
  }

  override inputs() {
    return {
      ...super.inputs(),
      verify: "false",
      cloudFrontDistributionId: DISTRIBUTION.id,
      waitForInvalidation: "true",
    };
  }

  override async find(): Promise<Findings> {
    const paths = [...this.#controlPlane.cloudFront.invalidations.values()].flat().sort();
    const invalidated = [...new Set(paths)].map((path) => [`invalidated ${path}`, "yes"]);
    return { ...(await this.objects()), ...Object.fromEntries(invalidated) };
  }

  override async close(): Promise<void> {
    await this.#controlPlane.close();
    await super.close();
  }
}

const DOMAIN = "shop.example";
/** A new bucket of Amazon S3 is closed to the public. */
const BLOCKED = JSON.stringify({
  PublicAccessBlockConfiguration: {
    BlockPublicAcls: true,
    IgnorePublicAcls: true,
    BlockPublicPolicy: true,
    RestrictPublicBuckets: true,
  },
});

/** A new site of Amazon S3, with a domain and another one that leads to it. */
class PublishWithDomain extends PublishStage {
  readonly nameServers = ["ns-1.example.net"];
  readonly passing = { [`public access of ${DOMAIN}`]: BLOCKED, [`public access of www.${DOMAIN}`]: BLOCKED };
  readonly #amazon: AmazonBehindProxy;
  readonly #sts: StsServer;
  readonly #controlPlane: ControlPlaneServer;
  readonly #client: S3Client;

  constructor(target: EmbeddedTarget, amazon: AmazonBehindProxy, sts: StsServer, controlPlane: ControlPlaneServer) {
    super({ ...target, server: amazon.s3 });
    this.#client = new S3Client({
      region: "us-east-1",
      credentials: user,
      forcePathStyle: true,
      maxAttempts: 1,
      requestHandler: new NodeHttpHandler({ httpsAgent: new Agent({ rejectUnauthorized: false }) }),
      endpoint: amazon.s3.url,
    });
    this.#amazon = amazon;
    this.#sts = sts;
    this.#controlPlane = controlPlane;
    this.servers.push(faultyControlPlane(controlPlane));
  }

  static async open(): Promise<PublishWithDomain> {
    const sts = await startStsServer({ users: [user] });
    const amazon = await startAmazonBehindProxy(sts);
    return new PublishWithDomain(await StoreStage.newTarget(), amazon, sts, await startControlPlane());
  }

  override get client(): S3Client {
    return this.#client;
  }

  override get step() {
    const step = super.step;
    const [connection] = step.connections ?? [];
    const keys = { username: user.accessKeyId, password: user.secretAccessKey };
    const { url } = this.#controlPlane;
    const { proxy, certificates } = this.#amazon.agent;
    return {
      ...step,
      connections: [{ ...(connection as ServiceConnection), url: "https://s3.amazonaws.com", parameters: keys }],
      proxy: { url: "", ...proxy, bypass: ["127\\.0\\.0\\.1"] },
      certificates,
      env: { AWS_ENDPOINT_URL_ROUTE_53: url },
    };
  }

  override inputs() {
    const { siteUrl: _, ...inputs } = super.inputs();
    const domains = { domainName: DOMAIN, redirectDomains: `www.${DOMAIN}`, createHostedZone: "true" };
    return { ...inputs, bucketName: DOMAIN, configureWebsite: "true", publicRead: "true", ...domains };
  }

  override async prepare(): Promise<void> {
    this.website = await this.target.server.openWebsite(DOMAIN);
    const redirecting = await this.target.server.openWebsite(`www.${DOMAIN}`);
    for (const suffix of ["", ".s3-website-us-east-1.amazonaws.com"]) {
      this.#amazon.hosts.set(DOMAIN + suffix, this.website.url);
      this.#amazon.hosts.set(`www.${DOMAIN}${suffix}`, redirecting.url);
    }
    writeFiles(this.files, SITE);
  }

  override async find(): Promise<Findings> {
    const zones = Object.entries(this.#controlPlane.route53.zones);
    const records = zones.flatMap(([name, all]) => [
      [`zone ${name}`, "exists"],
      ...all.map((record) => [`record ${record}`, "exists"]),
    ]);
    const settings = [await this.bucketSettings(DOMAIN), await this.bucketSettings(`www.${DOMAIN}`)];
    return Object.assign(await this.objects(), ...settings, Object.fromEntries(records));
  }

  override async unfinishedUploads() {
    return [];
  }

  override secrets() {
    return [...super.secrets(), user.secretAccessKey];
  }

  override async close(): Promise<void> {
    this.#client.destroy();
    await Promise.all([this.#amazon.close(), this.#sts.close(), this.#controlPlane.close()]);
    await super.close();
  }
}

export const PUBLISHES: readonly Scenario[] = [
  scenario("first publish", async () => new FirstPublish(await StoreStage.newTarget())),
  scenario("next publish", async () => new NextPublish(await StoreStage.newTarget())),
  {
    ...scenario("publish that keeps releases", async () => new PublishWithReleases(await StoreStage.newTarget())),
    mode: "releases",
  },
  { ...scenario("rollback", async () => new Rollback(await StoreStage.newTarget())), mode: "rollback" },
  scenario(
    "publish behind CloudFront",
    async () => new PublishBehindCloudFront(await StoreStage.newTarget(), await startControlPlane([DISTRIBUTION])),
  ),
  scenario("publish with a domain", () => PublishWithDomain.open()),
];

function scenario(name: string, open: Scenario["open"]): Scenario {
  return { name, task: "AwsS3PublishSite", open };
}
