/** What runs on the agent's Node, unlike what plays the world around it. */
const product = [
  "agent",
  "archive",
  "aws",
  "checksums",
  "extract",
  "files",
  "http",
  "package",
  "s3",
  "site",
  "sync",
  "tasks",
];

/**
 * Tests that never reach for the server which a run is against: they have one of their own, to order faults from or to look into, or
 * need none. What they do has been done, under the same Nodes, in the runs on the embedded server.
 */
const besideTheServer = [
  "s3/{bucket-region,digest,encoded-words,encryption,expiring-credentials}",
  "s3/{concurrency/*,multipart/part-size}",
  "tasks/{inputs*,identity*,toolkit-pipeline,*-memory,*-failures,*-interrupted,*-stores,*-stores-*}",
  "tasks/upload-{encryption,faults,header-refusals}",
  "tasks/publish-{cloudfront,content-types,dns*,invalidation,log,names,neighbours,pending,rules,secrets,visitors}",
  "tasks/download-{integrity,partial-files,unsafe-keys}",
  "tasks/extract*",
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

/**
 * Some 600 steps that show how text is read, which the suite `full` has: the tasks' own work on strings. AwsS3Download's table, which shares
 * its readers with the others, shows that it is the same under another Node.
 */
const inputTables = "tasks/inputs-{upload,publish-site}";

/** Tests of what the tasks decide and say, which is the same on each Node, and those that take long. */
const decisionsAndTexts = [
  "tasks/{inputs*,toolkit-pipeline,*-overwrite,*-refusals,*-report*}",
  "tasks/upload-{compare,dry-run,faults,header-*,max-delete,selection}",
  "tasks/publish-{log,visitors}",
];

/** What the tasks do that depends on the store, and that takes no more than what the plainest stores have. */
const dependingOnTheStore = [
  ...["upload", "upload-bucket", "upload-delete-extra", "upload-objects", "upload-overwrite"],
  ...["download", "download-delete-extra", "download-overwrite"],
  ...["publish-again", "publish-beside"],
];

/** One test for each row of the table in docs/compatible-stores.md. `npm test` has no use for them, and passes over their names. */
const operations = ["test/stores/*-operations.ts"];

/** Files of tests, as patterns and options of mocha. */
export const suites = {
  /** But for what the suites of large amounts and of moto do under the same Node. */
  product: [
    ...product.map((folder) => `test/${folder}/**/*.test.ts`),
    ...without(randomTrees, ...manyReleases, inputTables, largeAmounts, ...withMoto),
  ],
  /** What a Node may do otherwise: connections and TLS, checksums and compression, files, processes that are cancelled. */
  packaged: [
    "test/package/extension.test.ts",
    "test/tasks/**/*.test.ts",
    ...without(...decisionsAndTexts, largeAmounts, ...withMoto, "tasks/{read-back,aws-sync,extract-other-writers}"),
  ],
  refused: ["test/package/node-requirement.test.ts"],
  /** What `npm test` leaves out; of the faults it has a smaller sample. */
  extras: [
    ...["read-back", "aws-sync", "extract-other-writers"].map((name) => `test/tasks/${name}.test.ts`),
    "test/reliability/faults.test.ts",
    "test/browser/**/*.test.ts",
    ...operations,
  ],
  /** What `npm test` has fewer cases of, or runs with many steps in one process. */
  full: [
    ...["aws/signer", "http/response-parser", "site/publish-model", "site/rules/many-redirects", randomTrees],
    ...["tasks/inputs-*", "tasks/publish-visitors"],
  ].map((name) => `test/${name}.test.ts`),
  /** `npm test` does the same with smaller amounts. */
  large: [largeAmounts, ...manyReleases].map((name) => `test/${name}.test.ts`),
  /** The table of compatible stores. */
  operations,
  /** The same with archives of 4.5 GiB and 70,000 files, which takes half an hour. */
  archives: ["test/tasks/archive-memory.test.ts"],
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
