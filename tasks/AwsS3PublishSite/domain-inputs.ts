import type { InputReader } from "../../src/agent/inputs.ts";
import type { DomainOptions } from "../../src/site/options.ts";
import type { TaskAccess } from "../../src/task/inputs/access.ts";
import { parseDomainName } from "./domain-name.ts";

/**
 * Reads the domain of the site; undefined if Route 53 has nothing to do.
 *
 * @param access undefined if something is wrong with it, which has already been reported.
 */
export function readDomain(
  reader: InputReader,
  access: TaskAccess | undefined,
  isBehindDistribution: boolean,
): DomainOptions | undefined {
  const text = reader.text("domainName");
  const domainName = text && reader.check("domainName", () => parseDomainName(text), "");
  const redirectDomains = readRedirectDomains(reader, domainName);
  const hostedZoneId = readHostedZoneId(reader);
  const createHostedZone = reader.boolean("createHostedZone");
  if (text === "") {
    tellWithoutEffect(reader, { redirectDomains: redirectDomains.length > 0, hostedZoneId, createHostedZone });
    return undefined;
  }
  if (hostedZoneId && createHostedZone) {
    const why = "it cannot be used with createHostedZone, which finds or creates the zone by the name of the domain";
    reader.problem("hostedZoneId", "inputs-in-conflict", `${why}. Remove one of the two.`);
  }
  if (access && domainName) checkTarget(reader, domainName, access, isBehindDistribution);
  return { domainName, redirectDomains, ...(hostedZoneId ? { hostedZoneId } : {}), createHostedZone };
}

function readRedirectDomains(reader: InputReader, domainName: string): readonly string[] {
  const texts = reader
    .text("redirectDomains")
    .split(/[\s,]+/)
    .filter((text) => text !== "");
  const names = texts.map((text) => reader.check("redirectDomains", () => parseDomainName(text), ""));
  if (domainName && names.includes(domainName)) {
    reader.problem(
      "redirectDomains",
      "inputs-in-conflict",
      `${domainName} is the domain of the site, to which the others redirect. Remove it.`,
    );
  }
  return [...new Set(names)];
}

/** "ResourceId" in the Amazon Route 53 API Reference; its answers have a path before it. */
function readHostedZoneId(reader: InputReader): string {
  const text = reader.text("hostedZoneId");
  const id = text.replace(/^\/?hostedzone\//, "");
  if (id !== "" && !/^[A-Z0-9]{1,32}$/.test(id)) {
    const advice = "Enter the ID that Route 53 shows, for example Z0123456EXAMPLE.";
    reader.problem("hostedZoneId", "id-invalid", `"${text}" is not the ID of a hosted zone. ${advice}`);
  }
  return id;
}

function tellWithoutEffect(reader: InputReader, isSet: Readonly<Record<string, unknown>>): void {
  for (const [input, value] of Object.entries(isSet)) {
    if (!value) continue;
    reader.problem(
      input,
      "input-without-effect",
      "it has no effect if domainName is empty. Enter the domain of the site, or remove it.",
    );
  }
}

/** "Routing traffic to a website that is hosted in an Amazon S3 bucket" in the Amazon Route 53 Developer Guide. */
function checkTarget(
  reader: InputReader,
  domainName: string,
  { bucketName, store }: TaskAccess,
  isBehindDistribution: boolean,
): void {
  if (store.endpoint) {
    const why = `Route 53 can lead a domain only to Amazon S3 or CloudFront, and the server is ${store.endpoint.host}`;
    reader.problem("domainName", "inputs-in-conflict", `${why}. Leave it empty, and enter siteUrl.`);
  } else if (!isBehindDistribution && bucketName !== domainName) {
    const why = `a website endpoint serves ${domainName} only from a bucket of that name, and bucketName is ${bucketName}`;
    reader.problem(
      "domainName",
      "inputs-in-conflict",
      `${why}. Use such a bucket, or enter a distribution in cloudFrontDistributionId.`,
    );
  }
}
