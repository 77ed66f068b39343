import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Browser } from "playwright-core";
import type { Picture } from "./picture.ts";

/** Lower than any page, so that the picture is as high as its page. */
const MIN_HEIGHT_PX = 100;

/**
 * Photographs a page, and makes the picture small.
 *
 * @param target absolute path of the PNG.
 * @throws Error if the browser or pngquant fails.
 */
export async function takePicture(browser: Browser, picture: Picture, target: string): Promise<void> {
  const { html, widthPx, heightPx, scale = 2 } = picture;
  const viewport = { width: widthPx, height: heightPx ?? MIN_HEIGHT_PX };
  const page = await browser.newPage({ viewport, deviceScaleFactor: scale });
  const folder = await mkdtemp(join(tmpdir(), "picture-"));
  try {
    await page.setContent(html);
    const shot = join(folder, "shot.png");
    await page.screenshot({ path: shot, fullPage: heightPx === undefined, omitBackground: true });
    // A picture of text has few colors: with a palette it is a third as large.
    const options = ["--force", "--strip", "--speed=1", "--quality=60-95", `--output=${target}`];
    await promisify(execFile)("pngquant", [...options, "128", shot]);
  } finally {
    await page.close();
    await rm(folder, { recursive: true, force: true });
  }
}
