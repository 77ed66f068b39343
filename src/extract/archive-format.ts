/** The archives that can be extracted. */
export type ArchiveFormat = "zip" | "tar.gz";

const EXTENSIONS = /\.(?:(zip)|tar\.gz|tgz)$/i;

/** The format for a name's extension, in any case; undefined if it is not an archive. */
export function archiveFormatOf(name: string): ArchiveFormat | undefined {
  const found = EXTENSIONS.exec(name);
  if (!found || isOnlyExtension(name, found.index)) return undefined;
  return found[1] ? "zip" : "tar.gz";
}

/** `releases/app` for `releases/app.tar.gz`. */
export function withoutArchiveExtension(name: string): string {
  return name.replace(EXTENSIONS, "");
}

/** A file named `.zip` would get a folder without a name. */
function isOnlyExtension(name: string, index: number): boolean {
  return index === 0 || name[index - 1] === "/";
}
