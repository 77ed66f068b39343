import { type ControlPlaneAnswer, type ControlPlaneRequest, type FoundOperation, refusal } from "./operation.ts";

/** A distribution that shows a bucket. */
export interface DistributionFacts {
  readonly id: string;
  readonly domainName: string;
  /** The domain name of its only origin. */
  readonly origin: string;
  readonly aliases: readonly string[];
}

const NAMESPACE = 'xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"';

/** The distributions of an account, and what was invalidated of them. */
export class CloudFront {
  readonly #distributions: ReadonlyMap<string, DistributionFacts>;
  /** The paths of all invalidations by their caller references: the same reference again is the same invalidation. */
  readonly invalidations = new Map<string, readonly string[]>();

  constructor(distributions: readonly DistributionFacts[]) {
    this.#distributions = new Map(distributions.map((distribution) => [distribution.id, distribution]));
  }

  find({ method, path, body }: ControlPlaneRequest): FoundOperation | undefined {
    const [, id = "", invalidations, invalidationId] =
      /^\/distribution\/([^/]+)(?:\/(invalidation)(?:\/([^/]+))?)?$/.exec(path) ?? [];
    const distribution = this.#distributions.get(id);
    const found = (name: string, carryOut: (distribution: DistributionFacts) => ControlPlaneAnswer) => ({
      name,
      carryOut: () =>
        distribution ? carryOut(distribution) : refusal(404, "NoSuchDistribution", "There is no such distribution."),
    });
    if (id === "") return undefined;
    if (method === "GET" && !invalidations) return found("GetDistribution", describe);
    if (method === "POST" && !invalidationId) return found("CreateInvalidation", () => this.#invalidate(body));
    if (method === "GET" && invalidationId)
      return found("GetInvalidation", () => ({ status: 200, document: invalidationDocument(invalidationId, "", []) }));
    return undefined;
  }

  #invalidate(body: string): ControlPlaneAnswer {
    const [, reference = ""] = /<CallerReference>([^<]*)</.exec(body) ?? [];
    const paths = Array.from(body.matchAll(/<Path>([^<]*)</g), ([, path = ""]) => path);
    if (!this.invalidations.has(reference)) this.invalidations.set(reference, paths);
    const id = `I${[...this.invalidations.keys()].indexOf(reference)}`;
    return { status: 201, document: invalidationDocument(id, reference, paths) };
  }
}

function describe({ id, domainName, origin, aliases }: DistributionFacts): ControlPlaneAnswer {
  const list = (name: string, items: readonly string[]) =>
    `<${name}><Quantity>${items.length}</Quantity><Items>${items.join("")}</Items></${name}>`;
  const document = `<Distribution ${NAMESPACE}><Id>${id}</Id><ARN>arn:aws:cloudfront::111122223333:distribution/${id}</ARN><Status>Deployed</Status><LastModifiedTime>2026-01-01T00:00:00Z</LastModifiedTime><InProgressInvalidationBatches>0</InProgressInvalidationBatches><DomainName>${domainName}</DomainName><DistributionConfig><CallerReference>made-by-hand</CallerReference>${list(
    "Aliases",
    aliases.map((alias) => `<CNAME>${alias}</CNAME>`),
  )}<DefaultRootObject>index.html</DefaultRootObject>${list("Origins", [
    `<Origin><Id>bucket</Id><DomainName>${origin}</DomainName><OriginPath></OriginPath></Origin>`,
  ])}<DefaultCacheBehavior><TargetOriginId>bucket</TargetOriginId><ViewerProtocolPolicy>redirect-to-https</ViewerProtocolPolicy></DefaultCacheBehavior><Comment></Comment><Enabled>true</Enabled><IsIPV6Enabled>false</IsIPV6Enabled></DistributionConfig></Distribution>`;
  return { status: 200, document };
}

function invalidationDocument(id: string, reference: string, paths: readonly string[]): string {
  const items = paths.map((path) => `<Path>${path}</Path>`).join("");
  return `<Invalidation ${NAMESPACE}><Id>${id}</Id><Status>Completed</Status><CreateTime>2026-01-01T00:00:00Z</CreateTime><InvalidationBatch><Paths><Quantity>${paths.length}</Quantity><Items>${items}</Items></Paths><CallerReference>${reference}</CallerReference></InvalidationBatch></Invalidation>`;
}
