import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StepRequest } from "../../../local/agent/agent.ts";
import { localhostTls } from "../../../local/s3/localhost-tls.ts";
import { type AzureDevOpsServer, startAzureDevOps, tokenAudience } from "../../stand-ins/azure-devops/server.ts";
import { type ForwardProxy, startForwardProxy } from "../../stand-ins/proxy/forward-proxy.ts";
import { createOidcIssuer } from "../../stand-ins/sts/oidc-issuer.ts";
import { runInTask } from "../run-in-task.ts";

const connection = { id: "5d1b6f0a-93a5-4a2e-8a37-0c6c1f1b2c3d", name: "store" };
const user = { name: "agent@example.com", password: "pass:word/of the proxy" };
const script = `
  import { readNetwork } from "../../src/agent/network.ts";
  import { createOidcTokens } from "../../src/agent/connection/oidc-token.ts";
  const tokens = createOidcTokens({
    serviceConnectionId: "${connection.id}",
    network: readNetwork(),
    userAgent: "the-extension/1.0.0 Task",
  });
  tokens.request().then(
    () => tokens.request().then(() => console.log("claims=" + JSON.stringify(tokens.latestClaims()))),
    (error) => console.log("error=" + error.message),
  );`;

describe("The pipeline's token, over TLS with a certificate of a private authority", function () {
  this.timeout(20_000);
  let azureDevOps: AzureDevOpsServer;
  let proxy: ForwardProxy;
  let folder: string;
  before(async () => {
    const issuer = createOidcIssuer("https://vstoken.dev.azure.com/local");
    azureDevOps = await startAzureDevOps({ issuer, connections: [connection], tls: localhostTls });
    proxy = await startForwardProxy({ user });
    folder = mkdtempSync(join(tmpdir(), "oidc-"));
    writeFileSync(join(folder, "ca.pem"), localhostTls.cert);
  });
  beforeEach(() => proxy.clear());
  after(async () => {
    await proxy.close();
    await azureDevOps.close();
    rmSync(folder, { recursive: true });
  });

  const claims = {
    issuer: "https://vstoken.dev.azure.com/local",
    subject: "sc://local/local/store",
    audience: tokenAudience,
  };
  const ask = async (step: Partial<StepRequest>, task = script) => {
    const { connection: system, variables } = azureDevOps.job;
    const { rawOutput } = await runInTask(task, { ...step, connections: [system], variables: { ...variables } });
    const [, kind, text = ""] = /^(claims|error)=(.*)$/m.exec(rawOutput) ?? [];
    return kind === "claims" ? JSON.parse(text) : text || rawOutput;
  };
  const withCa = () => ({ certificates: { ca: join(folder, "ca.pem") } });

  it("comes where the agent has the authority's file, and the list of resources is asked for once", async () => {
    const callsBefore = azureDevOps.calls.length;
    assert.deepEqual(await ask(withCa()), claims);
    const calls = azureDevOps.calls.slice(callsBefore);
    assert.deepEqual(
      calls.map(({ operation }) => operation),
      ["ListResources", "CreateOidcToken", "CreateOidcToken"],
    );
    for (const { headers } of calls) assert.equal(headers["user-agent"], "the-extension/1.0.0 Task");
  });

  it("comes where the agent looks at no certificates", async () => {
    assert.deepEqual(await ask({ certificates: { skipsValidation: true } }), claims);
  });

  it("does not come where the authority is unknown", async () => {
    assert.match(
      await ask({}),
      /^Azure DevOps issued no .*: no answer from 127\.0\.0\.1: self-signed certificate.*\. Check/,
    );
  });

  it("does not come where something else stands in its place", async () => {
    const message = JSON.stringify({ oidcToken: 7 });
    azureDevOps.addFault("CreateOidcToken", { kind: "status", status: 200, code: "", message }, 1);
    assert.match(await ask(withCa()), /^Azure DevOps issued no .*: its answer has no token .*\. Run the step/);
  });

  it("comes through the agent's proxy, whose password may have any character", async () => {
    const agent = { url: proxy.url, username: user.name, password: user.password };
    assert.deepEqual(await ask({ ...withCa(), proxy: agent }), claims);
    assert.ok(proxy.tunnels.length > 0);
  });

  it("does not come through a proxy that wants another password", async () => {
    const agent = { url: proxy.url, username: user.name, password: "another" };
    assert.match(
      await ask({ ...withCa(), proxy: agent }),
      /\(407\)\. Check the user name and password of the agent's proxy\.$/,
    );
  });

  it("comes through connections that are closed with the end of the step", async () => {
    const closing = `
      import { subscribe } from "node:diagnostics_channel";
      import { once } from "node:events";
      import { readNetwork } from "../../src/agent/network.ts";
      import { createOidcTokens } from "../../src/agent/connection/oidc-token.ts";
      const ended = new AbortController();
      const { signal } = ended;
      const sockets = new Set();
      subscribe("net.client.socket", ({ socket }) => sockets.add(socket));
      const connections = () => [...sockets].filter((socket) => !socket.closed);
      const settings = { serviceConnectionId: "${connection.id}", network: readNetwork(), userAgent: "test", signal };
      createOidcTokens(settings).request().then(async () => {
        const open = connections();
        const closed = Promise.all(open.map((socket) => once(socket, "close")));
        ended.abort();
        await closed;
        console.log("claims=" + JSON.stringify([open.length > 0, connections().length]));
      });`;
    const agent = { url: proxy.url, username: user.name, password: user.password };
    assert.deepEqual(await ask({ ...withCa(), proxy: agent }, closing), [true, 0]);
  });

  it("goes past the environment's proxy where the agent's list says so", async () => {
    const agent = { url: proxy.url, bypass: ["127\\.0\\.0\\.1"] };
    assert.deepEqual(await ask({ ...withCa(), proxy: agent, env: { HTTPS_PROXY: proxy.url } }), claims);
    assert.deepEqual(proxy.tunnels, []);
  });
});
