import { REDIRECT_HEADER } from "../../s3/system-metadata.ts";
import type { Redirect } from "../../sync/plan/plan.ts";
import type { SiteOptions } from "../options.ts";

/**
 * The redirect of an object, for the log.
 *
 * @param headers the headers that it is stored with.
 * @returns empty for an object of another kind.
 */
export function redirectOf(
  relativeKey: string,
  headers: Readonly<Record<string, string>>,
  { prefix, indexDocument }: Pick<SiteOptions, "prefix" | "indexDocument">,
): { readonly redirect?: Redirect } {
  const to = headers[REDIRECT_HEADER];
  if (to === undefined) return {};
  const path = `/${prefix}${relativeKey}`;
  const from = path.endsWith(`/${indexDocument}`) ? path.slice(0, -indexDocument.length) : path;
  return { redirect: { from, to } };
}
