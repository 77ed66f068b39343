const COMMENT = /\/\*.*?(?:\*\/|$)/gs;
const REFERENCE =
  /url\(\s{0,9}(?:"([^"]{0,4000})"|'([^']{0,4000})'|([^\s"'()]{0,4000}))\s{0,9}\)|@import\s+(?:"([^"]{0,4000})"|'([^']{0,4000})')/gi;

/**
 * The addresses in a stylesheet: of `url()` and `@import`, up to 4,000 characters, so that no file takes long.
 *
 * Source: "URLs" in CSS Values and Units, and "@import" in CSS Cascading.
 */
export function stylesheetReferences(css: string): string[] {
  return [...css.replace(COMMENT, "").matchAll(REFERENCE)].map((match) => (match.slice(1).find(Boolean) ?? "").trim());
}
