import { execFileSync } from "node:child_process";
import JSZip from "jszip";

/** The oldest time that a ZIP file can hold, in seconds since 1970. */
const OLDEST = Date.UTC(1980, 0, 1) / 1000;

/**
 * Writes a ZIP file again so that its bytes depend on nothing but names and contents: files sorted by name, one date,
 * no folders, no permissions.
 *
 * @param date of every file; ZIP holds it in steps of two seconds, and JSZip writes it in UTC.
 */
export async function rewriteArchive(archive: Uint8Array, date: Date): Promise<Buffer> {
  const { files } = await JSZip.loadAsync(archive);
  const rewritten = new JSZip();
  for (const name of Object.keys(files).sort()) {
    const file = files[name];
    if (file && !file.dir) rewritten.file(name, await file.async("nodebuffer"), { date, createFolders: false });
  }
  return rewritten.generateAsync({
    type: "nodebuffer",
    platform: "DOS",
    compression: "DEFLATE",
    compressionOptions: { level: 9 },
  });
}

/**
 * The date for the files of a package: `SOURCE_DATE_EPOCH`, else the date of the commit, else 1980, if the sources
 * are no git repository.
 *
 * Source: "SOURCE_DATE_EPOCH specification", reproducible-builds.org.
 *
 * @throws Error if `SOURCE_DATE_EPOCH` is not a whole number.
 */
export function packageDate(root: string, environment: NodeJS.ProcessEnv): Date {
  const { SOURCE_DATE_EPOCH: given } = environment;
  if (given && !/^\d{1,10}$/.test(given)) {
    throw new Error(`SOURCE_DATE_EPOCH is "${given}". Set it to a whole number of seconds since 1970, or unset it.`);
  }
  const seconds = Number(given || commitSeconds(root));
  return new Date(Math.max(seconds, OLDEST) * 1000);
}

function commitSeconds(root: string): number {
  try {
    return Number(
      execFileSync("git", ["log", "-1", "--format=%ct"], { cwd: root, stdio: ["ignore", "pipe", "ignore"] }),
    );
  } catch {
    return OLDEST;
  }
}
