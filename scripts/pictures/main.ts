import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { installedChromium, startChromium } from "../servers/chromium.ts";
import { debianProgram } from "../servers/debian.ts";
import { installPermission } from "../servers/permission.ts";
import { Unavailable } from "../servers/server.ts";
import type { Picture } from "./picture.ts";
import { formsToRead, preparePictures } from "./pictures.ts";
import { takePicture } from "./screenshot.ts";
import { HASHES_PATH, hashSources } from "./source-hashes.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

const USAGE = `npm run pictures                 makes the pictures of the documentation
npm run pictures -- --forms      writes all forms with their help to dist/forms, as HTML and PNG
npm run pictures -- --install    installs Chromium and pngquant first, if they are missing`;

async function main(args: readonly string[]): Promise<void> {
  const unknown = args.find((arg) => arg !== "--forms" && arg !== "--install");
  if (unknown !== undefined) {
    console.error(USAGE);
    process.exitCode = 2;
    return;
  }
  const permission = installPermission(args, process.env);
  const chromium = await installedChromium(permission);
  await debianProgram({ program: "pngquant", versionOption: "--version", packages: ["pngquant"] }, permission);
  const browser = await startChromium(chromium);
  try {
    if (args.includes("--forms")) await takeAll(browser, formsToRead(root), true);
    else await takeDocumentation(browser);
  } finally {
    await browser.close();
  }
}

async function takeDocumentation(browser: Browser): Promise<void> {
  const { pictures, close } = await preparePictures(root);
  try {
    await takeAll(browser, pictures, false);
  } finally {
    await close();
  }
  writeFileSync(join(root, HASHES_PATH), `${JSON.stringify(hashSources(pictures), null, 2)}\n`);
}

async function takeAll(browser: Browser, pictures: readonly Picture[], keepsPages: boolean): Promise<void> {
  for (const picture of pictures) {
    const target = join(root, picture.path);
    mkdirSync(dirname(target), { recursive: true });
    await takePicture(browser, picture, target);
    if (keepsPages) writeFileSync(target.replace(/\.png$/, ".html"), picture.html);
    console.log(`${picture.path}: ${(statSync(target).size / 1000).toFixed(0)} KB`);
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Unavailable ? error.message : error);
  process.exitCode = 1;
});
