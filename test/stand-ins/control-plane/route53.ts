import { type ControlPlaneAnswer, type ControlPlaneRequest, type FoundOperation, refusal } from "./operation.ts";

const NAMESPACE = 'xmlns="https://route53.amazonaws.com/doc/2013-04-01/"';
const NAME_SERVERS = ["ns-1.example.net", "ns-2.example.org"];

interface Zone {
  readonly id: string;
  readonly name: string;
  readonly callerReference: string;
  /** Their documents, by type and name. */
  readonly records: Map<string, string>;
}

/** The public hosted zones of an account. */
export class Route53 {
  readonly #zones = new Map<string, Zone>();

  /** The zones with the types and names of their records. */
  get zones(): Record<string, readonly string[]> {
    return Object.fromEntries([...this.#zones.values()].map(({ name, records }) => [name, [...records.keys()].sort()]));
  }

  find({ method, path, query, body }: ControlPlaneRequest): FoundOperation | undefined {
    const found = (name: string, carryOut: () => ControlPlaneAnswer) => ({ name, carryOut });
    if (path === "/hostedzonesbyname")
      return found("ListHostedZonesByName", () => this.#list(query.get("dnsname") ?? ""));
    if (path.startsWith("/change/")) return found("GetChange", () => changed("GetChangeResponse"));
    if (path === "/hostedzone" && method === "POST") return found("CreateHostedZone", () => this.#create(body));
    const [, id = "", records] = /^\/hostedzone\/([^/]+)(\/rrset)?\/?$/.exec(path) ?? [];
    const zone = this.#zones.get(id);
    const known = (name: string, carryOut: (zone: Zone) => ControlPlaneAnswer) =>
      found(name, () => (zone ? carryOut(zone) : refusal(404, "NoSuchHostedZone", "There is no such hosted zone.")));
    if (id === "") return undefined;
    if (!records)
      return known("GetHostedZone", (each) => ({
        status: 200,
        document: wrap("GetHostedZoneResponse", describe(each)),
      }));
    return method === "POST"
      ? known("ChangeResourceRecordSets", (each) => change(each, body))
      : known("ListResourceRecordSets", listRecords);
  }

  #list(from: string): ControlPlaneAnswer {
    const zones = [...this.#zones.values()].filter(({ name }) => name >= from).map(describe);
    const list = `<HostedZones>${zones.join("")}</HostedZones><IsTruncated>false</IsTruncated><MaxItems>100</MaxItems>`;
    return { status: 200, document: wrap("ListHostedZonesByNameResponse", list) };
  }

  #create(body: string): ControlPlaneAnswer {
    const [, name = ""] = /<Name>([^<]*)</.exec(body) ?? [];
    const [, callerReference = ""] = /<CallerReference>([^<]*)</.exec(body) ?? [];
    if ([...this.#zones.values()].some((zone) => zone.callerReference === callerReference))
      return refusal(409, "HostedZoneAlreadyExists", "A hosted zone has been created with this caller reference.");
    const id = `Z${this.#zones.size + 1}EXAMPLE`;
    const plain = name.replace(/\.$/, "");
    const values = NAME_SERVERS.map((server) => `<ResourceRecord><Value>${server}</Value></ResourceRecord>`).join("");
    const ns = `<ResourceRecordSet><Name>${plain}.</Name><Type>NS</Type><TTL>172800</TTL><ResourceRecords>${values}</ResourceRecords></ResourceRecordSet>`;
    const zone = { id, name: plain, callerReference, records: new Map([[`NS ${plain}`, ns]]) };
    this.#zones.set(id, zone);
    const servers = NAME_SERVERS.map((server) => `<NameServer>${server}</NameServer>`).join("");
    const delegation = `<DelegationSet><NameServers>${servers}</NameServers></DelegationSet>`;
    return { status: 201, document: wrap("CreateHostedZoneResponse", describe(zone) + CHANGE + delegation) };
  }
}

const CHANGE =
  "<ChangeInfo><Id>/change/C1</Id><Status>INSYNC</Status><SubmittedAt>2026-01-01T00:00:00Z</SubmittedAt></ChangeInfo>";

function wrap(name: string, content: string): string {
  return `<?xml version="1.0"?>\n<${name} ${NAMESPACE}>${content}</${name}>`;
}

function changed(name: string): ControlPlaneAnswer {
  return { status: 200, document: wrap(name, CHANGE) };
}

function describe({ id, name, callerReference }: Zone): string {
  return `<HostedZone><Id>/hostedzone/${id}</Id><Name>${name}.</Name><CallerReference>${callerReference}</CallerReference><Config><PrivateZone>false</PrivateZone></Config></HostedZone>`;
}

function change(zone: Zone, body: string): ControlPlaneAnswer {
  for (const [record] of body.matchAll(/<ResourceRecordSet>.*?<\/ResourceRecordSet>/gs)) {
    const [, name = ""] = /<Name>([^<]*?)\.?</.exec(record) ?? [];
    const [, type = ""] = /<Type>([^<]*)</.exec(record) ?? [];
    zone.records.set(`${type} ${name}`, record);
  }
  return changed("ChangeResourceRecordSetsResponse");
}

function listRecords({ records }: Zone): ControlPlaneAnswer {
  const list = `<ResourceRecordSets>${[...records.values()].join("")}</ResourceRecordSets><IsTruncated>false</IsTruncated><MaxItems>300</MaxItems>`;
  return { status: 200, document: wrap("ListResourceRecordSetsResponse", list) };
}
