import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { TaskApi } from "../../../src/agent/azure-devops/clients.ts";
import { oidcTokenLocation } from "../../stand-ins/azure-devops/resource-locations.ts";

const MIB = 1024 ** 2;
const JSON_TYPE = { "content-type": "application/json; charset=utf-8" };

describe("the client of Azure DevOps", () => {
  let server: http.Server;
  let answer: (response: http.ServerResponse) => void;
  before(async () => {
    server = http.createServer((request, response) => {
      if (request.method !== "OPTIONS") return answer(response);
      return response.writeHead(200, JSON_TYPE).end(JSON.stringify({ count: 1, value: [oidcTokenLocation] }));
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const ask = (bodyTimeoutMs = 60_000) => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/org/`;
    const api = new TaskApi(bodyTimeoutMs, url, [], { allowRedirects: false });
    return api.createOidcToken({}, "project", "build", "plan", "job", "connection");
  };
  const send = (headers: http.OutgoingHttpHeaders, ...bodies: readonly (Buffer | string)[]) => {
    answer = (response) => {
      response.on("error", () => undefined).writeHead(200, headers);
      for (const body of bodies) response.write(body);
      response.end();
    };
  };
  const token = { oidcToken: "a.b.c" };

  it("reads answers, packed or not", async () => {
    send(JSON_TYPE, JSON.stringify(token));
    assert.equal((await ask()).oidcToken, "a.b.c");
    send({ ...JSON_TYPE, "content-encoding": "gzip" }, gzipSync(JSON.stringify(token)));
    assert.equal((await ask()).oidcToken, "a.b.c");
  });

  it("reads no more than 4 MiB", async () => {
    send(JSON_TYPE, ...Array.from({ length: 5 }, () => Buffer.alloc(MIB, " ")), JSON.stringify(token));
    await assert.rejects(ask(), { message: "its answer has more than 4 MiB" });
    send({ "content-type": "text/html" }, ...Array.from({ length: 5 }, () => Buffer.alloc(MIB, "<")));
    await assert.rejects(ask(), { message: "its answer has more than 4 MiB" });
  });

  it("unpacks no more than 4 MiB", async () => {
    send({ ...JSON_TYPE, "content-encoding": "gzip" }, gzipSync(Buffer.alloc(8 * MIB, " ")));
    await assert.rejects(ask(), { message: "its answer has more than 4 MiB" });
  });

  it("takes what cannot be unpacked for an answer that was cut off", async () => {
    for (const packed of [Buffer.from("no gzip"), gzipSync(JSON.stringify(token)).subarray(0, 15)]) {
      send({ ...JSON_TYPE, "content-encoding": "gzip" }, packed);
      await assert.rejects(ask(), { code: "ECONNRESET" });
    }
  });

  it("gives up an answer that comes drop by drop", async () => {
    answer = (response) => {
      response.on("error", () => undefined).writeHead(200, JSON_TYPE);
      const drops = setInterval(() => response.write(" "), 10);
      response.on("close", () => clearInterval(drops));
    };
    await assert.rejects(ask(200), { code: "ETIMEDOUT" });
  });
});
