import { ignoredFiles } from "./not-run.ts";

/** The packaged tasks, and how they differ on Windows. */
const packaged = "test/windows/*-on-windows.ts";

/** Names, files, sites, the agent, requests, and what comes with them. */
const parts = "test/{agent,archive,aws,checksums,conformance,extract,files,s3,site,sync}/**/*.test.ts";

/** Black-box suites of the packaged tasks: what they store, replace, delete, refuse and resume. */
const tasks = [
  ...["upload", "upload-archive", "upload-compare", "upload-delete-extra", "upload-failures", "upload-objects"],
  ...["upload-overwrite", "upload-patterns", "upload-selection"],
  ...["upload-dry-run", "upload-header-changes", "upload-max-delete", "upload-report"],
  ...["download", "download-beside-others", "download-delete-extra", "download-failures", "download-integrity"],
  ...["download-interrupted", "download-overwrite", "download-partial-files", "download-reports"],
  ...["download-unsafe-keys", "extract", "extract-interrupted"],
  ...["publish", "publish-again", "publish-content-types", "publish-names", "publish-rollback", "publish-rules"],
].map((name) => `test/tasks/${name}.test.ts`);

/**
 * Under which Node which files of tests run, as patterns and options of mocha. The versions are the newest that npm has for Windows; the
 * agent's own are a little newer.
 */
export const windowsRuns: readonly { readonly version: string; readonly files: readonly string[] }[] = [
  { version: "24.11.1", files: [packaged, parts, ...tasks, ...ignoredFiles()] },
  { version: "20.20.2", files: [packaged] },
];
