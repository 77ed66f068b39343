import { lastName } from "../../files/below-folder.ts";
import { checkRedirectLocation } from "../../sync/settings/header-value.ts";
import type { RedirectRule } from "./redirects-file.ts";
import { basePathOf, type RedirectSite } from "./redirects-site.ts";
import { parseRedirectTarget, targetParts } from "./redirects-target.ts";

/** An object with which a website endpoint redirects visitors, always with a 301. */
export interface RedirectObject {
  /** Relative to the site, as all names of objects. */
  readonly name: string;
  /** The value of x-amz-website-redirect-location. */
  readonly location: string;
  /** Of the rule in `_redirects`. */
  readonly line: number;
}

/** A website endpoint takes only GET and HEAD, and for these a 308 says what a 301 does. */
const PERMANENT_STATUSES = [301, 308];

/** Whether objects can apply a rule for one path. */
export function isPermanent({ status }: RedirectRule): boolean {
  return PERMANENT_STATUSES.includes(status);
}

/**
 * The objects for a rule from one path, and for the path of a rule from a folder: one for the path, and where that does not look like a
 * file, one for the path with a `/` behind it, for which a website endpoint looks for the index document.
 *
 * @throws Error if S3 takes no such location.
 */
export function redirectObjects({ from, to, line }: RedirectRule, site: RedirectSite): readonly RedirectObject[] {
  const { origin, path } = parseRedirectTarget(to);
  const target = targetParts(path, from.names)
    .filter((_, index) => index % 2 === 0)
    .join("");
  const location = checkRedirectLocation(
    origin ? `${origin.protocol}://${origin.host}${target}` : basePathOf(site) + target.slice(1),
  );
  const isFolder = from.kind === "folder";
  const name = from.path.slice(1, isFolder ? -"/*".length : undefined);
  const folderName = name === "" ? site.indexDocument : `${name}/${site.indexDocument}`;
  const looksLikeFile = lastName(name).includes(".");
  return [
    ...(name === "" ? [] : [{ name, location, line }]),
    ...(isFolder || looksLikeFile ? [] : [{ name: folderName, location, line }]),
  ];
}
