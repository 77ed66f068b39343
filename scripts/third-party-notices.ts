import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Metafile } from "esbuild";

/**
 * Collects the licences of all packages that went into the bundles; most of them ask for that.
 *
 * @param root the repository's folder, to which the metafiles' paths are relative.
 * @throws Error if a bundled package has neither a licence file nor a `license` entry.
 */
export async function thirdPartyNotices(root: string, metafiles: readonly Metafile[]): Promise<string> {
  const folders = new Set(metafiles.flatMap(({ inputs }) => Object.keys(inputs).flatMap(packageFolder)));
  const notices = await Promise.all([...folders].sort().map((folder) => noticeOf(join(root, folder))));
  return `S3 Tasks contains the following packages.\n\n${notices.join("\n")}`;
}

function packageFolder(path: string): string[] {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.slice(0, 1) ?? [];
}

async function noticeOf(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file && !license) throw new Error(`${name} ${version} has no licence`);
  const text = file ? await readFile(join(folder, file), "utf8") : `Licence: ${license}\n`;
  return `${"-".repeat(80)}\n${name} ${version}\n\n${text.trim()}\n`;
}
