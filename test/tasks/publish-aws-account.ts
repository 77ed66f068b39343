import {
  CloudFrontClient,
  CreateDistributionCommand,
  type DistributionConfig,
  GetInvalidationCommand,
  ListInvalidationsCommand,
} from "@aws-sdk/client-cloudfront";
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
  Route53Client,
} from "@aws-sdk/client-route-53";
import type { RunningServer } from "../../scripts/servers/server.ts";

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

/** A distribution as a test makes it. */
export interface TestDistribution {
  readonly id: string;
  /** As `d111111abcdef8.cloudfront.net`. */
  readonly domainName: string;
}

/** The distributions and hosted zones of an account, as their owner makes and sees them. */
export class AwsAccount {
  readonly #cloudFront: CloudFrontClient;
  readonly #route53: Route53Client;
  #count = 0;

  constructor({ url: endpoint, region, accessKeyId, secretAccessKey }: RunningServer) {
    const settings = { endpoint, region, credentials: { accessKeyId, secretAccessKey } };
    this.#cloudFront = new CloudFrontClient(settings);
    this.#route53 = new Route53Client(settings);
  }

  /** Makes a distribution that shows an endpoint of a bucket, for example `site.s3.us-east-1.amazonaws.com`. */
  async createDistribution(origin: string, changes: Partial<DistributionConfig> = {}): Promise<TestDistribution> {
    const config: DistributionConfig = {
      CallerReference: `test-${++this.#count}`,
      Comment: "",
      Enabled: true,
      DefaultRootObject: "index.html",
      Origins: {
        Quantity: 1,
        Items: [{ Id: "bucket", DomainName: origin, OriginPath: "", S3OriginConfig: { OriginAccessIdentity: "" } }],
      },
      DefaultCacheBehavior: { TargetOriginId: "bucket", ViewerProtocolPolicy: "redirect-to-https" },
      ...changes,
    };
    const { Distribution } = await this.#cloudFront.send(new CreateDistributionCommand({ DistributionConfig: config }));
    return { id: Distribution?.Id ?? "", domainName: Distribution?.DomainName ?? "" };
  }

  /** The paths of all invalidations of a distribution, by their ids. */
  async invalidations(DistributionId: string): Promise<Record<string, readonly string[]>> {
    const { InvalidationList } = await this.#cloudFront.send(new ListInvalidationsCommand({ DistributionId }));
    const entries = (InvalidationList?.Items ?? []).map(async ({ Id = "" }) => {
      const { Invalidation } = await this.#cloudFront.send(new GetInvalidationCommand({ DistributionId, Id }));
      return [Id, Invalidation?.InvalidationBatch?.Paths?.Items ?? []] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  }

  /** Makes a public hosted zone, and returns its id. */
  async createZone(name: string): Promise<string> {
    const CallerReference = `test-${++this.#count}`;
    const { HostedZone } = await this.#route53.send(new CreateHostedZoneCommand({ Name: name, CallerReference }));
    return HostedZone?.Id?.replace("/hostedzone/", "") ?? "";
  }

  async createRecord(zoneId: string, record: ResourceRecordSet): Promise<void> {
    const Changes = [{ Action: "CREATE", ResourceRecordSet: record } as const];
    await this.#route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: zoneId, ChangeBatch: { Changes } }));
  }

  /** All records of all hosted zones, by the id of the zone. */
  async records(): Promise<Record<string, readonly ResourceRecordSet[]>> {
    const { HostedZones = [] } = await this.#route53.send(new ListHostedZonesCommand({}));
    const entries = HostedZones.map(async ({ Id = "" }) => {
      const { ResourceRecordSets = [] } = await this.#route53.send(
        new ListResourceRecordSetsCommand({ HostedZoneId: Id }),
      );
      return [Id.replace("/hostedzone/", ""), ResourceRecordSets] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  }

  close(): void {
    this.#cloudFront.destroy();
    this.#route53.destroy();
  }
}
