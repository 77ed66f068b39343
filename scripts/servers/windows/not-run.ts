/** Tests that are not run on Windows under Wine. */
export interface NotRun {
  /** The file below `test/`, without `.test.ts`. */
  readonly file: string;
  /** The titles of tests or of groups; absent if it is the whole file. */
  readonly titles?: readonly string[];
  readonly reason: string;
}

const LINKS = "it needs symbolic links, which Wine does not have as Windows does";
const NAMES = "the names have characters that Windows does not allow";
const RUN_BITS = "files have no run bit on Windows";

/** All of them, of the folders that run: the report of `npm run test:servers` prints this list. */
const notRunOnWindows: readonly NotRun[] = [
  {
    file: "archive/write-archive",
    titles: ["makes a zip of 150 odd names that Python reads", "makes a tar.gz of 150 odd names that Python reads"],
    reason: NAMES,
  },
  {
    file: "files/scan",
    titles: [
      "follows links inside the folder, and leaves out those that lead nowhere, back up, or out, with a warning",
      "does not follow links into .git, unless a pattern names it",
      "reports a link's target when it follows it",
      "leaves links out without a word where they are not to be followed",
      "yields links as they are, wherever they lead, where they are wanted as files",
      "fails, rather than walk for ever, where many folders link to each other",
      "goes on where something disappears meanwhile, and says what",
      "follows a root that is a link itself",
    ],
    reason: LINKS,
  },
  { file: "files/scan", titles: ["goes down a thousand levels"], reason: "Wine takes minutes for so many levels" },
  {
    file: "files/target-folder",
    titles: [
      "may be there already, as folders or as links that stay inside",
      "may stand behind a root that is a link",
      "are never outside of the root, wherever links lead",
      "are not files, nor links to files or to nothing",
      "say nothing of the file itself, which a rename will replace",
    ],
    reason: LINKS,
  },
  {
    file: "files/temporary-file",
    titles: ["become the file, with its time, in place of whatever stood there"],
    reason: LINKS,
  },
  { file: "files/windows/names", titles: ["what is on the disk"], reason: LINKS },
  {
    file: "site/publish-foreign",
    titles: ["is what a link stood for that leads nowhere now, at which nobody can tell"],
    reason: LINKS,
  },
  { file: "tasks/download", titles: ["keeps every name that a key can give a file"], reason: NAMES },
  {
    file: "tasks/download-unsafe-keys",
    titles: ["refuses ones with names that no disk takes, names them, and downloads nothing"],
    reason: "Windows counts other lengths of names",
  },
  {
    file: "tasks/extract",
    titles: [
      "refuses all archives that are not safe, by their names, and writes nothing",
      "names the disk that is full, and how much is needed there",
    ],
    reason: "the reasons and the path of the full disk are written as on Linux",
  },
  { file: "tasks/upload-report", titles: ["keeps the summary bounded where many long names fail"], reason: NAMES },
  {
    file: "tasks/download-interrupted",
    titles: [
      "goes on with a small object where it was, if it is still the same one",
      "goes on with a medium object where it was, if it is still the same one",
      "goes on with a piece of a large object where that was, and fetches no other again",
    ],
    reason: "Windows may drop what it has received when a connection is reset, so the task may start again from 0",
  },
  { file: "tasks/upload", titles: ["keeps every name that a file can have"], reason: NAMES },
  {
    file: "tasks/upload-archive",
    titles: [
      "stores the chosen files as one zip, which an unchanged run does not send again",
      "stores them as one tar.gz under a name of the pipeline",
      "replaces an archive of other files, and one that another tool has stored",
    ],
    reason: RUN_BITS,
  },
  {
    file: "tasks/upload-delete-extra",
    titles: [
      "what stands where a link is broken, and under it",
      "what stands under a link that leaves the folder",
      "what stands under a linked folder where the patterns match only what would be in it",
      "what stands under a broken link where the patterns match only what would be in it",
    ],
    reason: LINKS,
  },
  {
    file: "tasks/upload-selection",
    titles: [
      "true sends what links lead to inside the folder; loops are cut, and the others are warnings that name them",
      "warns of the first 50 only",
    ],
    reason: LINKS,
  },
];

/** Suites that have nothing to do with the system, or that another run has: they are skipped to save time. */
const leftOut: readonly NotRun[] = [
  { file: "http", reason: "bytes and requests are the same on every system" },
  { file: "browser", reason: "a browser is the same on every system" },
  {
    file: "the other suites of tasks",
    reason:
      "their messages and paths are those of Linux, or the system makes no difference; windows/*-on-windows has what differs",
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

/** For the report: one line for each folder, file, test or group of tests. */
export function describeNotRun(): string[] {
  return [...leftOut, ...notRunOnWindows].flatMap(({ file, titles, reason }) =>
    (titles ?? [undefined]).map((title) => {
      const which = title === undefined ? "" : `, "${title}"`;
      return `Not run on Windows: ${file}${which}: ${reason}`;
    }),
  );
}
