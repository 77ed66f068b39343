import { mkdir, readdir } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { run } from "./command.ts";
import { downloadDebianPackages } from "./debian.ts";
import { installed } from "./installed.ts";
import type { InstallPermission } from "./server.ts";

/** HTML documentation that Debian packs, and where its index ends up. Each has over 500 files. */
const sites = [
  { packages: ["sqlite3-doc"], index: "usr/share/doc/sqlite3/index.html" },
  {
    // The scripts of the others are linked to from the first.
    packages: ["python-django-doc", "libjs-sphinxdoc", "libjs-jquery", "libjs-underscore"],
    index: "usr/share/doc/python-django-doc/html/index.html",
  },
];

/**
 * The folders of sites that nobody here has made, as a list in the manner of PATH. They are unpacked and not installed, which
 * would concern the whole machine, and which images of containers often make go without documentation.
 * @throws {Unavailable} if they cannot be had.
 */
export async function unpackedDocumentation(permission: InstallPermission): Promise<string> {
  const folders: string[] = [];
  for (const { packages, index } of sites) {
    const install = (folder: string) => unpack(packages, folder);
    folders.push(dirname(await installed({ name: packages[0] ?? "", program: index, install }, permission)));
  }
  return folders.join(delimiter);
}

async function unpack(packages: readonly string[], folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await downloadDebianPackages(packages, folder);
  const archives = (await readdir(folder)).filter((name) => name.endsWith(".deb"));
  for (const archive of archives) await run("dpkg-deb", ["--extract", join(folder, archive), folder]);
}
