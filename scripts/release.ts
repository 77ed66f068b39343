import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const USAGE = "Usage: npm run release -- X.Y.Z";
const UNRELEASED = "## Unreleased";

/** A release cannot be made like this; the message says what to do. */
class ReleaseError extends Error {}

/**
 * Sets the version in package.json and package-lock.json, from which the build takes those of the extension and the tasks;
 * gives the changelog's unreleased part its version and date; and commits that.
 *
 * @param version three numbers, no lower than the present version.
 * @param date of the release, for example `2027-01-31`.
 * @throws {ReleaseError} before anything is changed.
 */
export function release(folder: string, version: string, date: string): void {
  if (!/^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}$/.test(version)) throw new ReleaseError(USAGE);
  const git = (...args: string[]) => execFileSync("git", args, { cwd: folder, encoding: "utf8" });
  if (git("status", "--porcelain") !== "") throw new ReleaseError("There are changes. Commit them first.");

  const manifests = ["package.json", "package-lock.json"].map((name) => {
    const path = join(folder, name);
    return { path, content: JSON.parse(readFileSync(path, "utf8")) };
  });
  const current: string = manifests[0]?.content.version;
  if (isLower(version, current)) throw new ReleaseError(`${version} is lower than ${current}. Enter a higher version.`);
  const changelogPath = join(folder, "CHANGELOG.md");
  const changelog = readFileSync(changelogPath, "utf8");
  const lines = changelog.split("\n");
  if (lines.some((line) => line.startsWith(`## ${version} `))) {
    throw new ReleaseError(`CHANGELOG.md already has version ${version}. Enter a higher version.`);
  }
  if (!lines.includes(UNRELEASED)) {
    throw new ReleaseError(`CHANGELOG.md has no part "${UNRELEASED}". Add it, with what changes for users.`);
  }

  for (const { path, content } of manifests) {
    content.version = version;
    if (content.packages) content.packages[""].version = version;
    writeFileSync(path, `${JSON.stringify(content, undefined, 2)}\n`);
  }
  writeFileSync(changelogPath, changelog.replace(UNRELEASED, `## ${version} (${date})`));
  git("commit", "--quiet", "--all", "--message", `Release ${version}`);
}

function isLower(version: string, than: string): boolean {
  return version.localeCompare(than, "en", { numeric: true }) < 0;
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [version = ""] = process.argv.slice(2);
  try {
    release(fileURLToPath(new URL("..", import.meta.url)), version, new Date().toISOString().slice(0, 10));
    console.log(`Version ${version} is committed. Next: bash .ci/run, then the release checklist.`);
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}
