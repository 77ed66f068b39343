/** The target of a rule of `_redirects`. */
export interface RedirectTarget {
  /** Absent if the target is a path of the site. */
  readonly origin?: { readonly protocol: "http" | "https"; readonly host: string };
  /** With a `/` at its start, and perhaps a query and a fragment; `:name` and `:splat` as they are written. */
  readonly path: string;
}

/** Reads the target of a rule: a path that starts with `/`, or a URL that starts with `http://` or `https://`. */
export function parseRedirectTarget(to: string): RedirectTarget {
  const [, scheme, host, rest = ""] = /^(https?):\/\/([^/?#]+)(.*)$/i.exec(to) ?? [];
  if (scheme === undefined || host === undefined) return { path: to };
  const protocol = scheme.toLowerCase() === "http" ? "http" : "https";
  return { origin: { protocol, host }, path: rest.startsWith("/") ? rest : `/${rest}` };
}

/**
 * Divides a target at the names that stand for parts of the request.
 *
 * @param names those that a request has; another `:name` is text.
 * @returns text and names in turn, text first: `/blog/:id.html` becomes `["/blog/", "id", ".html"]`.
 */
export function targetParts(target: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [target];
  const longestFirst = [...names].sort((one, other) => other.length - one.length);
  return target.split(new RegExp(`:(${longestFirst.join("|")})(?!\\w)`));
}
