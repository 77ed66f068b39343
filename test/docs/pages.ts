import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root: string = fileURLToPath(new URL("../..", import.meta.url));

/** The pages for users, by their paths from the root of the repository. */
export const userPages: readonly string[] = [
  "README.md",
  "overview.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

/** All pages of the repository. */
export const allPages: readonly string[] = [...userPages, "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"];
