import assert from "node:assert/strict";
import type { Distribution } from "../../../src/site/cloudfront/distribution.ts";
import type { SiteOptions } from "../../../src/site/options.ts";
import { findSiteAddress } from "../../../src/site/plan/site-address.ts";

const domain = { domainName: "www.example.com", redirectDomains: [], createHostedZone: true };
const distribution = {
  domainName: "d1.cloudfront.net",
  sitePath: "/docs/",
  originKind: "rest",
} as unknown as Distribution;

/** Where the site is found with its domain, and without. */
function addressesOf(more: Partial<SiteOptions>, shownBy?: Distribution): (string | undefined)[] {
  const access = { bucketName: "www.example.com", store: { region: "eu-central-1" } };
  const options = {
    access,
    prefix: "docs/",
    configureWebsite: true,
    publicRead: true,
    ...more,
  } as unknown as SiteOptions;
  const { siteUrl, undelegatedUrl } = findSiteAddress(options, shownBy);
  return [siteUrl?.href, undelegatedUrl?.href];
}

describe("the address of a site", () => {
  it("is without its domain that of its website endpoint, until the domain is delegated", () => {
    assert.deepEqual(addressesOf({ domain }), [
      "http://www.example.com/docs/",
      "http://www.example.com.s3-website.eu-central-1.amazonaws.com/docs/",
    ]);
  });

  it("is without its domain that of its distribution, until the domain is delegated", () => {
    assert.deepEqual(addressesOf({ domain }, distribution), [
      "https://www.example.com/docs/",
      "https://d1.cloudfront.net/docs/",
    ]);
  });

  it("is the one that is entered, and no other", () => {
    const siteUrl = new URL("https://example.org/");
    assert.deepEqual(addressesOf({ domain, siteUrl }, distribution), ["https://example.org/", undefined]);
  });

  it("has no second one where there is no domain", () => {
    assert.deepEqual(addressesOf({}), [
      "http://www.example.com.s3-website.eu-central-1.amazonaws.com/docs/",
      undefined,
    ]);
  });
});
