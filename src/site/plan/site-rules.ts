import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ScanError } from "../../files/scan.ts";
import type { PlanProblem } from "../../sync/plan/plan.ts";
import { type HeadersFile, parseHeadersFile } from "../rules/headers-file.ts";
import type { LineMessage, LineWarning } from "../rules/line-message.ts";
import { parseRedirectsFile, type RedirectRule } from "../rules/redirects-file.ts";

export const HEADERS_FILE = "_headers";
export const REDIRECTS_FILE = "_redirects";

/** The site's rules from the two files that Netlify and Cloudflare Pages use. */
export interface SiteRules {
  readonly headersFile: HeadersFile;
  readonly redirects: readonly RedirectRule[];
  /** Lines of `_redirects` that are skipped because they are not supported. */
  readonly unsupportedRedirects: readonly LineWarning[];
  readonly problems: readonly PlanProblem[];
}

/**
 * * Reads the `_headers` and `_redirects` files of a site, if it has them.
 * @param source absolute path of the site's folder.
 * @param siteUrl the site's URL, if known.
 * @throws {ScanError} if a file is there and cannot be read.
 */
export function readSiteRules(source: string, siteUrl: URL | undefined): SiteRules {
  const headersFile = parseHeadersFile(readIfThere(source, HEADERS_FILE), siteUrl);
  const redirects = parseRedirectsFile(readIfThere(source, REDIRECTS_FILE));
  return {
    headersFile,
    redirects: redirects.rules,
    unsupportedRedirects: redirects.warnings,
    problems: [...asProblems(HEADERS_FILE, headersFile.problems), ...asProblems(REDIRECTS_FILE, redirects.problems)],
  };
}

function asProblems(file: string, messages: readonly LineMessage[]): PlanProblem[] {
  return messages.map(({ line, code, message }) => ({
    input: "sourceFolder",
    code,
    message: `${file}, line ${line}: ${message}`,
  }));
}

function readIfThere(folder: string, name: string): string {
  try {
    return readFileSync(join(folder, name), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw new ScanError(name, error as Error);
  }
}
