import { contentType } from "mime-types";

/**
 * Guesses a file's content type from its name, text with its charset (UTF-8).
 *
 * @returns `application/octet-stream` for a name that tells nothing.
 */
export function guessContentType(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const extension = name.includes(".") ? name.slice(name.lastIndexOf(".")) : "";
  return (extension.length > 1 && contentType(extension)) || "application/octet-stream";
}
