import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { awsErrorCode } from "../../src/errors/aws-codes.ts";
import { CodedError, codeOf } from "../../src/errors/coded-error.ts";
import { printed } from "../../src/errors/coded-message.ts";
import { ERROR_CODES } from "../../src/errors/error-codes.ts";
import { connectionErrorCode } from "../../src/errors/system-codes.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const LIST = join("src", "errors", "error-codes.ts");
const sources = ["src", "tasks"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => ({ path: join(folder, path), text: readFileSync(join(root, folder, path), "utf8") })),
);

describe("the list of error codes", () => {
  it("has codes in words, each with a sentence that says what it means", () => {
    for (const [code, meaning] of Object.entries(ERROR_CODES)) {
      assert.match(code, /^[a-z]+(-[a-z]+)*$/);
      assert.match(meaning, /^[A-Z][^\n]*\.$/, code);
    }
  });

  it("says of no two codes the same", () => {
    const meanings = Object.values(ERROR_CODES);
    assert.equal(new Set(meanings).size, meanings.length);
  });

  it("has no code that no source uses", () => {
    const texts = sources.filter(({ path }) => path !== LIST).map(({ text }) => text);
    const unused = Object.keys(ERROR_CODES).filter((code) => !texts.some((text) => text.includes(`"${code}"`)));
    assert.deepEqual(unused, []);
  });
});

describe("the code that the agent prints", () => {
  it("has no value of a service connection in it, which the agent would mask", () => {
    const extension: unknown = JSON.parse(readFileSync(join(root, "vss-extension.json"), "utf8"));
    const values = valuesBelow(extension, "authenticationSchemes");
    assert.ok(values.includes("agent-identity"), values.join());
    const masked = Object.keys(ERROR_CODES).filter((code) => values.some((value) => code.includes(value)));
    assert.deepEqual(masked, []);
  });
});

describe("the classes of errors", () => {
  it("each set their own name, which a minified bundle keeps", () => {
    const classes = sources.flatMap(({ text }) => [
      ...text.matchAll(/^(?:export )?class (\w+) extends \w*Error \{\n(?:.*\n)*?\}$/gm),
    ]);
    assert.ok(classes.length > 20, "the classes are found");
    const nameless = classes.filter(([body, name]) => !body.includes(`override readonly name: string = "${name}";`));
    assert.deepEqual(
      nameless.map(([, name]) => name),
      [],
    );
  });
});

describe("the code of an error", () => {
  it("stands in brackets at the end of what is printed", () => {
    const error = new CodedError("bucket-not-found", "There is no bucket.");
    assert.deepEqual([error.name, error.message], ["CodedError", "There is no bucket."]);
    assert.equal(printed(error), "There is no bucket. [bucket-not-found]");
  });

  const errors: [title: string, error: unknown, code: string][] = [
    ["its own", new CodedError("quota-exceeded", "Full."), "quota-exceeded"],
    ["that of the file system's failure", Object.assign(new Error("no space"), { code: "ENOSPC" }), "disk-full"],
    ["unexpected where nothing is known of it", new TypeError("x is not a function"), "unexpected"],
    ["unexpected where it is no error", "a text", "unexpected"],
  ];
  for (const [title, error, code] of errors) it(`is ${title}`, () => assert.equal(codeOf(error), code));

  const refusals: [awsCode: string, status: number, code: string][] = [
    ["NoSuchBucket", 404, "bucket-not-found"],
    ["AccessDenied", 403, "access-denied"],
    ["SlowDown", 503, "slow-down"],
    ["InternalError", 500, "server-error"],
    ["InvalidArgument", 400, "request-refused"],
    ["constructor", 400, "request-refused"],
  ];
  for (const [awsCode, status, code] of refusals) {
    it(`of a refusal with ${status} ${awsCode} is ${code}`, () => assert.equal(awsErrorCode(awsCode, status), code));
  }

  const connections: [systemCode: string, code: string][] = [
    ["ENOTFOUND", "name-not-found"],
    ["ECONNREFUSED", "no-connection"],
    ["ECONNRESET", "connection-lost"],
    ["HPE_INVALID_EOF_STATE", "connection-lost"],
    ["ETIMEDOUT", "connection-timed-out"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "certificate-not-trusted"],
    ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "certificate-not-trusted"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "certificate-not-trusted"],
    ["CERT_HAS_EXPIRED", "certificate-expired"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "certificate-name-wrong"],
    ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "client-certificate-refused"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "protocol-wrong"],
    ["HPE_INVALID_CONSTANT", "protocol-wrong"],
    ["EHOSTUNREACH", "no-connection"],
  ];
  for (const [systemCode, code] of connections) {
    it(`of a connection that failed by ${systemCode} is ${code}`, () =>
      assert.equal(connectionErrorCode(systemCode), code));
  }
});

/** The values that the lists below a key of the manifest offer. */
function valuesBelow(manifest: unknown, key: string): string[] {
  if (typeof manifest !== "object" || manifest === null) return [];
  return Object.entries(manifest).flatMap(([name, value]) =>
    name === key ? possibleValues(value) : valuesBelow(value, key),
  );
}

function possibleValues(node: unknown): string[] {
  if (typeof node !== "object" || node === null) return [];
  if ("possibleValues" in node) return (node.possibleValues as { value: string }[]).map(({ value }) => value);
  return Object.values(node).flatMap(possibleValues);
}
