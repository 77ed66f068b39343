import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ScanError } from "../../files/scan.ts";
import { patience } from "../../files/windows/patience.ts";
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
 * Reads the `_headers` and `_redirects` files of a site, if it has them.
 *
 * @param source absolute path of the site's folder.
 * @param siteUrl the site's URL, if known.
 * @throws {ScanError} if a file is there and cannot be read.
 */
export async function readSiteRules(source: string, siteUrl: URL | undefined, signal: AbortSignal): Promise<SiteRules> {
  const headersFile = parseHeadersFile(await readIfThere(source, HEADERS_FILE, signal), siteUrl);
  const redirects = parseRedirectsFile(await readIfThere(source, REDIRECTS_FILE, signal));
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

async function readIfThere(folder: string, name: string, signal: AbortSignal): Promise<string> {
  try {
    // On some disks `_Headers` would be found too, which is a file of the site like others.
    if (!(await readdir(folder)).includes(name)) return "";
    const path = join(folder, name);
    return await patience.whileHeld({ path, purpose: "read", signal }, () => readFile(path, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    signal.throwIfAborted();
    throw new ScanError(name, error as Error);
  }
}
