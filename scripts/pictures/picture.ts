/** A picture of the documentation, made of a page of HTML. */
export interface Picture {
  /** Its path in the repository. */
  readonly path: string;
  readonly widthPx: number;
  /** By default as high as its page. */
  readonly heightPx?: number;
  /** Device pixels for a pixel of the page; 2 by default, for sharp text. */
  readonly scale?: number;
  /** The page that is photographed. */
  readonly html: string;
  /** What the picture depends on, without what differs from run to run; by default the page. */
  readonly source?: string;
}

/** A page in the colors and fonts of Azure DevOps, as far as a machine without its fonts can show it. */
export function page(title: string, body: string, css = ""): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${escapeHtml(title)}</title>
<style>
* { box-sizing: border-box; }
body { margin: 0; font: 14px/1.4 "Segoe UI", "DejaVu Sans", sans-serif; color: #212121; background: #fff; }
code { font-family: Consolas, "DejaVu Sans Mono", monospace; font-size: 0.9em; background: #f4f4f4; padding: 0 3px; }
a { color: #005a9e; text-decoration: none; }
${css}
</style>
<body>
${body}
</body>
</html>
`;
}

export function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? "");
}
