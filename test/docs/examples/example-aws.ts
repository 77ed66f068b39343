import { Agent } from "node:https";
import {
  DeletePublicAccessBlockCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketOwnershipControlsCommand,
  PutBucketWebsiteCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { ServiceConnection } from "../../../local/agent/agent.ts";
import type { PipelineOptions } from "../../../local/pipeline/run-pipeline.ts";
import { type ControlPlaneServer, startControlPlane } from "../../stand-ins/control-plane/server.ts";
import { type StsServer, startStsServer } from "../../stand-ins/sts/server.ts";
import { type AmazonBehindProxy, startAmazonBehindProxy } from "../../tasks/amazon-behind-proxy.ts";
import { trusting, user } from "../../tasks/identity-bench.ts";
import type { ExampleStep } from "./example-pipeline.ts";

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

/** The region of the stand-ins, which have no other. */
export const EXAMPLE_REGION = "us-east-1";

/** AWS as the steps of an example suppose it: their buckets, objects, roles, distributions and hosted zones exist. */
export class ExampleAws {
  readonly #sts: StsServer;
  readonly #amazon: AmazonBehindProxy;
  readonly #controlPlane: ControlPlaneServer;
  readonly #client: S3Client;
  readonly #buckets = new Set<string>();

  private constructor(sts: StsServer, amazon: AmazonBehindProxy, controlPlane: ControlPlaneServer) {
    this.#sts = sts;
    this.#amazon = amazon;
    this.#controlPlane = controlPlane;
    this.#client = new S3Client({
      endpoint: amazon.s3.url,
      region: EXAMPLE_REGION,
      credentials: user,
      forcePathStyle: true,
      requestHandler: new NodeHttpHandler({ httpsAgent: new Agent({ rejectUnauthorized: false }) }),
    });
  }

  static async start(steps: readonly ExampleStep[]): Promise<ExampleAws> {
    const sts = await startStsServer({ users: [user] });
    const distributions = steps.flatMap(({ inputs }) => {
      const { cloudFrontDistributionId: id, bucketName, domainName } = inputs;
      if (!id) return [];
      const origin = `${bucketName}.s3.${EXAMPLE_REGION}.amazonaws.com`;
      return [{ id, domainName: "d111111abcdef8.cloudfront.net", origin, aliases: domainName ? [domainName] : [] }];
    });
    const aws = new ExampleAws(sts, await startAmazonBehindProxy(sts), await startControlPlane(distributions));
    for (const step of steps) await aws.#supply(step);
    return aws;
  }

  /** What a run needs to reach all of it. */
  get options(): Pick<PipelineOptions, "proxy"> & { env: Record<string, string> } {
    const { proxy } = this.#amazon.agent;
    const { url } = this.#controlPlane;
    return {
      proxy: { url: "", ...proxy, bypass: ["127\\.0\\.0\\.1"] },
      env: { AWS_ENDPOINT_URL_CLOUDFRONT: url, AWS_ENDPOINT_URL_ROUTE_53: url },
    };
  }

  /** A service connection of a name that an example uses. */
  connection(name: string, id: string, type: string): ServiceConnection {
    const { accessKeyId: username, secretAccessKey: password } = user;
    return {
      id,
      name,
      type,
      url: "https://s3.amazonaws.com/",
      scheme: "UsernamePassword",
      parameters: { username, password },
      data: type === "AwsS3" ? { region: EXAMPLE_REGION } : {},
    };
  }

  async put(Bucket: string, Key: string, Body: string | Buffer): Promise<void> {
    await this.#client.send(new PutObjectCommand({ Bucket, Key, Body }));
  }

  /** All objects of a bucket, but for those of the tasks themselves: key to content. */
  async objects(Bucket: string): Promise<Record<string, string>> {
    const { Contents = [] } = await this.#client.send(new ListObjectsV2Command({ Bucket }));
    const keys = Contents.map(({ Key = "" }) => Key).filter((key) => !key.includes(".s3-site"));
    const entries = keys.map(async (Key) => {
      const { Body } = await this.#client.send(new GetObjectCommand({ Bucket, Key }));
      return [Key, (await Body?.transformToString()) ?? ""] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  }

  /** What a visitor of a domain gets by http: where a redirect leads, or the page. */
  async visit(host: string, path: string): Promise<string> {
    const website = this.#amazon.hosts.get(host);
    if (website === undefined) throw new Error(`There is no website ${host}`);
    const answer = await fetch(website + path, { headers: { host }, redirect: "manual" });
    return answer.headers.get("location") ?? `${answer.status} ${await answer.text()}`;
  }

  /** The records of all hosted zones: types and names, by zone. */
  get records(): Readonly<Record<string, readonly string[]>> {
    return this.#controlPlane.route53.zones;
  }

  async close(): Promise<void> {
    this.#client.destroy();
    await Promise.all([this.#amazon.close(), this.#sts.close(), this.#controlPlane.close()]);
  }

  async #supply({ task, inputs }: ExampleStep): Promise<void> {
    const { bucketName = "", domainName, redirectDomains = "", assumeRole = "" } = inputs;
    const isMadeByStep = inputs.createBucket === "true" || inputs.configureWebsite === "true";
    if (!isMadeByStep) this.#createBucket(bucketName);
    if (inputs.action === "preview") await this.#makeWebsite(bucketName);
    if (inputs.filesAcl) await this.#allowAcls(bucketName);
    for (const arn of assumeRole.split("\n").filter(Boolean)) {
      this.#sts.setRole({ arn, trustPolicy: trusting("*", undefined, "sts:TagSession") });
    }
    if (task === "AwsS3PublishSite") {
      await this.#openWebsite(bucketName, domainName);
      for (const other of redirectDomains.split(/[\n,]/).map((each) => each.trim())) {
        if (other !== "") await this.#openWebsite(other, other);
      }
    }
    if (domainName && inputs.createHostedZone !== "true") await this.#createZone(domainName.replace(/^www\./, ""));
  }

  /** Several steps may use one bucket. */
  #createBucket(name: string): void {
    if (this.#buckets.has(name)) return;
    this.#buckets.add(name);
    this.#amazon.s3.createBucket(name);
  }

  async #allowAcls(Bucket: string): Promise<void> {
    const OwnershipControls = { Rules: [{ ObjectOwnership: "ObjectWriter" as const }] };
    await this.#client.send(new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls }));
    await this.#client.send(new DeletePublicAccessBlockCommand({ Bucket }));
  }

  /** What docs/previews.md has its readers do once: a preview changes no settings of the bucket. */
  async #makeWebsite(Bucket: string): Promise<void> {
    const WebsiteConfiguration = { IndexDocument: { Suffix: "index.html" }, ErrorDocument: { Key: "404.html" } };
    await this.#client.send(new PutBucketWebsiteCommand({ Bucket, WebsiteConfiguration }));
  }

  async #openWebsite(bucket: string, domain: string | undefined): Promise<void> {
    const { url } = await this.#amazon.s3.openWebsite(bucket);
    this.#amazon.hosts.set(`${bucket}.s3-website-${EXAMPLE_REGION}.amazonaws.com`, url);
    if (domain) this.#amazon.hosts.set(domain, url);
  }

  async #createZone(name: string): Promise<void> {
    const body = `<CreateHostedZoneRequest><Name>${name}</Name><CallerReference>${name}</CallerReference></CreateHostedZoneRequest>`;
    await fetch(`${this.#controlPlane.url}/2013-04-01/hostedzone`, { method: "POST", body });
  }
}
