import { execFileSync } from "node:child_process";
import { cp, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { packageDate, rewriteArchive } from "./archive.ts";
import { type Edition, type ExtensionManifest, editionManifest, editionTask, type TaskManifest } from "./edition.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const MANIFEST = "vss-extension.json";
const TASK_TYPE = "ms.vss-distributed-task.task";

/**
 * Packs the built extension, `dist/extension`, as an edition. It needs no network.
 *
 * @returns the path of the .vsix, relative to the repository's folder.
 */
export async function packEdition(edition: Edition): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "edition-"));
  try {
    await cp(join(root, "dist/extension"), folder, { recursive: true });
    const { id } = await writeEdition(folder, edition);
    const owner = edition.publisher === undefined ? "" : `${edition.publisher}.`;
    const vsix = `dist/${owner}${id}-${edition.version}.vsix`;
    await writeFile(
      join(root, vsix),
      await rewriteArchive(await createArchive(folder), packageDate(root, process.env)),
    );
    return vsix;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Makes a copy of the built extension the edition's. */
async function writeEdition(folder: string, edition: Edition): Promise<ExtensionManifest> {
  const built = await readJson<ExtensionManifest>(join(folder, MANIFEST));
  const extension = editionManifest(built, edition);
  await writeJson(join(folder, MANIFEST), extension);
  for (const [index, { type, properties }] of built.contributions.entries()) {
    if (type !== TASK_TYPE) continue;
    const taskFolder = join(folder, extension.contributions[index]?.properties.name ?? properties.name);
    await rename(join(folder, properties.name), taskFolder);
    const file = join(taskFolder, "task.json");
    await writeJson(file, editionTask(await readJson<TaskManifest>(file), built, edition));
  }
  return extension;
}

/** The archive as tfx makes it: with the time of now, and its files in the order in which they were read. */
async function createArchive(folder: string): Promise<Buffer> {
  const tfx = join(root, "node_modules/tfx-cli/_build/tfx-cli.js");
  const archive = join(folder, "extension.vsix");
  const options = ["--manifest-globs", MANIFEST, "--output-path", archive, "--no-prompt"];
  execFileSync(process.execPath, [tfx, "extension", "create", "--root", folder, ...options], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  return readFile(archive);
}

async function readJson<T>(file: string): Promise<T> {
  return JSON.parse(await readFile(file, "utf8"));
}

async function writeJson(file: string, content: object): Promise<void> {
  await writeFile(file, `${JSON.stringify(content, null, 2)}\n`);
}
