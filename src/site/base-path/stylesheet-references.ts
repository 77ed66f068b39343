const COMMENT = /\/\*.*?\*\//gs;
const REFERENCE = /url\(\s*(?:"([^"]*)"|'([^']*)'|([^\s"')]*))\s*\)|@import\s+(?:"([^"]*)"|'([^']*)')/gi;

/** The addresses in a stylesheet: of `url()` and `@import`. Source: "URLs" in CSS Values and Units, and "@import" in CSS Cascading. */
export function stylesheetReferences(css: string): string[] {
  return [...css.replace(COMMENT, "").matchAll(REFERENCE)].map((match) => (match.slice(1).find(Boolean) ?? "").trim());
}
