import { REDIRECT_HEADER } from "../../s3/system-metadata.ts";
import type { ReleaseRecord } from "./release-record.ts";

/** The releases that are kept, for scripts: the newest first. */
export function releasesDocument(records: readonly ReleaseRecord[], liveNumber: number | undefined): object {
  return { releases: [...records].reverse().map((record) => describe(record, liveNumber)) };
}

function describe(
  { number, publishedMs, run, content, entries }: ReleaseRecord,
  liveNumber: number | undefined,
): object {
  const all = [...entries.values()];
  const redirects = all.filter(({ headers }) => headers[REDIRECT_HEADER] !== undefined);
  const { buildNumber, commit } = content.run;
  return {
    number,
    isLive: number === liveNumber,
    time: new Date(publishedMs).toISOString(),
    run: run.name,
    ...(buildNumber === undefined ? {} : { buildNumber }),
    ...(commit === undefined ? {} : { commit }),
    ...(content.number === number ? {} : { rolledBackTo: content.number }),
    files: all.length - redirects.length,
    redirects: redirects.length,
    bytes: all.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  };
}
