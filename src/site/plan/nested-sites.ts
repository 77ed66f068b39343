import type { PlanProblem } from "../../sync/plan/plan.ts";
import { isManifestName, MANIFEST_NAME } from "../manifest/manifest.ts";
import type { SiteOptions } from "../options.ts";
import type { SiteState } from "./site-plan.ts";
import { REDIRECTS_FILE } from "./site-rules.ts";

/**
 * The folders of other sites below a site, each published with its own manifest.
 *
 * @param listed names of all objects below the site's prefix, without its own manifest.
 * @returns the folders, with a `/` at their ends.
 */
export function foldersOfNestedSites(listed: Iterable<string>): readonly string[] {
  return [...listed].filter(isManifestName).map((name) => name.slice(0, -MANIFEST_NAME.length));
}

/** What a site has in the folder of another one, and how it gets out of there. */
interface Conflict {
  /** With its subject. */
  readonly what: string;
  /** The beginning of a sentence. */
  readonly remedy: string;
}

/**
 * Two sites that store objects in one folder would keep overwriting each other, and nobody could tell whose a routing rule for it is: one
 * problem for each folder.
 */
export function checkNestedSites(
  { access, prefix }: SiteOptions,
  { objects, listed, routingRules }: Pick<SiteState, "objects" | "listed" | "routingRules">,
): PlanProblem[] {
  return foldersOfNestedSites(listed.keys()).flatMap((folder) => {
    const conflict = findRule(routingRules, prefix, folder) ?? findObject(objects, folder);
    if (!conflict) return [];
    const manifest = `s3://${access.bucketName}/${prefix}${folder}${MANIFEST_NAME}`;
    const advice = `${conflict.remedy}, or publish one of the two elsewhere. If the other site is no longer needed, delete its manifest`;
    const message = `${conflict.what}, and another site is published to ${folder}, as its manifest ${manifest} shows. ${advice}.`;
    return [{ input: "targetFolder", code: "sites-in-conflict", message }];
  });
}

function findObject(objects: SiteState["objects"], folder: string): Conflict | undefined {
  const name = [...objects.keys()].find((each) => each.startsWith(folder));
  return name === undefined ? undefined : { what: `the site has ${name}`, remedy: `Exclude ${folder} with a pattern` };
}

function findRule(routingRules: SiteState["routingRules"], prefix: string, folder: string): Conflict | undefined {
  const keyPrefix = routingRules
    .map(({ condition }) => condition.keyPrefix ?? "")
    .find((each) => each.startsWith(prefix + folder));
  if (keyPrefix === undefined) return undefined;
  return {
    what: `${REDIRECTS_FILE} has a rule for /${keyPrefix.slice(prefix.length)}*`,
    remedy: `Write the rule in the ${REDIRECTS_FILE} of the other site`,
  };
}
