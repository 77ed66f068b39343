import assert from "node:assert/strict";
import { localhostTls } from "../../local/s3/localhost-tls.ts";
import { DIRECT_NETWORK } from "../../src/http/network-settings.ts";
import { tlsOptionsOf } from "../../src/http/sockets/tls-options.ts";
import { awsTls } from "../tasks/aws-tls.ts";

describe("the certificates of connections", () => {
  const contextOf = (certificates: object) => tlsOptionsOf({ ...DIRECT_NETWORK, ...certificates }).secureContext;
  const clientCertificate = { certificate: awsTls.cert, key: awsTls.key };

  it("are read once for all connections that have the same", () => {
    for (const certificates of [{ authorities: localhostTls.cert }, { clientCertificate }]) {
      assert.ok(contextOf(certificates));
      assert.equal(contextOf({ ...certificates }), contextOf(certificates));
    }
  });

  it("are those of each connection where they differ", () => {
    const contexts = [
      { authorities: localhostTls.cert },
      { authorities: awsTls.cert },
      { clientCertificate },
      { authorities: localhostTls.cert, clientCertificate },
    ].map(contextOf);
    assert.equal(new Set(contexts).size, contexts.length);
  });

  it("are Node's own where the agent has none", () => {
    assert.equal(contextOf({}), undefined);
  });
});
