import { contentTypes } from "./content-types.ts";

const UNKNOWN = "application/octet-stream";

/**
 * Guesses a file's content type from its name, text with its charset (UTF-8).
 *
 * @returns `application/octet-stream` for a name that tells nothing.
 */
export function guessContentType(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const extension = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  const tells = extension.length < name.length && Object.hasOwn(contentTypes, extension);
  return (tells && contentTypes[extension]) || UNKNOWN;
}
