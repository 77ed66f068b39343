import { ignoredFiles } from "./not-run.ts";

/** What differs on Windows: names, files and links, processes, what cancels a step. */
const differing = ["test/windows/*-on-windows.ts", "test/{files,sync,agent,archive,extract}/**/*.test.ts"];

/**
 * Under which Node which files of tests run, as patterns and options of mocha. The versions are the newest that npm has for Windows; the agent's own are a little newer.
 */
export const windowsRuns: readonly { readonly version: string; readonly files: readonly string[] }[] = [
  { version: "24.11.1", files: [...differing, "test/tasks/**/*.test.ts", ...ignoredFiles()] },
  { version: "20.20.2", files: ["test/windows/*-on-windows.ts"] },
];
