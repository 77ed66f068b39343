import { isRepositoryName } from "../files/repository-name.ts";
import { whyNameIsRefused } from "../files/safe-path.ts";
import { refuseEntry } from "./archive-error.ts";

/** What an entry is called, and whether it is a folder. */
interface NamedEntry {
  readonly name: string;
  readonly isFolder: boolean;
}

const ABSOLUTE = /^(?:\/|[a-z]:[\\/])/i;

/**
 * The path of an entry below the folder that the archive is extracted to, by the rules of downloads. Tar writes `./a` if it archives the
 * current folder, so `./` at the beginning is dropped; nothing else of a name is changed.
 *
 * @returns an empty path for the entry of that folder itself.
 * @throws {ArchiveError} if the name cannot be a path there.
 */
export function pathOfEntry({ name, isFolder }: NamedEntry, platform: NodeJS.Platform): string {
  if (name === "") throw refuseEntry("(without a name)", "its name is empty");
  if (ABSOLUTE.test(name)) throw refuseEntry(name, "its name is an absolute path");
  // What is not valid UTF-8 was decoded to this character.
  if (name.includes("\ufffd")) throw refuseEntry(name, "its name is not valid UTF-8");
  const relative = name.replace(/^(?:\.\/+)+/, "");
  const path = isFolder ? relative.replace(/\/$/, "") : relative;
  if (isFolder && (path === "" || path === ".")) return "";
  const refusal = whyNameIsRefused(path, platform);
  if (refusal) throw refuseEntry(name, refusal);
  // Nothing archives a repository under another name, unless to get past who looks for this one.
  const disguised = path.split("/").find((part) => part !== ".git" && isRepositoryName(part));
  if (disguised !== undefined) throw refuseEntry(name, `on some disks, ${disguised} is another name of .git`);
  return path;
}
