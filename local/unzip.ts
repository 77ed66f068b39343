import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import JSZip from "jszip";

/**
 * Unpacks an archive that was made here.
 *
 * @param folder is made if it does not exist.
 */
export async function unzip(archive: string, folder: string): Promise<void> {
  const zip = await JSZip.loadAsync(await readFile(archive));
  for (const file of Object.values(zip.files).filter(({ dir }) => !dir)) {
    await mkdir(join(folder, dirname(file.name)), { recursive: true });
    await writeFile(join(folder, file.name), await file.async("nodebuffer"));
  }
}
