import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import type { ServiceConnection, StepRequest } from "../../local/agent/agent.ts";
import { startTarget, type Target } from "../target.ts";
import { connectionTo } from "./store-step.ts";
import { unprivilegedNode } from "./unprivileged-node.ts";
import { listKeys, runUpload, SourceFolder } from "./upload-step.ts";

/** One wrong input, and the error that the step shows. */
interface Case {
  readonly wrong: string;
  readonly inputs?: Record<string, string>;
  readonly connection?: (right: ServiceConnection) => ServiceConnection;
  readonly step?: Partial<StepRequest>;
  /** All error messages, request ids cut out; `SOURCE`, `BUCKET`, `HOST` and `URL` stand for the test's own. */
  readonly errors: readonly string[];
  /** Servers that answer otherwise, with what they say instead. */
  readonly elsewhere?: Readonly<Record<string, readonly string[] | "works">>;
}

const with_ = (change: Partial<ServiceConnection>) => (right: ServiceConnection) => ({ ...right, ...change });
const STOPPED = "1 of 1 files are not uploaded.";

const inputCases: Case[] = [
  {
    wrong: "a missing folder",
    inputs: { sourceFolder: "SOURCE/missing" },
    errors: [
      "sourceFolder: there is no file or folder SOURCE/missing. Check the path, and that an earlier step of the job creates it. [file-not-found]",
    ],
  },
  {
    wrong: "an empty bucket name",
    inputs: { bucketName: "" },
    errors: ["bucketName: it is empty. Enter the name of a bucket. [input-required]"],
  },
  {
    wrong: "a URI as bucket name",
    inputs: { bucketName: "s3://bucket/site" },
    errors: [
      'bucketName: "s3://bucket/site" is a URI. Enter only the name of the bucket, and the rest in targetFolder. [bucket-name-invalid]',
    ],
  },
  {
    wrong: "a bucket name with a prefix",
    inputs: { bucketName: "bucket/site" },
    errors: [
      'bucketName: "bucket/site" has a /. Enter only the name of the bucket, and the rest in targetFolder. [bucket-name-invalid]',
    ],
  },
  {
    wrong: "a bucket name that is none",
    inputs: { bucketName: "my bucket" },
    errors: [
      'bucketName: "my bucket" is not a bucket name. Use 3 to 63 lower-case letters, digits, dots and hyphens. [bucket-name-invalid]',
    ],
  },
  {
    wrong: "a directory bucket",
    inputs: { bucketName: "logs--use1-az4--x-s3" },
    errors: [
      'bucketName: "logs--use1-az4--x-s3" is a directory bucket, which this task does not support. Use a general purpose bucket. [bucket-type-not-supported]',
    ],
  },
  {
    wrong: "a malformed pattern",
    inputs: { globExpressions: "**\n!src/[ab\nC:\\out\\**" },
    errors: [
      'globExpressions: pattern "!src/[ab": it has a [ that is not closed. Write \\[ for the character itself. [pattern-invalid]',
      'globExpressions: pattern "C:\\out\\**": it starts at the root of a disk. Write it relative to sourceFolder. [pattern-invalid]',
    ],
  },
  {
    wrong: "patterns that match nothing",
    inputs: { globExpressions: "**/*.none" },
    errors: [
      "globExpressions: no file matches. Check the patterns and sourceFolder, and that an earlier step created the files. [no-files-found]",
    ],
  },
  {
    wrong: "a region that is none",
    inputs: { regionName: "Europe (Ireland)" },
    errors: ['regionName: "Europe (Ireland)" is not a region. Enter its code, for example eu-west-1. [region-invalid]'],
  },
  {
    wrong: "no region for Amazon S3",
    connection: with_({ url: "https://s3.amazonaws.com/", data: {} }),
    errors: [
      "regionName: it is empty, and the service connection names no region. Enter the region of the bucket, for example eu-west-1. [region-required]",
    ],
  },
  {
    wrong: "a server URL that is none",
    connection: with_({ url: "minio.example.com" }),
    errors: [
      'awsCredentials: its server URL "minio.example.com" is not a URL. Enter https://s3.amazonaws.com/ for Amazon S3, or the URL of your server. [url-invalid]',
    ],
  },
  {
    wrong: "a server URL of another protocol",
    connection: with_({ url: "ftp://store.example.com/" }),
    errors: [
      'awsCredentials: its server URL "ftp://store.example.com/" does not start with https:// or http://. Enter https://s3.amazonaws.com/ for Amazon S3, or the URL of your server. [url-invalid]',
    ],
  },
  {
    wrong: "an addressing style that is none",
    connection: with_({ data: { addressingStyle: "sideways" } }),
    errors: ['awsCredentials: its addressing style is "sideways". Choose auto, path or virtual. [input-not-in-list]'],
  },
  {
    wrong: "a connection without keys",
    connection: with_({ parameters: { username: "", password: "" } }),
    errors: [
      "awsCredentials: its access key ID is empty. Enter it in the service connection. [access-key-incomplete]",
      "awsCredentials: its secret access key is empty. Enter it in the service connection. [access-key-incomplete]",
    ],
  },
  {
    wrong: "a connection of another scheme",
    connection: with_({ scheme: "Token", parameters: {} }),
    errors: [
      'awsCredentials: its authentication scheme is "Token". This task needs access keys, or no stored secret. Create the service connection again with one of the two. [service-connection-not-supported]',
    ],
  },
  {
    wrong: "a connection that the job does not have",
    step: { connections: [] },
    errors: [
      "awsCredentials: the agent did not give this service connection to the step. Check its name, and that the pipeline may use it. If the run builds a pull request from a fork: forks get no service connections, unless the pipeline's settings allow it. [service-connection-not-found]",
    ],
  },
  {
    wrong: "a pattern with backslashes between folders",
    inputs: { globExpressions: "**\n!**\\*.pem" },
    errors: ['globExpressions: pattern "!**\\*.pem": it has a \\. Write / between folders. [pattern-invalid]'],
  },
  {
    wrong: "dots for a bucket name",
    inputs: { bucketName: ".." },
    errors: [
      'bucketName: ".." is not a bucket name. Use 3 to 63 lower-case letters, digits, dots and hyphens. [bucket-name-invalid]',
    ],
  },
  {
    wrong: "a device as source",
    inputs: { sourceFolder: "/dev/null" },
    errors: ["sourceFolder: /dev/null is neither a file nor a folder. [path-invalid]"],
  },
  {
    wrong: "a target folder that is none",
    inputs: { targetFolder: "a/../b\\c" },
    errors: ['targetFolder: "a/../b/c" has .. as a folder, which S3 does not resolve. [path-invalid]'],
  },
  {
    wrong: "an access key with an invisible character",
    connection: (right) => ({ ...right, parameters: { ...right.parameters, username: "AKIA\u200bEXAMPLE" } }),
    errors: [
      "awsCredentials: one of its keys has a character that keys cannot have, perhaps an invisible one. Enter it in the service connection again. [access-key-invalid]",
    ],
  },
  {
    wrong: "a multi-region access point",
    inputs: { bucketName: "arn:aws:s3::123456789012:accesspoint:mfzwi23gnjvgw.mrap", regionName: "eu-west-1" },
    connection: with_({ url: "https://s3.amazonaws.com/" }),
    errors: [
      "bucketName: its requests need a kind of signature that this task does not support. [endpoint-not-available]",
    ],
  },
  {
    wrong: "several inputs at once",
    inputs: { bucketName: "a/b", sourceFolder: "SOURCE/none", globExpressions: "{a", regionName: "?" },
    errors: [
      'bucketName: "a/b" has a /. Enter only the name of the bucket, and the rest in targetFolder. [bucket-name-invalid]',
      'regionName: "?" is not a region. Enter its code, for example eu-west-1. [region-invalid]',
      "sourceFolder: there is no file or folder SOURCE/none. Check the path, and that an earlier step of the job creates it. [file-not-found]",
      'globExpressions: pattern "{a": it has a { that is not closed. Write \\{ for the character itself. [pattern-invalid]',
    ],
  },
];

const serverCases: Case[] = [
  {
    wrong: "an unknown bucket",
    inputs: { bucketName: "nobody-has-this-one" },
    errors: [
      `Upload to s3://nobody-has-this-one/ failed: The specified bucket does not exist (404 NoSuchBucket). Check bucketName: there is no bucket "nobody-has-this-one" in this store, or in this AWS account and region. Also check that awsCredentials is the right service connection. ${STOPPED} [bucket-not-found]`,
    ],
    elsewhere: {
      radosgw: [
        `Upload to s3://nobody-has-this-one/ failed: the server gave no reason (404 NoSuchBucket). Check bucketName: there is no bucket "nobody-has-this-one" in this store, or in this AWS account and region. Also check that awsCredentials is the right service connection. ${STOPPED} [bucket-not-found]`,
      ],
    },
  },
  {
    wrong: "an unknown access key",
    connection: (right) => ({ ...right, parameters: { ...right.parameters, username: "AKIANOBODYHASTHISKEY" } }),
    errors: [
      `Upload to s3://BUCKET/ failed: The AWS Access Key Id you provided does not exist in our records (403 InvalidAccessKeyId). Check the access key ID in the service connection (awsCredentials). This server does not know it. Temporary keys also need their session token. ${STOPPED} [access-key-not-found]`,
    ],
    elsewhere: {
      versitygw: [
        `Upload to s3://BUCKET/ failed: No user exists with the provided access key ID (404 XAdminUserNotFound). Check the access key ID in the service connection (awsCredentials). This server does not know it. Temporary keys also need their session token. ${STOPPED} [access-key-not-found]`,
      ],
      radosgw: [
        `Upload to s3://BUCKET/ failed: the server gave no reason (403 InvalidAccessKeyId). Check the access key ID in the service connection (awsCredentials). This server does not know it. Temporary keys also need their session token. ${STOPPED} [access-key-not-found]`,
      ],
    },
  },
  {
    wrong: "a wrong secret key",
    connection: (right) => ({
      ...right,
      parameters: { ...right.parameters, password: "wrong/secret/key/wrong/secret/key/wrong" },
    }),
    errors: [
      `Upload to s3://BUCKET/ failed: The request signature we calculated does not match the signature you provided. Check your key and signing method (403 SignatureDoesNotMatch). Check the secret access key in the service connection (awsCredentials). It does not belong to the access key ID. ${STOPPED} [secret-key-wrong]`,
    ],
    elsewhere: {
      radosgw: [
        `Upload to s3://BUCKET/ failed: the server gave no reason (403 SignatureDoesNotMatch). Check the secret access key in the service connection (awsCredentials). It does not belong to the access key ID. ${STOPPED} [secret-key-wrong]`,
      ],
    },
  },
  {
    wrong: "an address where nothing listens",
    connection: with_({ url: "http://127.0.0.1:1" }),
    errors: [
      `Upload to s3://BUCKET/ failed: no answer from 127.0.0.1: connect ECONNREFUSED 127.0.0.1:1. Check that the server URL of awsCredentials is right, and that this machine reaches 127.0.0.1. ${STOPPED} [no-connection]`,
    ],
  },
  {
    wrong: "a host that does not exist",
    connection: with_({ url: "http://store.invalid" }),
    errors: [
      `Upload to s3://BUCKET/ failed: no answer from store.invalid: getaddrinfo ENOTFOUND store.invalid. The name store.invalid is not known. Check the server URL of awsCredentials, and regionName. ${STOPPED} [name-not-found]`,
    ],
  },
  {
    wrong: "https where the server speaks http",
    connection: (right) => ({ ...right, url: right.url.replace("http:", "https:") }),
    errors: [
      `Upload to s3://BUCKET/ failed: no answer from 127.0.0.1: wrong version number. The server uses another protocol. Check http or https, and the port, in the server URL of awsCredentials. ${STOPPED} [protocol-wrong]`,
    ],
  },
];

describe("AwsS3Upload, given wrong inputs, fails with one clear error for each", () => {
  let target: Target;
  let bucket: string;
  let source: SourceFolder;
  before(async () => {
    target = await startTarget();
    bucket = await target.newBucket();
    source = new SourceFolder().write({ "a.txt": "a" });
  });
  after(async () => {
    source.remove();
    await target.stop();
  });

  for (const example of inputCases) {
    it(example.wrong, async () => {
      target.server?.clearRequests();
      assert.deepEqual(await errorsOf(example), expected(example.errors));
      assert.deepEqual(target.server?.requests ?? [], [], "nothing may be sent");
    });
  }

  for (const example of serverCases) {
    for (const overwrite of ["changed", "always"]) {
      it(`${example.wrong} (found out by asking the server, with overwrite: ${overwrite})`, async () => {
        const wanted = example.elsewhere?.[target.name] ?? example.errors;
        const found = await errorsOf({ ...example, inputs: { ...example.inputs, overwrite } });
        // What is found out by the listing is told of it.
        const inListing = (message: string) => message.replace("Upload to", "Listing").replace(` ${STOPPED}`, "");
        const messages = wanted === "works" ? [] : overwrite === "always" ? wanted : wanted.map(inListing);
        assert.deepEqual(found, expected(messages));
      });
    }
  }

  describe("(as a user whom permissions bind)", () => {
    let folder: SourceFolder;
    let nodePath: string;
    before(function () {
      folder = new SourceFolder();
      const found = unprivilegedNode(folder.path);
      if (!found) this.skip();
      nodePath = found;
    });
    after(() => folder.remove());

    it("a file that cannot be read: the others are uploaded", async () => {
      folder.write({ "files/a.txt": "a", "files/locked.txt": "x", "files/z.txt": "z" });
      chmodSync(join(folder.path, "files/locked.txt"), 0);
      const result = await uploadFrom("files");
      assert.deepEqual(result.errors, [
        "locked.txt was not uploaded: EACCES: permission denied, open 'SOURCE/locked.txt'. Check that the agent's user has access there. [file-access-denied]",
      ]);
      assert.deepEqual(result.keys, ["files/a.txt", "files/z.txt"]);
      assert.equal(result.filesUploaded, "2");
    });

    it("a folder that cannot be read: nothing is uploaded, since it is unknown what is missing", async () => {
      folder.write({ "folders/a.txt": "a", "folders/locked/b.txt": "b" });
      chmodSync(join(folder.path, "folders/locked"), 0);
      const result = await uploadFrom("folders");
      chmodSync(join(folder.path, "folders/locked"), 0o700);
      assert.deepEqual(result.errors, [
        "sourceFolder: locked cannot be read: EACCES: permission denied, scandir 'SOURCE/locked'. Check that the agent's user has access there. [file-access-denied]",
      ]);
      assert.deepEqual(result.keys, []);
    });

    async function uploadFrom(name: string) {
      const sourceFolder = join(folder.path, name);
      const result = await runUpload(target, { bucketName: bucket, sourceFolder, targetFolder: name }, { nodePath });
      assert.equal(result.result, "Failed", result.log.join("\n"));
      return {
        errors: result.issues.map(({ message }) => message.replaceAll(sourceFolder, "SOURCE")),
        keys: (await listKeys(target, bucket)).filter((key) => key.startsWith(`${name}/`)),
        filesUploaded: result.outputVariables.filesUploaded?.value,
      };
    }
  });

  async function errorsOf({ inputs = {}, connection, step = {} }: Case): Promise<string[]> {
    const texts = Object.entries({ bucketName: bucket, sourceFolder: source.path, ...inputs });
    const given = Object.fromEntries(texts.map(([name, text]) => [name, text.replace("SOURCE", source.path)]));
    const right = connectionTo(target);
    const result = await runUpload(target, given as { bucketName: string; sourceFolder: string }, {
      connections: [connection ? connection(right) : right],
      ...step,
    });
    const errors = result.issues.map(({ message }) => normalize(message));
    assert.equal(result.result, errors.length > 0 ? "Failed" : "Succeeded", result.log.join("\n"));
    assert.equal(result.exitCode, 0);
    assert.doesNotMatch(result.rawOutput, /^\s+at .*\.js/m, "no stack trace");
    return errors;
  }

  function expected(messages: readonly string[]): string[] {
    return messages.map((message) => message.replaceAll("SOURCE", source.path).replaceAll("BUCKET", bucket));
  }

  function normalize(message: string): string {
    return message.replace(/, request id [^)]+/, "");
  }
});
