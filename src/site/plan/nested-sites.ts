import type { PlanProblem } from "../../sync/plan/plan.ts";
import { isManifestName, MANIFEST_NAME } from "../manifest/manifest.ts";
import type { SiteOptions } from "../options.ts";
import type { SiteState } from "./site-plan.ts";

/**
 * The folders of other sites below a site, each published with its own manifest.
 *
 * @param listed names of all objects below the site's prefix, without its own manifest.
 * @returns the folders, with a `/` at their ends.
 */
export function foldersOfNestedSites(listed: Iterable<string>): readonly string[] {
  return [...listed].filter(isManifestName).map((name) => name.slice(0, -MANIFEST_NAME.length));
}

/** Two sites that store objects in one folder would keep overwriting each other: one problem for each folder. */
export function checkNestedSites(
  { access, prefix }: SiteOptions,
  { objects, listed }: Pick<SiteState, "objects" | "listed">,
): PlanProblem[] {
  return foldersOfNestedSites(listed.keys()).flatMap((folder) => {
    const own = [...objects.keys()].find((name) => name.startsWith(folder));
    if (own === undefined) return [];
    const manifest = `s3://${access.bucketName}/${prefix}${folder}${MANIFEST_NAME}`;
    const advice = `Exclude ${folder} with a pattern, or publish one of the two elsewhere. If the other site is no longer needed, delete its manifest`;
    const message = `the site has ${own}, and another site is published to ${folder}, as its manifest ${manifest} shows. ${advice}.`;
    return [{ input: "targetFolder", code: "sites-in-conflict", message }];
  });
}
