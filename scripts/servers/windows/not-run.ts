/** Tests that are not run on Windows under Wine. */
export interface NotRun {
  /** The file below `test/`, without `.test.ts`. */
  readonly file: string;
  /** The titles of tests or of groups; absent if it is the whole file. */
  readonly titles?: readonly string[];
  readonly reason: string;
}

/** All of them: the report of `npm run test:servers` prints this list. */
const notRunOnWindows: readonly NotRun[] = [
  {
    file: "archive/write-archive",
    titles: ["makes a zip of 150 odd names that Python reads", "makes a tar.gz of 150 odd names that Python reads"],
    reason: "the names have characters that Windows does not allow",
  },
  { file: "sync/plan/random-sync", reason: "the names have characters that Windows does not allow" },
  { file: "files/scan", reason: "Wine lists no symbolic links, and is very slow with a thousand levels of folders" },
  { file: "files/target-folder", reason: "it is about symbolic links, which Wine does not have as Windows does" },
  {
    file: "files/temporary-file",
    titles: ["become the file, with its time, in place of whatever stood there"],
    reason: "it replaces a symbolic link, which Wine does not have as Windows does",
  },
  {
    file: "files/windows/names",
    titles: ["what is on the disk"],
    reason: "it needs symbolic links, which Wine does not have as Windows does",
  },
];

/** Suites that have nothing to do with the system, or that another run has: they are skipped to save time. */
const leftOut: readonly NotRun[] = [
  { file: "aws, checksums, conformance, http, s3", reason: "bytes and requests are the same on every system" },
  { file: "browser, site", reason: "what differs on Windows is shown by windows/publish-on-windows" },
  {
    file: "tasks",
    reason: "its tests expect paths with /, symbolic links and signals; windows/*-on-windows has what differs",
  },
  { file: "docs, local, package, reliability, scripts, stores", reason: "they are not part of the tasks" },
];

/** The options of mocha that skip whole files. */
export function ignoredFiles(): string[] {
  const whole = notRunOnWindows.filter(({ titles }) => titles === undefined);
  return whole.flatMap(({ file }) => ["--ignore", `test/${file}.test.ts`]);
}

/** The titles in a file, by its path with any separators, each with the reason. */
export function notRunIn(path: string): ReadonlyMap<string, string> {
  const slashed = path.replaceAll("\\", "/");
  const entries = notRunOnWindows.filter(({ file }) => slashed.endsWith(`/test/${file}.test.ts`));
  return new Map(entries.flatMap(({ titles = [], reason }) => titles.map((title) => [title, reason] as const)));
}

/** For the report: one line a file or group of tests. */
export function describeNotRun(): string[] {
  return [...leftOut, ...notRunOnWindows].map(({ file, titles, reason }) => {
    const which = titles ? `, ${titles.length} ${titles.length === 1 ? "test or group" : "tests or groups"}` : "";
    return `Not run on Windows: ${file}${which}: ${reason}`;
  });
}
