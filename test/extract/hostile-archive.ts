import type { ExtractLimits } from "../../src/extract/extract-limits.ts";
import type { TargetDisk } from "../../src/extract/read-archive.ts";
import { buildTgz, type TarSpec } from "./build-tar.ts";
import { buildZip, type ZipEnd, type ZipSpec } from "./build-zip.ts";

/** An archive that may not be extracted, or only on some disks, and what the task says of it. */
export interface HostileArchive {
  readonly title: string;
  readonly format: "zip" | "tar.gz";
  readonly bytes: Buffer;
  /** Code and message, as they complete "X was not extracted: "; absent if it is extracted after all. */
  readonly refusal?: string;
  /** By default Linux. */
  readonly disk?: TargetDisk;
  readonly limits?: ExtractLimits;
}

export const WINDOWS: TargetDisk = { platform: "win32", isCaseSensitive: false };
export const MAC: TargetDisk = { platform: "darwin", isCaseSensitive: false };
export const fine: ZipSpec & TarSpec = { name: "fine.txt", content: "fine" };
export const MB = 1_000_000;
export const zeros = Buffer.alloc(12 * MB);

type Row = Omit<HostileArchive, "format" | "bytes">;

export const zip = (
  title: string,
  specs: readonly ZipSpec[],
  refusal?: string,
  more: Partial<Row> & { end?: ZipEnd } = {},
) => {
  const { end, ...rest } = more;
  return zipOf(title, buildZip([fine, ...specs], end), refusal, rest);
};
export const zipOf = (title: string, bytes: Buffer, refusal?: string, more: Partial<Row> = {}): HostileArchive =>
  Object.assign({ title, format: "zip" as const, bytes }, refusal ? { refusal } : {}, more);
export const tgz = (title: string, specs: readonly TarSpec[], refusal?: string, more: Partial<Row> = {}) =>
  tgzOf(title, buildTgz([fine, ...specs]), refusal, more);
export const tgzOf = (title: string, bytes: Buffer, refusal?: string, more: Partial<Row> = {}): HostileArchive =>
  Object.assign({ title, format: "tar.gz" as const, bytes }, refusal ? { refusal } : {}, more);

export const refused = (name: string, reason: string) =>
  `archive-entry-refused: its entry ${name} is refused: ${reason}`;
export const damaged = (where: string, reason: string) => `archive-damaged: ${where}: ${reason}`;
export const tooLarge = (reason: string) => `archive-too-large: ${reason}`;
export const NO_GZIP = "it is not a gzip file, or there is extra data after its end";
export const MORE_THAN_THE_DIRECTORY = "it has more entries than its directory says, or other data after the directory";
export const longName = (name: string) =>
  refused(`${name.slice(0, 1_099)}…`, "its name has more than 4,096 characters");
export const BEHIND_THE_END = "it comes after the end of the archive, where other programs do not look";
export const NO_SIZE = "its size is not a number, or not one that all programs read alike";
export const ratio = (entry: string) =>
  tooLarge(
    `its content is more than 200 times as large as the archive (reached at its entry ${entry}), and may be an attack that fills the disk. If you know who made the archive, set extract to false, and extract it in a later step`,
  );

export const both = (
  title: string,
  spec: ZipSpec & TarSpec,
  refusal: string,
  more: Partial<Row> = {},
): HostileArchive[] => [zip(`zip: ${title}`, [spec], refusal, more), tgz(`tar: ${title}`, [spec], refusal, more)];
