import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StepRequest } from "../../local/agent/agent.ts";
import { localhostTls } from "../../local/s3/localhost-tls.ts";
import { defaultCredential, type FaultRule, type S3Server, startS3Server } from "../../local/s3/server.ts";
import { amount } from "../amounts.ts";
import { type ForwardProxy, startForwardProxy } from "../stand-ins/proxy/forward-proxy.ts";
import { type EmbeddedTarget, startEmbeddedTarget } from "../target.ts";
import { runDownload } from "./download-step.ts";
import { runUpload, SourceFolder } from "./upload-step.ts";

const MIB = 1024 ** 2;
const files = {
  "a.txt": "a",
  "large.bin": Buffer.alloc(amount(40, 17) * MIB, "large"),
  "sub/b.bin": Buffer.alloc(300_000, "b"),
};

const passing: [title: string, faults: readonly FaultRule[]][] = [
  ["nothing does", []],
  [
    "connections are reset before and after the work is done",
    [
      { match: { operation: ["PutObject", "UploadPart"] }, times: 3, action: { kind: "reset" } },
      { match: { operation: "CompleteMultipartUpload" }, times: 1, action: { kind: "reset", when: "afterWork" } },
      { match: { operation: "GetObject" }, times: 3, action: { kind: "reset" } },
    ],
  ],
  [
    "answers are cut off",
    [
      { match: { operation: "GetObject", key: "large.bin" }, times: 2, action: { kind: "cutBody", afterBytes: MIB } },
      { match: { operation: "GetObject", key: "sub/b.bin" }, times: 2, action: { kind: "cutBody", afterBytes: 1000 } },
      { match: { operation: "ListObjectsV2" }, times: 1, action: { kind: "cutBody", afterBytes: 50 } },
    ],
  ],
  [
    "the server is busy",
    [
      { match: { operation: "PutObject" }, times: 2, action: { kind: "status", status: 503, code: "SlowDown" } },
      { match: { operation: "UploadPart" }, times: 2, action: { kind: "status", status: 500, code: "InternalError" } },
      { match: { operation: "GetObject" }, times: 2, action: { kind: "status", status: 503, code: "SlowDown" } },
    ],
  ],
];

const ways = [
  ["http", "through a proxy that passes answers on in chunks", "never"],
  ["https", "in tunnels through a proxy, with threads for large files", "always"],
] as const;
for (const [protocol, way, threads] of ways) {
  describe(`The tasks, ${way}, when things go wrong on the way`, () => {
    const bucket = `faults-${randomBytes(4).toString("hex")}`;
    let target: EmbeddedTarget;
    let server: S3Server;
    let proxy: ForwardProxy;
    let source: SourceFolder;
    let landing: string;
    let step: Pick<StepRequest, "proxy" | "certificates" | "env">;
    before(() => {
      source = new SourceFolder().write(files);
    });
    after(() => source.remove());
    beforeEach(async () => {
      server = await startS3Server(protocol === "https" ? { tls: localhostTls } : {});
      server.createBucket(bucket);
      target = { ...(await startEmbeddedTarget()), url: server.url, ...defaultCredential };
      proxy = await startForwardProxy({ sendsChunks: true });
      landing = mkdtempSync(join(tmpdir(), "proxy-faults-"));
      const env = { S3_TASKS_THREADS: threads };
      step = { proxy: { url: proxy.url }, certificates: { ca: join(landing, "ca.pem") }, env };
      writeFileSync(join(landing, "ca.pem"), localhostTls.cert);
    });
    afterEach(async () => {
      await target.stop();
      await server.close();
      await proxy.close();
      rmSync(landing, { recursive: true });
    });

    for (const [title, faults] of passing) {
      it(`bring files there and back whole where ${title}`, async () => {
        const ordered = faults.map((fault) => server.addFault(fault));
        const up = await runUpload(target, { bucketName: bucket, sourceFolder: source.path }, step);
        assert.deepEqual([up.result, up.issues], ["Succeeded", []], up.log.join("\n"));
        const to = join(landing, "files");
        const down = await runDownload(target, { bucketName: bucket, targetFolder: to }, step);
        assert.deepEqual([down.result, down.issues], ["Succeeded", []], down.log.join("\n"));
        for (const [name, content] of Object.entries(files)) {
          assert.ok(readFileSync(join(to, name)).equals(Buffer.from(content)), name);
        }
        for (const [index, { hits }] of ordered.entries()) assert.equal(hits, faults[index]?.times);
        const passed = protocol === "http" ? proxy.forwarded : proxy.tunnels;
        assert.ok(passed.length > 0);
      });
    }

    it("end quickly when they are cancelled", async () => {
      server.addFault({ match: { operation: "UploadPart" }, action: { kind: "hang" } });
      const cancel = new AbortController();
      const waiting = setInterval(() => {
        if (server.requests.some(({ operation }) => operation === "UploadPart")) cancel.abort();
      }, 20);
      const inputs = { bucketName: bucket, sourceFolder: source.path };
      const result = await runUpload(target, inputs, { ...step, cancel: cancel.signal });
      clearInterval(waiting);
      assert.deepEqual([result.result, result.exitCode], ["Canceled", 0], "it ended by itself, before it was killed");
    });
  });
}
