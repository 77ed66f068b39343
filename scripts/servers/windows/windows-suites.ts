import { ignoredFiles } from "./not-run.ts";

/** The packaged tasks, and how they differ on Windows. */
const packaged = "test/windows/*-on-windows.ts";

/** Names, files, the agent and what comes with them. */
const parts = "test/{agent,archive,extract,files,sync}/**/*.test.ts";

/**
 * Under which Node which files of tests run, as patterns and options of mocha. The versions are the newest that npm has for Windows; the
 * agent's own are a little newer.
 */
export const windowsRuns: readonly { readonly version: string; readonly files: readonly string[] }[] = [
  { version: "24.11.1", files: [packaged, parts, ...ignoredFiles()] },
  { version: "20.20.2", files: [packaged] },
];
