import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Example } from "./examples/run-example.ts";
import { codeBlocksOf } from "./markdown.ts";
import { root } from "./pages.ts";

/** The blocks of YAML of a page that are run, in their order. */
function pipelinesOf(page: string): readonly { readonly info: string; readonly code: string }[] {
  return codeBlocksOf(join(root, page)).filter(({ info }) => /^yaml(?: release)?$/.test(info));
}

async function withExample(code: string, hostType: "build" | "release", look: (example: Example) => Promise<void>) {
  const example = await Example.open(code, hostType);
  try {
    await look(example);
  } finally {
    await example.close();
  }
}

/** What a reader does who follows a page, and what comes of it. */
describe("Who follows the pages", () => {
  const [yaml, release] = pipelinesOf("docs/getting-started.md");

  it("has a first green run, and a second one in which the file is unchanged", async () => {
    // A fresh checkout has no folder that a script of an earlier run made.
    const code = yaml?.code.replace("mkdir out", "mkdir -p out") ?? "";
    await withExample(code, "build", async (example) => {
      const first = await example.run();
      assert.equal(first.result, "Succeeded", first.log.join("\n"));
      const said = first.log.filter((line) => /^(?:Uploaded|\d+ new file)/.test(line));
      assert.deepEqual(
        said.map((line) => line.replace(/ in [\d.]+ s .*/, "")),
        ["Uploaded 1 file, 6 B, to s3://my-bucket/www/", "1 new file at s3://my-bucket/www/"],
      );
      assert.deepEqual(await example.aws.objects("my-bucket"), { "www/hello.txt": "hello\n" });
      const second = await example.run();
      assert.ok(
        second.log.some((line) => line.includes("1 file unchanged")),
        second.log.join("\n"),
      );
    });
  });

  it("has a classic release that uploads its artifact", async () => {
    await withExample(release?.code ?? "", "release", async (example) => {
      const { result, log } = await example.run();
      assert.equal(result, "Succeeded", log.join("\n"));
      const keys = Object.keys(await example.aws.objects("my-bucket"));
      assert.deepEqual([keys.includes("www/index.html"), keys.every((key) => key.startsWith("www/"))], [true, true]);
    });
  });

  it("has a website on a bucket, whose address is an output", async () => {
    const [bucket] = pipelinesOf("docs/hosting.md");
    await withExample(bucket?.code ?? "", "build", async (example) => {
      const { result, log } = await example.run();
      assert.equal(result, "Succeeded", log.join("\n"));
      const host = "my-site.s3-website-us-east-1.amazonaws.com";
      assert.ok(log.includes(`http://${host}/`), log.join("\n"));
      assert.match(await example.aws.visit(host, "/"), /^200 <link/);
      assert.equal(await example.aws.visit(host, "/none"), "404 There is no such page.");
    });
  });

  const NAME_SERVERS = ["ns-1.example.net", "ns-2.example.org"];

  it("has a website with a domain that was bought elsewhere, with and without www", async () => {
    const [, domain] = pipelinesOf("docs/hosting.md");
    await withExample(domain?.code ?? "", "build", async (example) => {
      // The reader has created the zone, and entered its name servers at the registrar.
      const { result, warnings, log } = await example.run(NAME_SERVERS);
      assert.deepEqual([result, warnings], ["Succeeded", []], log.join("\n"));
      await assertDomainLeadsToSite(example);
    });
  });

  it("has the same with a hosted zone that the step creates", async () => {
    const [, domain] = pipelinesOf("docs/hosting.md");
    const code = domain?.code.replace(/hostedZoneId: \w+/, "createHostedZone: true") ?? "";
    await withExample(code, "build", async (example) => {
      const first = await example.run();
      assert.equal(first.result, "Succeeded", first.log.join("\n"));
      const [servers = []] = first.warnings.map((warning) => warning.match(/ns-\d\.example\.\w+/g) ?? []);
      assert.deepEqual(servers, NAME_SERVERS);
      assert.match(first.warnings.join(), /^The domain example\.com does not use its hosted zone yet/);
      // The reader enters these at the registrar, and runs the step again.
      const second = await example.run(servers);
      assert.deepEqual([second.result, second.warnings], ["Succeeded", []], second.log.join("\n"));
      await assertDomainLeadsToSite(example);
    });
  });

  async function assertDomainLeadsToSite({ aws }: Example): Promise<void> {
    assert.deepEqual(Object.keys(aws.records), ["example.com"]);
    assert.match(await aws.visit("www.example.com", "/"), /^200 <link/);
    assert.equal(await aws.visit("example.com", "/about.html"), "http://www.example.com/about.html");
  }
});

describe("Who follows docs/run-locally.md on a laptop", () => {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
  let folder: string;
  let server: ChildProcess;
  let shell: Record<string, string>;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "laptop-"));
    server = spawn(
      process.execPath,
      ["--import", tsx, at("local/s3/main.ts"), "--port", "0", "--bucket", "my-bucket"],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    shell = { PATH: process.env.PATH ?? "" };
    // What the server prints is pasted into another terminal.
    for await (const line of createInterface({ input: server.stdout as NodeJS.ReadableStream })) {
      const [, name, value] = /^\s*export (\w+)=(\S+)$/.exec(line) ?? [];
      if (name && value) shell[name] = value;
      if (name === "AWS_REGION" || Object.keys(shell).length > 4) break;
    }
  });
  after(async () => {
    server.kill("SIGINT");
    await once(server, "exit");
    rmSync(folder, { recursive: true });
  });

  it("runs a pipeline before it is pushed, with nothing but the printed variables", async () => {
    const [first] = pipelinesOf("docs/getting-started.md");
    writeFileSync(join(folder, "azure-pipelines.yml"), first?.code ?? "");
    const child = spawn(
      process.execPath,
      ["--import", tsx, at("local/task.ts"), "azure-pipelines.yml", "--tasks", at("dist/extension/tasks")],
      { cwd: folder, env: shell, stdio: ["ignore", "pipe", "pipe"] },
    );
    const [log, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
    assert.deepEqual([code, errors], [0, ""], log);
    assert.match(log, /\nUploaded 1 file,/);
    assert.match(log, /\nResult: Succeeded\n$/);
    assert.equal(existsSync(join(folder, "out/hello.txt")), true);
    assert.equal(readFileSync(join(folder, "out/hello.txt"), "utf8"), "hello\n");
  });
});
