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
];

/** The options of mocha that leave out whole files. */
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
  return notRunOnWindows.map(({ file, titles, reason }) => {
    const which = titles ? `, ${titles.length} ${titles.length === 1 ? "test or group" : "tests or groups"}` : "";
    return `Not run on Windows: ${file}${which}: ${reason}`;
  });
}
