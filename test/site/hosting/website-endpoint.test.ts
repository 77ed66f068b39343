import assert from "node:assert/strict";
import { websiteEndpointOf } from "../../../src/site/hosting/website-endpoint.ts";

/** Checked both in the provider for AWS of Terraform and in the region facts of the AWS CDK. */
const endpoints: readonly [region: string, dnsName: string, hostedZoneId: string][] = [
  ["us-east-1", "s3-website-us-east-1.amazonaws.com", "Z3AQBSTGFYJSTF"],
  ["us-east-2", "s3-website.us-east-2.amazonaws.com", "Z2O1EMRO9K5GLX"],
  ["us-west-1", "s3-website-us-west-1.amazonaws.com", "Z2F56UZL2M1ACD"],
  ["us-west-2", "s3-website-us-west-2.amazonaws.com", "Z3BJ6K6RIION7M"],
  ["ap-northeast-1", "s3-website-ap-northeast-1.amazonaws.com", "Z2M4EHUR26P7ZW"],
  ["ap-northeast-2", "s3-website.ap-northeast-2.amazonaws.com", "Z3W03O7B5YMIYP"],
  ["ap-southeast-1", "s3-website-ap-southeast-1.amazonaws.com", "Z3O0J2DXBE1FTB"],
  ["ap-southeast-2", "s3-website-ap-southeast-2.amazonaws.com", "Z1WCIGYICN2BYD"],
  ["ca-central-1", "s3-website.ca-central-1.amazonaws.com", "Z1QDHH18159H29"],
  ["eu-central-1", "s3-website.eu-central-1.amazonaws.com", "Z21DNDUVLTQW6Q"],
  ["eu-west-1", "s3-website-eu-west-1.amazonaws.com", "Z1BKCTXD74EZPE"],
  ["eu-west-2", "s3-website.eu-west-2.amazonaws.com", "Z3GKZC51ZF0DB4"],
  ["sa-east-1", "s3-website-sa-east-1.amazonaws.com", "Z7KQH4QJS55SO"],
  ["us-gov-east-1", "s3-website.us-gov-east-1.amazonaws.com", "Z2NIFVYYW2VKV1"],
  ["us-gov-west-1", "s3-website-us-gov-west-1.amazonaws.com", "Z31GFT0UA1I2HV"],
  ["cn-north-1", "s3-website.cn-north-1.amazonaws.com.cn", "Z5CN8UMXT92WN"],
  ["cn-northwest-1", "s3-website.cn-northwest-1.amazonaws.com.cn", "Z282HJ1KT0DH03"],
];

describe("the website endpoint of a bucket", () => {
  for (const [region, dnsName, hostedZoneId] of endpoints) {
    it(`is ${dnsName} in ${region}`, () => {
      const host = `www.example.com.${dnsName}`;
      assert.deepEqual(websiteEndpointOf("www.example.com", region), { host, dnsName, hostedZoneId });
    });
  }

  it("is not guessed for a region that is not known", () => {
    assert.equal(websiteEndpointOf("bucket", "nowhere-1"), undefined);
  });
});
