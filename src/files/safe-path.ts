/**
 * The only way from an object's key to a path on disk: a key can be any text, chosen by someone who may write to the bucket. Names are
 * keys relative to the prefix, with `/` between their parts. First `whyNameIsRefused`, then `NameCollisions`, then `TargetFolder`.
 */
import { posix, win32 } from "node:path";
import { isTemporary } from "./temporary-file.ts";

export { diskName, foldName, isCaseSensitive, NameCollisions } from "./name-collisions.ts";
export { TargetFolder } from "./target-folder.ts";

/** Of one part of a path, in bytes of UTF-8 (Linux `NAME_MAX`, APFS), on Windows in UTF-16 units. */
const MAX_PART_LENGTH = 255;

// "Naming Files, Paths, and Namespaces" in the Win32 documentation.
const DEVICE_NAME = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(?:\.|$)/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about.
const NOT_ON_WINDOWS = /[\\<>:"|?*\x00-\x1f]/;

/**
 * Why a name cannot become a file below a folder; undefined if it can. The name is never changed to make it fit: two names could
 * become one, and the way back to the key would be lost.
 *
 * @returns what completes "key X cannot become a file: ".
 */
export function whyNameIsRefused(name: string, platform: NodeJS.Platform): string | undefined {
  if (name === "") return "it has no name after the key prefix";
  if (name.includes("\0")) return "it has a NUL character";
  if (/\p{Surrogate}/u.test(name)) return "it is not valid Unicode";
  for (const part of name.split("/")) {
    const reason = whyPartIsRefused(part, platform);
    if (reason) return reason;
  }
  return undefined;
}

/**
 * Why an absolute path cannot be that of a folder, by the same rules for each name in it; undefined if it can.
 *
 * @returns what completes "PATH cannot be a folder: ".
 */
export function whyPathIsRefused(path: string, platform: NodeJS.Platform): string | undefined {
  const { root } = (platform === "win32" ? win32 : posix).parse(path);
  const names = path.slice(root.length).replaceAll(platform === "win32" ? "\\" : "/", "/");
  return names === "" ? undefined : whyNameIsRefused(names.replace(/\/$/, ""), platform);
}

function whyPartIsRefused(part: string, platform: NodeJS.Platform): string | undefined {
  if (part === "") return "it starts or ends with a slash, or has two slashes in a row";
  if (part === ".") return 'it has "." between slashes, which means the same folder';
  if (part === "..") return 'it has ".." between slashes, which means the folder above';
  // A later run would remove it as a leftover.
  if (isTemporary(part)) return "the name of a file or folder in it is that of a temporary file of this task";
  if (platform === "win32") return whyWindowsPartIsRefused(part);
  // No character takes more than 3 bytes a UTF-16 unit.
  const isLong = part.length * 3 > MAX_PART_LENGTH && Buffer.byteLength(part) > MAX_PART_LENGTH;
  return isLong ? `the name of a file or folder in it has more than ${MAX_PART_LENGTH} bytes` : undefined;
}

function whyWindowsPartIsRefused(part: string): string | undefined {
  const [character] = NOT_ON_WINDOWS.exec(part) ?? [];
  if (character !== undefined) {
    const shown = character < " " ? "a control character" : character;
    return `it has ${shown}, which Windows does not allow`;
  }
  if (/[. ]$/.test(part)) return "the name of a file or folder in it ends with a dot or a space, which Windows removes";
  if (DEVICE_NAME.test(part)) return `"${part}" is the name of a device on Windows`;
  return part.length > MAX_PART_LENGTH
    ? `the name of a file or folder in it has more than ${MAX_PART_LENGTH} characters`
    : undefined;
}
