import assert from "node:assert/strict";
import { createOidcIssuer, readClaims } from "../sts/oidc-issuer.ts";
import { type AzureDevOpsServer, startAzureDevOps, tokenAudience } from "./server.ts";

const issuer = createOidcIssuer("https://vstoken.dev.azure.com/local");
const connection = { id: "5d1b6f0a-93a5-4a2e-8a37-0c6c1f1b2c3d", name: "store" };

describe("The stand-in for Azure DevOps", () => {
  let server: AzureDevOpsServer;
  before(async () => {
    server = await startAzureDevOps({ issuer, connections: [connection], tokenSeconds: 60 });
  });
  after(() => server.close());

  interface Request {
    readonly bearer?: string | undefined;
    readonly accept?: string;
    readonly planId?: string | undefined;
    readonly serviceConnectionId?: string;
  }

  const ask = async (request: Request = {}) => {
    const { variables, connection: system } = server.job;
    const { bearer = system.parameters.AccessToken, accept = "application/json;api-version=7.2-preview.1" } = request;
    const { planId = variables["System.PlanId"], serviceConnectionId = connection.id } = request;
    const path = `${variables["System.TeamProjectId"]}/_apis/distributedtask/hubs/build/plans/${planId}/jobs/${variables["System.JobId"]}/oidctoken`;
    const headers = { authorization: `Bearer ${bearer}`, accept, "content-type": "application/json" };
    const url = `${server.collectionUrl}${path}?serviceConnectionId=${serviceConnectionId}`;
    const response = await fetch(url, { method: "POST", headers, body: "{}" });
    const text = await response.text();
    return { status: response.status, text, content: text.startsWith("{") ? JSON.parse(text) : undefined };
  };

  it("issues tokens that name the service connection, and live as long as it says", async () => {
    const { status, content } = await ask();
    assert.equal(status, 200);
    assert.ok(issuer.hasSigned(content.oidcToken));
    const { iss, sub, aud, iat = 0, exp = 0 } = readClaims(content.oidcToken) ?? {};
    assert.deepEqual([iss, sub, aud, exp - iat], [issuer.url, "sc://local/local/store", tokenAudience, 60]);
  });

  it("asks who asks", async () => {
    assert.equal((await ask({ bearer: "another" })).status, 401);
  });

  it("wants a version that it has, and to be told that it is a preview", async () => {
    for (const accept of ["application/json", "application/json;api-version=9.0-preview.1", "a/b;api-version=7.1"]) {
      const { status, content } = await ask({ accept });
      assert.equal(status, 400, accept);
      assert.match(content.message, /version/);
    }
    assert.equal((await ask({ accept: "application/json;api-version=7.1-preview.1" })).status, 200);
  });

  it("knows the one job, and its connections", async () => {
    assert.equal((await ask({ planId: "another" })).status, 404);
    assert.equal((await ask({ serviceConnectionId: "another" })).status, 404);
  });
});
