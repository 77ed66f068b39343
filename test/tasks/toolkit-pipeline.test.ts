import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  GetObjectAclCommand,
  GetObjectCommand,
  PutBucketEncryptionCommand,
  PutBucketOwnershipControlsCommand,
  PutPublicAccessBlockCommand,
} from "@aws-sdk/client-s3";
import { rewritePipeline } from "../../local/migrate/rewrite-pipeline.ts";
import type { PipelineResult } from "../../local/pipeline/pipeline-result.ts";
import { runPipeline } from "../../local/pipeline/run-pipeline.ts";
import { inSharedProcess } from "../step-host/step-host.ts";
import { type EmbeddedTarget, startEmbeddedTarget } from "../target.ts";
import { LandingFolder } from "./download-step.ts";
import { connectionTo } from "./store-step.ts";
import { listKeys, SourceFolder } from "./upload-step.ts";

const fixture = fileURLToPath(new URL("toolkit-pipeline.yml", import.meta.url));
const tasksFolder = fileURLToPath(new URL("../../dist/extension/tasks", import.meta.url));
const customerKey = Buffer.alloc(32, "key");

const site = {
  "public/index.html": "<p>home</p>",
  "public/about/index.html": "<p>about</p>",
  "public/assets/site.css": "p {}",
  "public/assets/logo 1+1.svg": "<svg/>",
  "public/assets/site.css.map": "{}",
  "public/.well-known/security.txt": "Contact: mailto:a@example.com",
};
const sources = {
  ...site,
  "installers/windows/setup.zip": "windows",
  "installers/linux/setup-linux.zip": "linux",
  "installers/README.md": "not for the bucket",
  "compressed/app.js": "compressed",
  "compressed/deeper/app.js": "below",
};

/** What is with an object beside its bytes, as far as the toolkit sets it. */
interface StoredObject {
  readonly body: string;
  readonly type: string;
  readonly cacheControl?: string;
  readonly encoding?: string;
  readonly storageClass?: string;
  readonly encryption?: string;
  readonly readers?: readonly string[];
}

/** What `npm run migrate` makes of a pipeline of the AWS Toolkit. */
function moveOver(pipeline: string): string {
  return rewritePipeline(pipeline, { connections: new Map([["toolkit-connection", "store"]]) }).text;
}

describe("A pipeline for the AWS Toolkit, moved over", () => {
  let target: EmbeddedTarget;
  let bucket: string;
  let source: SourceFolder;
  let restored: LandingFolder;
  before(async () => {
    target = await startEmbeddedTarget();
  });
  after(() => target.stop());
  beforeEach(async () => {
    bucket = await target.newBucket();
    await prepareBucket(target, bucket);
    source = new SourceFolder().write(sources);
    restored = new LandingFolder();
  });
  afterEach(() => {
    source.remove();
    restored.remove();
  });

  async function run(pipeline: string): Promise<{ run: PipelineResult; log: string }> {
    const file = join(source.path, "azure-pipelines.yml");
    writeFileSync(file, pipeline);
    const log: string[] = [];
    const result = await runPipeline({
      file,
      tasksFolder,
      connections: [connectionTo(target)],
      variables: { bucket, restored: restored.path, customerKey: customerKey.toString("hex") },
      onLine: (line) => log.push(line),
      ...inSharedProcess(),
    });
    return { run: result, log: log.join("\n") };
  }

  it("makes the objects and the files that the toolkit makes", async () => {
    restored.write({ "site/www/index.html": "old", "site/kept.txt": "kept" });
    const { run: result, log } = await run(moveOver(readFileSync(fixture, "utf8")));
    assert.equal(result.result, "Succeeded", log);
    // The toolkit passes over a pattern that is for nothing.
    assert.deepEqual(log.match(/##\[(warning|error)\].*/g), [
      '##[warning]globExpressions: line 2, "*.msi", matches no object. Check the spelling, also upper and lower case. For all folders, write "**/*.msi". [pattern-without-match]',
    ]);
    assert.deepEqual(log.match(/logRequest.*|encryptionAlgorithm.*/g), [
      "encryptionAlgorithm: KMS has no effect if keyManagement is none.",
      "logRequest, logResponse: not used, because this task does not log requests.",
      "encryptionAlgorithm: KMS has no effect if keyManagement is customerManaged.",
    ]);

    const byDefault = { encryption: "aws:kms" };
    const isPublic = { readers: ["AllUsers"], ...byDefault };
    const installer = { type: "application/zip", storageClass: "STANDARD_IA", encryption: "AES256" };
    const sealed = { type: "application/zip", encryption: "customer's key" };
    assert.deepEqual(await describeBucket(target, bucket), {
      "releases/1/setup-linux.zip": { body: "linux", ...installer },
      "releases/1/setup.zip": { body: "windows", ...installer },
      "sealed/linux/setup-linux.zip": { body: "linux", ...sealed },
      "sealed/windows/setup.zip": { body: "windows", ...sealed },
      "www/.well-known/security.txt": {
        body: site["public/.well-known/security.txt"],
        type: "text/plain",
        ...isPublic,
      },
      "www/about/index.html": { body: "<p>about</p>", type: "text/html", ...isPublic },
      "www/assets/logo 1+1.svg": {
        body: "<svg/>",
        type: "image/svg+xml",
        cacheControl: "max-age=3600",
        ...isPublic,
      },
      "www/assets/site.css": {
        body: "p {}",
        type: "text/css",
        cacheControl: "public, max-age=31536000, immutable",
        ...isPublic,
      },
      "www/index.html": { body: "<p>home</p>", type: "text/html", cacheControl: "no-cache", ...isPublic },
      "www/js/app.js": {
        body: "compressed",
        type: "text/javascript",
        encoding: "gzip",
        storageClass: "REDUCED_REDUNDANCY",
        ...byDefault,
      },
    });
    assert.deepEqual(restored.read(), {
      "installers/setup-linux.zip": "linux",
      "installers/setup.zip": "windows",
      "scripts/www/js/app.js": "compressed",
      "sealed/linux/setup-linux.zip": "linux",
      "sealed/windows/setup.zip": "windows",
      "site/kept.txt": "kept",
      // The toolkit's download leaves out names that start with a dot, though its upload does not.
      "site/www/.well-known/security.txt": site["public/.well-known/security.txt"],
      "site/www/about/index.html": "<p>about</p>",
      "site/www/assets/logo 1+1.svg": "<svg/>",
      "site/www/assets/site.css": "p {}",
      "site/www/index.html": "<p>home</p>",
      "site/www/js/app.js": "compressed",
    });
  });

  it("fails where the toolkit's overwrite: false does, and leaves the file as it was", async () => {
    restored.write({ "installers/setup.zip": "mine" });
    const { run: result, log } = await run(moveOver(readFileSync(fixture, "utf8")));
    const outcomes = result.steps.flatMap((step) => (step.outcome ? [`${step.title}: ${step.result}`] : []));
    assert.deepEqual(outcomes.slice(-2), ["Download the site: Succeeded", "Download the installers: Failed"], log);
    const path = join(restored.path, "installers/setup.zip");
    assert.match(log, new RegExp(`##\\[error\\]overwrite: ${path} exists already\\..* \\[target-not-empty\\]`));
    assert.equal(restored.read()["installers/setup.zip"], "mine");
  });

  const upload = (inputs: string) =>
    `- task: AwsS3Upload@1\n  inputs: { awsCredentials: store, bucketName: $(bucket), sourceFolder: public, ${inputs} }\n`;
  const download = (inputs: string) =>
    `- task: AwsS3Download@1\n  inputs: { awsCredentials: store, bucketName: $(bucket), targetFolder: $(restored), ${inputs} }\n`;

  const prefixes: readonly [inputs: string, files: string[]][] = [
    ["sourceFolder: www/about", ["index.html"]],
    ["sourceFolder: www/about, keepPrefix: true", ["www/about/index.html"]],
    ["sourceFolder: /www/about/, keepPrefix: true", ["www/about/index.html"]],
    ["sourceFolder: www/index.html, keepPrefix: true", ["www/index.html"]],
    ["sourceFolder: www, globExpressions: '*/*.css', keepPrefix: true", ["www/assets/site.css"]],
    ["globExpressions: www/*.html, keepPrefix: true", ["www/index.html"]],
    ["sourceFolder: www/about, keepPrefix: true, flattenFolders: true", ["index.html"]],
  ];
  for (const [inputs, files] of prefixes) {
    it(`puts what it downloads by ${inputs} at ${files.join(", ")}`, async () => {
      const { run: result, log } = await run(`steps:\n${upload("targetFolder: www")}${download(inputs)}`);
      assert.equal(result.result, "Succeeded", log);
      assert.doesNotMatch(log, /##\[(warning|error)\]/);
      assert.deepEqual(Object.keys(restored.read()), files);
    });
  }

  const differences: readonly [title: string, steps: string[], ending: RegExp, files: string[]][] = [
    [
      "sends nothing twice",
      [upload("targetFolder: www"), upload("targetFolder: www")],
      /Nothing to do: 6 files unchanged/,
      [],
    ],
    [
      "means a folder by a prefix, and not all keys that start so",
      [
        upload("targetFolder: www-old"),
        upload("targetFolder: www, globExpressions: '*'"),
        download("sourceFolder: www"),
      ],
      /Downloaded 1 file/,
      ["index.html"],
    ],
    [
      "excludes by ! in a download, and includes names that start with a dot",
      [upload("targetFolder: www"), download('sourceFolder: www, globExpressions: "**\\n!assets/**\\n!**/*.html"')],
      /Downloaded 1 file/,
      [".well-known/security.txt"],
    ],
    [
      "fails if an upload finds nothing",
      [upload("globExpressions: '*.exe'")],
      /##\[error\]globExpressions: no file matches\./,
      [],
    ],
    [
      "fails if a download finds nothing",
      [upload("targetFolder: www"), download("sourceFolder: web")],
      /##\[error\]sourceFolder: no object under/,
      [],
    ],
    [
      "fails if flattened files have one name",
      [upload("targetFolder: www, flattenFolders: true")],
      /##\[error\]flattenFolders: about\/index\.html, index\.html would all become www\/index\.html\./,
      [],
    ],
  ];
  for (const [title, texts, ending, files] of differences) {
    it(title, async () => {
      const { log } = await run(`steps:\n${texts.join("")}`);
      assert.match(log, ending);
      assert.deepEqual(
        Object.keys(restored.write({}).readOutside()).map((path) => path.replace("target/", "")),
        files,
      );
    });
  }

  it("deletes extra files below the kept prefix alone", async () => {
    restored.write({ "mine.txt": "m", "www/old.txt": "o", "www/about/index.html": "old" });
    const inputs = "sourceFolder: www, keepPrefix: true, deleteExtra: true, globExpressions: '**/*.{html,txt}'";
    const { run: result, log } = await run(`steps:\n${upload("targetFolder: www")}${download(inputs)}`);
    assert.equal(result.result, "Succeeded", log);
    assert.deepEqual(restored.read(), {
      "mine.txt": "m",
      "www/.well-known/security.txt": site["public/.well-known/security.txt"],
      "www/about/index.html": "<p>about</p>",
      "www/index.html": "<p>home</p>",
    });
  });

  it("deletes nothing through a link on the way of the kept prefix", async () => {
    restored.write({ "../outside/old.txt": "o", "mine.txt": "m" });
    symlinkSync("../outside", join(restored.path, "www"));
    const inputs = "sourceFolder: www/about, keepPrefix: true, deleteExtra: true, maxDelete: 100%";
    mkdirSync(join(restored.outside, "outside/about"));
    writeFileSync(join(restored.outside, "outside/about/old.html"), "o");
    const { log } = await run(`steps:\n${upload("targetFolder: www")}${download(inputs)}`);
    assert.match(log, /##\[error\]www\/about\/index\.html was not downloaded: .*www is a symbolic link that leads out/);
    assert.equal(restored.readOutside()["outside/about/old.html"], "o");
  });

  describe("where its targetFolder started with /, as its keys do then,", () => {
    const about = "globExpressions: about/**";
    const steps = (...texts: string[]) => `steps:\n${texts.join("")}`;

    it("writes keys without the /, and says so, or with it if there are two", async () => {
      const { log } = await run(
        steps(upload(`targetFolder: /releases, ${about}`), upload(`targetFolder: //releases, ${about}`)),
      );
      assert.deepEqual(await listKeys(target, bucket), ["/releases/about/index.html", "releases/about/index.html"]);
      assert.deepEqual(log.match(/^targetFolder: .*$/gm), [
        'targetFolder: the / at the start of "/releases" is not used. For keys that start with /, enter //releases.',
      ]);
    });

    const downloads: readonly [inputs: string, files: string[]][] = [
      ["sourceFolder: //releases", ["about/index.html"]],
      ["sourceFolder: //releases/about", ["index.html"]],
      ["sourceFolder: //releases, keepPrefix: true", ["releases/about/index.html"]],
      ["sourceFolder: //releases/about/index.html", ["index.html"]],
      ["sourceFolder: //, globExpressions: releases/**", ["releases/about/index.html"]],
      ["globExpressions: /releases/**", ["releases/about/index.html"]],
      ["globExpressions: /releases/**, keepPrefix: true", ["releases/about/index.html"]],
      ["globExpressions: /releases/**, flattenFolders: true", ["index.html"]],
    ];
    for (const [inputs, files] of downloads) {
      it(`finds them by ${inputs}`, async () => {
        const { run: result, log } = await run(
          steps(upload(`targetFolder: //releases, ${about}`), download(inputs), download(inputs)),
        );
        assert.equal(result.result, "Succeeded", log);
        assert.deepEqual(Object.keys(restored.read()), files);
        assert.match(log, /Nothing to do: 1 file unchanged/);
      });
    }

    it("gives advice that it takes", async () => {
      const keys = steps(upload(`targetFolder: //releases, ${about}`), upload(`targetFolder: other, ${about}`));
      const refused = await run(`${keys}${download("overwrite: changed")}`);
      assert.deepEqual(refused.log.match(/##\[error\].*/g), [
        "##[error]sourceFolder: /releases/about/index.html cannot become a file: it starts or ends with a slash, or has two slashes in a row. Exclude it with a pattern (globExpressions). Or include it with a pattern that starts with /, for example /releases/about/index.html. [file-name-not-supported]",
      ]);
      const excluding = await run(steps(download("globExpressions: '!/releases/**'")));
      assert.equal(excluding.run.result, "Succeeded", excluding.log);
      assert.deepEqual(Object.keys(restored.read()), ["other/about/index.html"]);
      const including = await run(steps(download('globExpressions: "**\\n/releases/about/index.html"')));
      assert.equal(including.run.result, "Succeeded", including.log);
      assert.deepEqual(Object.keys(restored.read()), ["other/about/index.html", "releases/about/index.html"]);
    });

    it("refuses keys that differ by their first / alone, for one file", async () => {
      const keys = steps(upload(`targetFolder: //releases, ${about}`), upload(`targetFolder: releases, ${about}`));
      const { log } = await run(`${keys}${download('globExpressions: "**\\n/**"')}`);
      assert.deepEqual(log.match(/##\[error\].*/g), [
        "##[error]sourceFolder: /releases/about/index.html and releases/about/index.html cannot both exist on this disk. Exclude it with a pattern (globExpressions). [file-names-in-conflict]",
      ]);
      assert.deepEqual(restored.readOutside(), {});
    });
  });
});

/** A bucket as it was before Amazon S3 disabled ACLs by default, since the toolkit sends one with every object; it encrypts by KMS unless told otherwise. */
async function prepareBucket(target: EmbeddedTarget, Bucket: string): Promise<void> {
  const OwnershipControls = { Rules: [{ ObjectOwnership: "ObjectWriter" as const }] };
  await target.client().send(new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls }));
  const PublicAccessBlockConfiguration = { BlockPublicAcls: false };
  await target.client().send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
  const ServerSideEncryptionConfiguration = {
    Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms" as const } }],
  };
  await target.client().send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration }));
}

async function describeBucket(target: EmbeddedTarget, bucket: string): Promise<Record<string, StoredObject>> {
  const objects: Record<string, StoredObject> = {};
  for (const key of await listKeys(target, bucket)) objects[key] = await describeObject(target, bucket, key);
  return objects;
}

async function describeObject(target: EmbeddedTarget, Bucket: string, Key: string): Promise<StoredObject> {
  const ssec = { SSECustomerAlgorithm: "AES256", SSECustomerKey: customerKey.toString("base64") };
  const asked = { Bucket, Key, ...(Key.startsWith("sealed/") ? ssec : {}) };
  const object = await target.client().send(new GetObjectCommand(asked));
  const { Grants = [] } = await target.client().send(new GetObjectAclCommand({ Bucket, Key }));
  const readers = Grants.flatMap(({ Grantee }) => Grantee?.URI?.split("/").at(-1) ?? []);
  const encryption = object.SSECustomerAlgorithm ? "customer's key" : object.ServerSideEncryption;
  return {
    body: (await object.Body?.transformToString("latin1")) ?? "",
    // The toolkit says nothing of the charset.
    type: object.ContentType?.replace("; charset=utf-8", "") ?? "",
    ...(object.CacheControl ? { cacheControl: object.CacheControl } : {}),
    ...(object.ContentEncoding ? { encoding: object.ContentEncoding } : {}),
    ...(object.StorageClass ? { storageClass: object.StorageClass } : {}),
    ...(encryption ? { encryption } : {}),
    ...(readers.length > 0 ? { readers } : {}),
  };
}
