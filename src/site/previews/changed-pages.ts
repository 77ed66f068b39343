import type { PreparedSite } from "../plan/prepared-site.ts";
import { encodeUrlPath } from "../url-paths.ts";

/** A page that a publish stores. */
export interface ChangedPage {
  /** Relative to the site. */
  readonly path: string;
  /** Absent if it is not known where the site is. */
  readonly url?: URL;
}

/** The pages that a publish stores, each file once: those of the root first. */
export function changedPages({ actions, objects, address }: PreparedSite): readonly ChangedPage[] {
  const paths = new Set<string>();
  for (const { kind, relativeKey } of actions) {
    const object = objects.get(relativeKey);
    const isPage = object?.kind === "page" || object?.kind === "index";
    if (kind === "put" && isPage && object.file) paths.add(object.file.path);
  }
  const depth = (path: string) => path.split("/").length;
  const sorted = [...paths].sort((one, other) => depth(one) - depth(other) || (one < other ? -1 : 1));
  return sorted.map((path) => {
    const { siteUrl } = address;
    return { path, ...(siteUrl ? { url: new URL(`./${encodeUrlPath(path)}`, siteUrl) } : {}) };
  });
}
