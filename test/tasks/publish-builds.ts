import { createHash } from "node:crypto";

/** How the builds of a site name their assets: with a hash of the content, or by plain names that come and go. */
export type AssetNaming = "hashed" | "plain";

/** Pages that every build has. */
export const LASTING_PAGES = ["index.html", "about.html", "docs/index.html", "404.html"];
const ASSETS = ["app.js", "style.css", "logo.svg", "font.woff2"];
/** So many sets of assets there are, that builds take in turn. */
export const SETS = 4;

/**
 * The files of a build. All assets of a set say which one it is, and each page says which assets it needs, and of which set.
 *
 * @param build its number: the pages of no two builds are the same.
 * @param set builds of the same set have the same assets, and a page that builds of other sets do not have.
 */
export function buildOf(naming: AssetNaming, build: number, set: number): Record<string, string> {
  const assets = ASSETS.map((name) => assetName(naming, name, set));
  const pageOf = (name: string) => {
    const picture = `pictures/${assetName(naming, `${name.replaceAll(/\W/g, "-")}.png`, set)}`;
    return [`${name} of build ${build}`, `set ${set}`, ...[...assets, picture].map((asset) => `needs /${asset}`), ""];
  };
  const pages = Object.fromEntries([...LASTING_PAGES, rarePage(set)].map((name) => [name, pageOf(name)]));
  const needed = Object.values(pages).flatMap((lines) => lines.flatMap((line) => line.match(/(?<=^needs \/).*/) ?? []));
  return {
    ...Object.fromEntries(Object.entries(pages).map(([name, lines]) => [name, lines.join("\n")])),
    ...Object.fromEntries(needed.map((asset) => [asset, `set ${set}\n${asset}`])),
  };
}

/** The page that only builds of a set have. */
export function rarePage(set: number): string {
  return `news/${set}.html`;
}

/** Where names have no hash, half of the assets keep theirs from build to build, and half are named for their set. */
function assetName(naming: AssetNaming, name: string, set: number): string {
  if (naming === "plain") return /^[a-f]/.test(name) ? name : `${set}-${name}`;
  const hash = createHash("sha256").update(`${name} ${set}`).digest("hex").slice(0, 20);
  return name.replace(/(?=\.\w+$)/, `.${hash}`);
}
