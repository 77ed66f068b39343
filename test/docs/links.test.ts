import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { anchorsOf, linksOf } from "./markdown.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const docs = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"));
const pages = [
  "README.md",
  "overview.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  ...docs.map((name) => `docs/${name}`),
];

for (const page of pages) {
  it(`${page} links only to files and headings that exist`, () => {
    const file = join(root, page);
    for (const target of linksOf(file).filter((link) => !/^https?:/.test(link))) {
      const [path = "", anchor] = target.split("#");
      const linked = path === "" ? file : join(dirname(file), decodeURI(path));
      assert.ok(existsSync(linked), target);
      if (anchor !== undefined) assert.ok(anchorsOf(linked).includes(anchor), target);
    }
  });
}
