import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Picture } from "./picture.ts";

const run = promisify(execFile);

/** At least as high as any page. */
const MAX_HEIGHT_PX = 12_000;
const SETTLE_MS = 2_000;

/**
 * Photographs a page with headless Chromium, and makes the picture small.
 *
 * @param chromium the program.
 * @param target absolute path of the PNG.
 * @throws Error if Chromium or pngquant fails.
 */
export async function takePicture(chromium: string, picture: Picture, target: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "picture-"));
  try {
    const file = join(folder, "page.html");
    await writeFile(file, `${picture.html}<script>${REPORT_HEIGHT}</script>`);
    const shot = join(folder, "shot.png");
    if (picture.isDrawing) await draw(chromium, folder, shot);
    else await photograph(chromium, folder, picture, shot);
    // A picture of text has few colors: with a palette it is a third as large.
    await run("pngquant", ["--force", "--strip", "--speed=1", "--quality=60-95", `--output=${target}`, "128", shot]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A window of Chromium cannot be as small as an icon. */
async function draw(chromium: string, folder: string, shot: string): Promise<void> {
  const { stdout } = await browse(chromium, folder, ["--dump-dom"]);
  const [, base64] = /data:image\/png;base64,([\w+/=]+)/.exec(stdout) ?? [];
  if (base64 === undefined) throw new Error("The page drew no picture.");
  await writeFile(shot, Buffer.from(base64, "base64"));
}

async function photograph(chromium: string, folder: string, picture: Picture, shot: string): Promise<void> {
  const { widthPx, scale = 2, heightPx = await measure(chromium, folder, picture.widthPx) } = picture;
  await browse(chromium, folder, [
    `--screenshot=${shot}`,
    `--window-size=${widthPx},${heightPx}`,
    `--force-device-scale-factor=${scale}`,
  ]);
}

/** Leaves the height of the page where `--dump-dom` shows it. */
const REPORT_HEIGHT =
  "addEventListener('load', () => { document.title = 'height ' + Math.ceil(document.body.getBoundingClientRect().height); });";

async function measure(chromium: string, folder: string, widthPx: number): Promise<number> {
  const { stdout } = await browse(chromium, folder, ["--dump-dom", `--window-size=${widthPx},100`]);
  const [, height] = /<title>height (\d+)<\/title>/.exec(stdout) ?? [];
  if (height === undefined) throw new Error("Chromium did not tell the height of the page.");
  return Math.min(Number(height), MAX_HEIGHT_PX);
}

function browse(chromium: string, folder: string, options: readonly string[]) {
  const settings = [
    "--headless=new",
    "--no-proxy-server",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
  ];
  // Chromium refuses to confine its processes if root starts it.
  const confinement = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return run(
    chromium,
    [
      ...settings,
      ...confinement,
      `--user-data-dir=${join(folder, "profile")}`,
      `--virtual-time-budget=${SETTLE_MS}`,
      ...options,
      join(folder, "page.html"),
    ],
    { maxBuffer: 64 * 1024 ** 2 },
  );
}
