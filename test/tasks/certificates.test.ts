import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { StepRequest } from "../../local/agent/agent.ts";
import { localhostTls } from "../../local/s3/localhost-tls.ts";
import { startTarget, type Target } from "../target.ts";
import { startTlsFront, type TlsFront } from "../tls-front.ts";
import { startTlsTarget, type TlsTarget } from "../tls-target.ts";
import { type RoundTrip, roundTrip } from "./network-step.ts";
import { runUpload, SourceFolder } from "./upload-step.ts";

describe("The tasks, with a store whose certificate a private authority has issued", () => {
  let target: Target;
  let secure: TlsTarget;
  let bucket: string;
  let files: SourceFolder;
  const file = (name: string) => `${files.path}/${name}`;

  before(async () => {
    target = await startTarget();
    secure = await startTlsTarget();
    bucket = await secure.newBucket();
    files = new SourceFolder().write({ "ca.pem": secure.ca });
  });
  after(async () => {
    await secure.stop();
    await target.stop();
    files.remove();
  });

  it("work with the agent's CA file", async () => {
    assertWhole(await go({ certificates: { ca: file("ca.pem") } }));
  });

  it("work with NODE_EXTRA_CA_CERTS, whatever other authority the agent has", async () => {
    assertWhole(await go({ env: { NODE_EXTRA_CA_CERTS: file("ca.pem") } }));
    files.write({ "other.pem": otherAuthority() });
    assertWhole(await go({ env: { NODE_EXTRA_CA_CERTS: file("ca.pem") }, certificates: { ca: file("other.pem") } }));
  });

  it("fail without, with the cause, and what to do", async () => {
    const { errors, output } = await go({});
    assert.equal(errors.length, 1, output);
    assert.match(
      errors[0] ?? "",
      /self-signed certificate\. The certificate of 127\.0\.0\.1 is not trusted\. Check the server URL of awsCredentials\. Or give the agent the certificate of its authority \(\.\/config\.sh --sslcacert\), or set NODE_EXTRA_CA_CERTS to that file in the env of the step\./,
    );
  });

  it("work where the agent checks no certificates, and warn once", async () => {
    const trip = await go({ certificates: { skipsValidation: true } });
    assertWhole(trip);
    for (const { issues } of trip.results) {
      assert.equal(issues.length, 1);
      assert.match(issues[0]?.message ?? "", /configured not to check certificates.* \[certificates-not-checked\]$/);
    }
  });

  it("work where the environment of the step has them not checked, and warn once", async () => {
    const trip = await go({ env: { NODE_TLS_REJECT_UNAUTHORIZED: "0" } });
    assertWhole(trip);
    for (const { issues } of trip.results) {
      assert.deepEqual([issues.length, issues[0]?.type], [1, "warning"]);
      assert.match(issues[0]?.message ?? "", /^NODE_TLS_REJECT_UNAUTHORIZED is 0 .* \[certificates-not-checked\]$/);
    }
  });

  const isNotFound =
    /^The agent's CA file \(\.\/config\.sh --sslcacert\) was not found: .*\[agent-certificate-not-found\]$/;

  it("continue without the agent's CA file where it is not there, and warn once", async () => {
    const trip = await go({ certificates: { ca: file("none.pem") }, env: { NODE_EXTRA_CA_CERTS: file("ca.pem") } });
    assertWhole(trip);
    for (const { issues } of trip.results) {
      assert.deepEqual([issues.length, issues[0]?.type], [1, "warning"]);
      assert.match(issues[0]?.message ?? "", isNotFound);
    }
  });

  it("trust the store in a container that mounts the agent's CA file, and in no other one", async () => {
    const ca = file("ca.pem");
    const source = new SourceFolder().write({ "a.txt": "a" });
    const upload = (volumes: string[]) =>
      runUpload(
        { ...target, ...secure },
        { bucketName: bucket, sourceFolder: source.path },
        { sourcesFolder: source.path, certificates: { ca }, container: { image: "node:20", volumes } },
      );
    try {
      const { result, issues } = await upload([]);
      assert.deepEqual([result, issues.map(({ type }) => type)], ["Failed", ["warning", "error"]]);
      assert.match(issues[0]?.message ?? "", isNotFound);
      assert.match(
        issues[1]?.message ?? "",
        /self-signed certificate\. The certificate of 127\.0\.0\.1 is not trusted.*\[certificate-not-trusted\]$/,
      );
      const mounted = await upload([`${ca}:${ca}:ro`]);
      assert.deepEqual([mounted.result, mounted.issues], ["Succeeded", []]);
    } finally {
      source.remove();
    }
  });

  describe("and that asks for certificates of its clients", () => {
    let front: TlsFront;
    before(async function () {
      try {
        makeClientCertificate();
      } catch {
        // There is no openssl.
        this.skip();
      }
      const issuer = readFileSync(file("client.pem"), "utf8");
      front = await startTlsFront(secure.url, { ...localhostTls, requestCert: true, ca: issuer });
      files.write({ "front.pem": localhostTls.cert });
    });
    after(() => front?.close());

    it("work with the agent's", async () => {
      const client = { certificate: file("client.pem"), key: file("client-key.pem"), archive: file("none") };
      const certificates = { ca: file("front.pem"), client: { ...client, password: "open sesame" } };
      const trip = await go({ certificates }, front.url);
      assertWhole(trip);
      assert.ok(!trip.output.includes("open sesame"));
    });

    it("fail without, and say which is missing", async () => {
      const { errors, output } = await go({ certificates: { ca: file("front.pem") } }, front.url);
      assert.equal(errors.length, 1, output);
      assert.match(
        errors[0] ?? "",
        /127\.0\.0\.1 requires a client certificate, or does not accept the one it got\. .*--sslclientcert/,
      );
    });

    function makeClientCertificate(): void {
      const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-passout", "pass:open sesame"];
      const output = ["-keyout", file("client-key.pem"), "-out", file("client.pem")];
      execFileSync("openssl", ["req", "-x509", "-subj", "/CN=agent", "-days", "2", ...key, ...output], {
        stdio: "pipe",
      });
    }
  });

  function go(step: Partial<StepRequest>, url = secure.url): Promise<RoundTrip> {
    return roundTrip({ ...target, ...secure, url }, bucket, { variables: { "System.Debug": "true" }, ...step });
  }

  function assertWhole({ errors, isWhole, output }: RoundTrip): void {
    assert.deepEqual([errors, isWhole], [[], true], output);
  }

  /** Any certificate that is not the store's. */
  function otherAuthority(): string {
    return secure.ca === localhostTls.cert ? OTHER : localhostTls.cert;
  }
});

/** Of an authority that issued nothing. Its key is lost. */
const OTHER = `-----BEGIN CERTIFICATE-----
MIIBdzCCAR2gAwIBAgIUGr0JKthXv0mgqtDXoOjzbErj/WcwCgYIKoZIzj0EAwIw
EDEOMAwGA1UEAwwFb3RoZXIwIBcNMjYxMTIxMDc1MzQwWhgPMjEyNjEwMjgwNzUz
NDBaMBAxDjAMBgNVBAMMBW90aGVyMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
MUWvSX+VtNAZn5acDs03vT3oEaXFFSatI5QCAQ//8OGNo0tuz9US8egkzO9+nBKH
28/JtqslPhEcr09tTrGyOKNTMFEwHQYDVR0OBBYEFDUvG1gCJdbKLghCWSdEsWjZ
AgsrMB8GA1UdIwQYMBaAFDUvG1gCJdbKLghCWSdEsWjZAgsrMA8GA1UdEwEB/wQF
MAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgBmb4XjdbDhEVtgjJ0rOcQNxn5qhS79Vw
/2rWYrq5eJUCIQC+n9V6C2cbfLUu4IxyPYts03vzh5AQ8tZPcXTIfNkpSQ==
-----END CERTIFICATE-----`;
