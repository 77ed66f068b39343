/** Sources whose work a Node may do otherwise. They are tested in the process of mocha. */
const dependingOnNode = ["archive", "checksums", "extract", "files", "http"];

/** Steps in which a Node may do something otherwise: connections and TLS, checksums and compression, files, processes that are cancelled. */
const stepsDependingOnNode = [
  ...["upload", "upload-archive", "upload-checksums", "upload-failures", "upload-faults", "upload-resume"],
  ...["download", "download-failures", "download-integrity", "download-interrupted", "download-partial-files"],
  ...["extract", "extract-interrupted", "publish", "publish-content-types", "publish-interrupted"],
  ...["certificates", "identity", "identity-renewal", "network", "proxy-faults", "what-a-step-leaves"],
];

/** Each task, and what a Node has of its own: TLS and proxies, checksums, compression, threads. */
const stepsOnOldestNode = [
  ...["upload", "upload-archive", "upload-checksums", "upload-failures", "download", "download-integrity", "extract"],
  ...["publish", "publish-content-types", "certificates", "identity", "network", "what-a-step-leaves"],
];

/** Steps of which neither a Node nor a server makes a difference: what they decide and say. */
const decisionsAndTexts = [
  ...["inputs*", "identity-refusals", "local-pipeline", "silent-mistakes", "toolkit-pipeline", "*-stores"],
  ...["upload-encryption", "upload-errors", "upload-header-refusals", "upload-max-delete", "upload-patterns"],
  ...["upload-resume-role", "upload-selection", "upload-stores-*", "download-beside-others", "download-unsafe-keys"],
  ...["publish-log", "publish-names", "publish-neighbours", "publish-pending", "publish-preview"],
  ...["publish-preview-faults", "publish-rules", "publish-secrets", "publish-visitors"],
].map((name) => `tasks/${name}`);

/**
 * Tests that never reach for the server which a run is against: they have one of their own, to order faults from or to look into, or
 * need none. What they do has been done in the runs on the embedded server.
 */
const besideTheServer = [
  ...decisionsAndTexts,
  "s3/{bucket-region,digest,encoded-words,encryption,expiring-credentials}",
  "s3/{concurrency/*,multipart/part-size}",
  "tasks/{extract*,identity*,proxy-faults,what-a-step-leaves,*-memory,*-failures,*-interrupted}",
  "tasks/{upload-faults,upload-resume,download-integrity,download-partial-files}",
  "tasks/publish-{cloudfront,content-types,dns*,invalidation}",
  "browser/edge",
];

const randomTrees = "sync/plan/random-sync";

/**
 * The suite `full` has all 300 random trees, on the embedded server. Real servers get the first 50, under the agent's Node: 300 were two fifths
 * of the time that all tests on radosgw took. So trees 51 to 300 are run on this Node and the embedded server only.
 */
export const randomTreesOnServers = "50";

const largeAmounts = "tasks/*-memory";

/** Random publishes and rollbacks: each server gets some runs of ten, and most are played in memory. */
const randomReleases = "site/releases/releases-on-server";
const manyReleases = ["releases-model", "releases-on-server", "rollback-mishaps"].map(
  (name) => `site/releases/${name}`,
);

/** Tests that start moto, and are skipped where it is not installed. */
const withMoto = [
  "docs/**/*",
  "aws/credentials/sts-moto",
  "site/**/*-moto",
  "tasks/publish-{cloudfront,dns*,invalidation}",
];

/** What the tasks do that depends on the store, and that takes no more than what the plainest stores have. */
const dependingOnTheStore = [
  ...["upload", "upload-bucket", "upload-delete-extra", "upload-objects", "upload-overwrite"],
  ...["download", "download-delete-extra", "download-overwrite"],
  ...["publish-again", "publish-beside"],
];

/** One test for each row of the table in docs/compatible-stores.md. `npm test` has no use for them, and passes over their names. */
const operations = ["test/stores/*-operations.ts"];

const packagedWith = (steps: readonly string[]) => [
  "test/package/extension.test.ts",
  ...steps.map((name) => `test/tasks/${name}.test.ts`),
];

/** Files of tests, as patterns and options of mocha. */
export const suites = {
  /** By the packaged tasks alone, since mocha does not run on that Node. */
  oldest: packagedWith(stepsOnOldestNode),
  /** What a Node may do otherwise, by the packaged tasks and by the sources. */
  product: [...packagedWith(stepsDependingOnNode), ...dependingOnNode.map((folder) => `test/${folder}/**/*.test.ts`)],
  refused: ["test/package/node-requirement.test.ts"],
  /** What may go wrong with large files. Their worker threads transfer small ones too here. */
  threads: [
    ...["upload-failures", "upload-faults", "upload-resume", "upload-encryption"],
    ...["download-failures", "download-integrity", "download-interrupted", "network", "certificates"],
  ].map((name) => `test/tasks/${name}.test.ts`),
  /** What `npm test` skips; of the faults it has a smaller sample. */
  extras: [
    ...["read-back", "aws-sync", "extract-other-writers"].map((name) => `test/tasks/${name}.test.ts`),
    "test/reliability/faults.test.ts",
    "test/package/reproducible.test.ts",
    "test/browser/**/*.test.ts",
    ...operations,
  ],
  /** What `npm test` has fewer cases of, or runs with many steps in one process. */
  full: [
    ...[
      "aws/signer",
      "files/digest/file-digest",
      "http/response-parser",
      "local/s3/server",
      "site/content/compress",
      "site/publish-model",
      "site/rules/many-redirects",
      "threads/lost-threads",
      randomTrees,
    ],
    ...decisionsAndTexts,
  ].map((name) => `test/${name}.test.ts`),
  /** `npm test` does the same with smaller amounts. */
  large: [largeAmounts, ...manyReleases].map((name) => `test/${name}.test.ts`),
  /** Archives of 4.5 GiB and 70,000 files, on request only: they take half an hour. */
  archives: ["test/tasks/archive-memory.test.ts"],
  /** The table of compatible stores. */
  operations,
  /** Of a store that is less of an S3: the same, and what else the tasks do that depends on the store. */
  stores: [...operations, ...dependingOnTheStore.map((name) => `test/tasks/${name}.test.ts`)],
  s3: [
    ...["browser", "conformance", "s3", "tasks"].map((folder) => `test/${folder}/**/*.test.ts`),
    ...[randomTrees, randomReleases].map((name) => `test/${name}.test.ts`),
    ...operations,
    ...without(...besideTheServer),
  ],
  /** STS and IAM, CloudFront and Route 53, and no S3 that checks signatures. These start it themselves. */
  moto: withMoto.map((name) => `test/${name}.test.ts`),
};

function without(...names: readonly string[]): string[] {
  return names.flatMap((name) => ["--ignore", `test/${name}.test.ts`]);
}
