import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StepRequest, StepResult } from "../../local/agent/agent.ts";
import { localhostTls } from "../../local/s3/localhost-tls.ts";
import { runInTask } from "./run-in-task.ts";

const password = "p@ss:/%41 word";
const encoded = "p%40ss%3A%2F%2541%20word";

/** The proxy of each URL as a task would see it, or what it fails with. */
async function proxiesOf(urls: readonly string[], request: Partial<StepRequest>) {
  const result = await runInTask(
    `
    import { readNetwork } from "../../src/agent/network.ts";
    try {
      const { proxyFor, proxySource } = readNetwork();
      const urls = ${JSON.stringify(urls)}.map((url) => proxyFor(new URL(url))?.href ?? "direct");
      console.log("result=" + Buffer.from(JSON.stringify([proxySource, ...urls])).toString("base64"));
    } catch (error) {
      console.log("error=" + Buffer.from(error.message).toString("base64"));
    }
  `,
    request,
  );
  const plain = (name: string) => Buffer.from(new RegExp(`${name}=(.*)`).exec(result.rawOutput)?.[1] ?? "", "base64");
  const error = String(plain("error"));
  return { result, error, seen: error ? [] : (JSON.parse(String(plain("result"))) as string[]) };
}

const S3 = "https://bucket.s3.amazonaws.com/";
const STORE = "http://store.example.com:9000/";

describe("the agent's network", () => {
  it("has its passwords masked before the task's first line", async () => {
    const secrets = ["agent-proxy-pw", "in-agent-url-pw", "https-env-pw", "http-env-pw", "certificate-pw"];
    const task = `
      import { log } from "../../src/agent/log.ts";
      import { runTask } from "../../src/agent/run-task.ts";
      void runTask(async () => {
        for (const secret of ${JSON.stringify(secrets)}) log.info("has " + secret);
        return { outputs: {}, errors: [] };
      });`;
    const { log } = await runInTask(task, {
      variables: { "System.Debug": "true" },
      proxy: { url: `http://me:${secrets[1]}@proxy:3128`, username: "me", password: secrets[0] },
      certificates: { client: { certificate: "c.pem", key: "k.pem", archive: "a.pfx", password: secrets[4] } },
      env: {
        HTTPS_PROXY: `http://me:${secrets[2]}@proxy:3128`,
        http_proxy: `http://me:${secrets[3]}@proxy:3128`,
      },
    });
    assert.equal(log.filter((line) => line === "has ***").length, secrets.length, log.join("\n"));
    assert.ok(!log.some((line) => secrets.some((secret) => line.includes(secret))), log.join("\n"));
  });

  it("has no proxy by itself", async () => {
    assert.deepEqual((await proxiesOf([S3, STORE], {})).seen, ["environment", "direct", "direct"]);
  });

  it("is behind the agent's proxy, whose user and password are encoded, before that of the environment", async () => {
    const { seen } = await proxiesOf([S3, STORE, "https://git.example.com/", "https://GIT.example.org/a"], {
      proxy: { url: "http://proxy:3128", username: "corp\\me", password, bypass: ["git\\.example\\.", " "] },
      env: { HTTPS_PROXY: "http://other:1", NO_PROXY: "*" },
    });
    const proxy = `http://corp%5Cme:${encoded}@proxy:3128/`;
    assert.deepEqual(seen, ["agent", proxy, proxy, "direct", "direct"]);
  });

  it("is behind the proxies of the environment, in either case, except for what NO_PROXY names", async () => {
    const { seen } = await proxiesOf([S3, STORE, "http://a.internal/", "https://10.1.2.3/"], {
      env: {
        https_proxy: "https://me:100%@proxy.example:8443",
        HTTP_PROXY: "proxy.example:3128",
        NO_PROXY: "internal,10.0.0.0/8",
      },
    });
    assert.deepEqual(seen, [
      "environment",
      "https://me:100%25@proxy.example:8443/",
      "http://proxy.example:3128/",
      "direct",
      "direct",
    ]);
  });

  it("takes a percent sign in a password as it is, also beside characters that a URL encodes", async () => {
    for (const [written, sent] of [
      ["100%^x", "100%^x"],
      ["50%=ü", "50%=ü"],
      ["%41%", "A%"],
    ] as const) {
      const { seen } = await proxiesOf([S3], { env: { HTTPS_PROXY: `http://me:${written}@proxy:3128/` } });
      assert.equal(decodeURIComponent(new URL(seen[1] ?? "").password), sent);
    }
  });

  it("is past the agent's proxy for what its no_proxy says, wildcards in front and dots escaped", async () => {
    const urls = [
      S3,
      "https://git.corp.local/",
      "https://corp.local/",
      "https://xcorp.local/",
      "https://a.b.example:81/",
    ];
    const bypass = ["*\\.corp\\.local", "*.b.example:81", "*["];
    const { seen, result } = await proxiesOf(urls, { proxy: { url: "http://proxy:1", bypass } });
    const proxy = "http://proxy:1/";
    assert.deepEqual(seen, ["agent", proxy, "direct", proxy, proxy, "direct"]);
    assert.deepEqual(
      result.issues.map(({ message }) => message),
      [
        'These entries of the agent\'s list of proxy exceptions (.proxybypass or no_proxy) are not regular expressions and are ignored: "*[". Correct them, for example .*\\.example\\.com, and restart the agent. [proxy-exception-ignored]',
      ],
    );
    const all = await proxiesOf([S3, STORE], { proxy: { url: "http://proxy:1", bypass: ["*"] } });
    assert.deepEqual([all.seen, all.result.issues], [["agent", "direct", "direct"], []]);
  });

  const passwordSources: [title: string, request: Partial<StepRequest>][] = [
    ["of the agent's proxy", { proxy: { url: "http://proxy:3128", username: "me", password } }],
    ["in the agent's URL", { proxy: { url: `http://me:${encoded}@proxy:3128` } }],
    ["in HTTPS_PROXY", { env: { HTTPS_PROXY: `http://me:${encoded}@proxy:3128` } }],
  ];
  for (const [title, request] of passwordSources) {
    it(`has its password masked, in all spellings: ${title}`, async () => {
      const spellings = [password, encoded, Buffer.from(`me:${password}`).toString("base64")];
      const script = `
        import { readNetwork } from "../../src/agent/network.ts";
        readNetwork();
        for (const spelling of ${JSON.stringify(spellings)}) console.log("seen " + spelling);
      `;
      const { log } = await runInTask(script, request);
      assert.equal(log.filter((line) => line === "seen ***").length, 3, log.join("\n"));
    });
  }

  const malformed: [title: string, request: Partial<StepRequest>, message: RegExp][] = [
    [
      "a proxy that is no URL",
      { proxy: { url: "http://me:secret@" } },
      /^The agent's proxy \(\.\/config\.sh --proxyurl\) is not a URL: "http:\/\/"/,
    ],
    [
      "a SOCKS proxy",
      { env: { HTTPS_PROXY: "socks5://me:secret@proxy:1080" } },
      /^The environment variable HTTPS_PROXY has a URL that the task cannot use: "socks5:\/\/proxy:1080"/,
    ],
    [
      "exceptions that are no list",
      { proxy: { url: "http://proxy:1" }, variables: { "Agent.ProxyBypassList": "{" } },
      /is not a list in JSON/,
    ],
  ];
  for (const [title, request, message] of malformed) {
    it(`is refused with the setting's name: ${title}`, async () => {
      const { error } = await proxiesOf([S3], request);
      assert.match(error, message);
      assert.doesNotMatch(error, /secret/);
    });
  }
});

describe("the agent's certificates", () => {
  let folder: string;
  let file: (name: string) => string;
  before(function () {
    folder = mkdtempSync(join(tmpdir(), "certificates-"));
    file = (name) => join(folder, name);
    writeFileSync(file("ca.pem"), localhostTls.cert);
    writeFileSync(file("key.pem"), localhostTls.key);
    writeFileSync(file("text"), "text");
    try {
      const lock = ["pkcs8", "-topk8", "-in", file("key.pem"), "-out", file("locked.pem"), "-passout", "pass:right"];
      execFileSync("openssl", lock, { stdio: "pipe" });
      execFileSync("openssl", ["genpkey", "-algorithm", "ED25519", "-out", file("other.pem")], { stdio: "pipe" });
    } catch {
      this.skip();
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("are read, with the passphrase", async () => {
    const result = await read({ ca: file("ca.pem"), client: client("locked.pem", "right") });
    assert.deepEqual(result.shown, ["authorities", "clientCertificate", "skipsValidation"]);
    assert.deepEqual(result.issues, []);
  });

  it("that are not checked are told of in one warning", async () => {
    const { issues } = await read({ skipsValidation: true });
    assert.deepEqual(issues.length, 1);
    assert.match(issues[0] ?? "", /--sslskipcertvalidation.*--sslcacert/);
  });

  const client = (key: string, password?: string) => ({
    certificate: file("ca.pem"),
    key: file(key),
    archive: file("none"),
    password,
  });
  const missing: [title: string, setting: string, certificates: () => StepRequest["certificates"]][] = [
    ["CA file", "The agent's CA file (./config.sh --sslcacert)", () => ({ ca: file("none") })],
    [
      "client certificate",
      "The agent's client certificate (./config.sh --sslclientcert)",
      () => ({ client: { ...client("key.pem"), certificate: file("none") } }),
    ],
    [
      "key of the client certificate",
      "The key of the agent's client certificate (./config.sh --sslclientcertkey)",
      () => ({ client: client("none") }),
    ],
  ];
  for (const [title, setting, certificates] of missing) {
    it(`are done without, with a warning that says how to mount them, where there is no ${title}`, async () => {
      const path = file("none");
      assert.deepEqual(await read(certificates()), {
        shown: ["skipsValidation"],
        issues: [
          `${setting} was not found: ${path}. The step continues without it. If this is a container job: the agent mounts only its own folders. Mount the file too, with "volumes: [${path}:${path}:ro]" of the container, or run the step on the agent's machine, with "target: host". Otherwise correct the path in the agent's configuration. [agent-certificate-not-found]`,
        ],
      });
    });
  }

  const wrong: [title: string, certificates: () => StepRequest["certificates"], message: RegExp][] = [
    [
      "a CA file that is a folder",
      () => ({ ca: folder }),
      /^The agent's CA file \(\.\/config\.sh --sslcacert\) cannot be read: EISDIR.* Check that the agent's user may read it\.$/,
    ],
    [
      "a CA file of something else",
      () => ({ ca: file("text") }),
      /^The agent's CA file .* has no certificate in PEM format/,
    ],
    [
      "a wrong passphrase",
      () => ({ client: client("locked.pem", "wrong") }),
      /--sslclientcertkey.* cannot be opened with the agent's passphrase/,
    ],
    ["no passphrase", () => ({ client: client("locked.pem") }), /is encrypted, and the agent has no passphrase/],
    ["a key of another certificate", () => ({ client: client("other.pem") }), /does not belong to the certificate/],
    ["a key that is none", () => ({ client: client("text") }), /is not a private key in PEM/],
  ];
  for (const [title, certificates, message] of wrong) {
    it(`are refused with the setting's name: ${title}`, async () => {
      assert.match((await read(certificates())).shown.join(), message);
    });
  }

  async function read(certificates: StepRequest["certificates"]) {
    const script = `
      import { readNetwork } from "../../src/agent/network.ts";
      try {
        const { authorities, clientCertificate, skipsValidation } = readNetwork();
        const read = { authorities, clientCertificate, skipsValidation };
        console.log("result=" + JSON.stringify(Object.keys(read).filter((key) => read[key] !== undefined)));
      } catch (error) {
        console.log("result=" + JSON.stringify([error.message]));
      }
    `;
    const result: StepResult = await runInTask(script, { certificates });
    const shown = JSON.parse(/^result=(.*)$/m.exec(result.rawOutput)?.[1] ?? "[]") as string[];
    return { shown, issues: result.issues.map(({ message }) => message) };
  }
});
