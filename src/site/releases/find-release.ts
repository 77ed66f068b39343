import { StepError } from "../../sync/step-error.ts";
import { listSome } from "../list-some.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { type ReleasesBefore, recordOfContent } from "./kept-releases.ts";
import type { ReleaseRecord } from "./release-record.ts";

/** Of more releases, the rest is counted. */
const MAX_NAMED_RELEASES = 51;
/** Shorter ones are numbers, or guesses. */
const MIN_COMMIT_LENGTH = 7;

/** The input value for the release before the live one. */
export const PREVIOUS = "previous";

/**
 * Finds the release that a rollback restores.
 *
 * @param text `previous`, a release number, a build number, or a commit or its first characters.
 * @throws {StepError} if none or several match.
 */
export function findRelease(text: string, before: ReleasesBefore, manifest: Manifest | undefined): ReleaseRecord {
  const { records } = before;
  const all = `These can be restored: ${listReleases(records)}`;
  if (records.length === 0)
    throw new StepError(
      "release-not-found",
      "rollbackTo: no release of this site is kept, so none can be restored. Publish with keepReleases, for example 5. To undo a change now, run the stage of the earlier run again.",
    );
  if (text.toLowerCase() === PREVIOUS) {
    const previous = previousOf(before, manifest);
    if (previous) return previous;
    const isAlone = records.every(({ number }) => number === before.live?.number);
    const others = isAlone
      ? "Only the live one is kept. To undo a change now, run the stage of the earlier run again"
      : all;
    throw new StepError("release-not-found", `rollbackTo: there is no release before the live one. ${others}.`);
  }
  const fitting = fittingRecords(records, text);
  const [only, ...others] = fitting;
  if (only && others.length === 0) return only;
  if (only)
    throw new StepError(
      "release-ambiguous",
      `rollbackTo: "${text}" matches several releases: ${listReleases(fitting)}. Enter a value that matches only one: its number, its build number or its commit.`,
    );
  throw new StepError("release-not-found", `rollbackTo: "${text}" matches no kept release. ${all}.`);
}

/**
 * The release before the one whose content is live, so that two rollbacks go back twice. If the last publish failed, it is the last
 * release that was completely live. If the last one was a rollback that failed, it is that rollback's release.
 */
function previousOf(
  { records, live, missing }: ReleasesBefore,
  manifest: Manifest | undefined,
): ReleaseRecord | undefined {
  if (missing && manifest?.release?.rolledBackTo !== undefined) return missing;
  if (!live) {
    const wanted = manifest?.release?.underWay?.rollbackTo;
    return (wanted === undefined ? undefined : recordOfContent(records, wanted)) ?? records.at(-1);
  }
  const { precededBy } = live;
  if (precededBy === undefined) return undefined;
  // If that one no longer exists, the next older one is used.
  const older = records.filter(({ content }) => content.number <= precededBy && content.number !== live.content.number);
  return older.sort((one, other) => one.content.number - other.content.number).at(-1);
}

/** A run may publish a release and roll back to another one. Its build number then means what it published. */
function fittingRecords(records: readonly ReleaseRecord[], text: string): readonly ReleaseRecord[] {
  const fitting = records.filter((record) => fits(record, text));
  return fitting.length > 0 ? fitting : records.filter(({ run }) => run.buildNumber === text);
}

function fits({ number, content }: ReleaseRecord, text: string): boolean {
  const start = text.toLowerCase();
  return (
    [number, content.number].some((each) => String(each) === text) ||
    content.run.buildNumber === text ||
    (text.length >= MIN_COMMIT_LENGTH && content.run.commit?.toLowerCase().startsWith(start) === true)
  );
}

/** Releases in one text, the newest first: `7 (run 20260102.3, commit 1a2b3c4), 6 (…)`. */
function listReleases(records: readonly ReleaseRecord[]): string {
  return listSome([...records].reverse().map(describeRelease), MAX_NAMED_RELEASES);
}

/** A release as people know it. */
export function describeRelease({ number, publishedMs, content }: ReleaseRecord): string {
  const { run } = content;
  const time = new Date(publishedMs).toISOString().slice(0, 16).replace("T", " ");
  const commit = run.commit === undefined ? "" : `, commit ${run.commit.slice(0, 10)}`;
  const back = content.number === number ? "" : `, release ${content.number} again`;
  return `${number} (${time} UTC, ${run.name}${commit}${back})`;
}
