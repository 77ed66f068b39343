import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build, type Metafile, type Plugin } from "esbuild";
import manifest from "../package.json" with { type: "json" };
import { contentTypes } from "../src/files/content-types.ts";
import { imagesIn, manifestLinks, resolveLinks, taskHelpUrl } from "./repository-links.ts";
import { thirdPartyNotices } from "./third-party-notices.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const staging = join(root, "dist/extension");

/** Source maps beside the bundles are for a debugger; a package is built without. */
const hasSourceMaps = readArguments()["source-maps"];

/** Threads are started from a file of their own beside main.js; the sources of these by their names there. */
const threads: Readonly<Record<string, string>> = {
  "digest-worker": join(root, "src/files/digest/digest-worker.ts"),
  "transfer-worker": join(root, "src/threads/transfer-worker.ts"),
};

/** What few runs need is not read by the others: files beside main.js, for the tasks that import them. */
const importsBesideMain: Readonly<Record<string, string>> = {
  "archive-libraries": join(root, "src/extract/archive-libraries.ts"),
  "archive-writers": join(root, "src/archive/archive-writers.ts"),
  "control-plane-clients": join(root, "src/site/control-plane/control-plane-clients.ts"),
  "html-parser": join(root, "src/site/base-path/html-parser.ts"),
  "sdk-clients": join(root, "src/aws/sdk-clients.ts"),
  "azure-devops-clients": join(root, "src/agent/azure-devops/clients.ts"),
};

/** Leaves imports of the files beside main.js for the time when they are needed. */
const leaveImports: Plugin = {
  name: "imports-beside-main",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.?\// }, ({ path, kind, resolveDir }) => {
      const source = join(resolveDir, path);
      const name = Object.keys(importsBesideMain).find((each) => importsBesideMain[each] === source);
      return kind === "dynamic-import" && name !== undefined ? { path: `./${name}.js`, external: true } : undefined;
    });
  },
};

/** Its value is in the bundles, and not what it is worked out from. */
const contentTypesSource = join(root, "src/files/content-types.ts");

const holdContentTypes: Plugin = {
  name: "content-types",
  setup({ onLoad }) {
    // V8 reads a text in JSON sooner than the same as an object in JavaScript.
    const json = JSON.stringify(JSON.stringify(contentTypes));
    onLoad({ filter: /content-types\.ts$/ }, ({ path }) =>
      path === contentTypesSource ? { contents: `export const contentTypes = JSON.parse(${json});` } : undefined,
    );
  },
};

function readArguments() {
  try {
    return parseArgs({ options: { "source-maps": { type: "boolean", default: false } } }).values;
  } catch (error) {
    const [what] = (error as Error).message.split(". ");
    console.error(`${what}: the only option of npm run build is --source-maps.`);
    process.exit(2);
  }
}

/** Writes the extension to `dist/extension`, exactly as it is packed. */
async function buildExtension(): Promise<void> {
  await rm(staging, { recursive: true, force: true });
  await mkdir(staging, { recursive: true });
  // The bundles are CommonJS, as the agent runs them: nothing above them in this repository may say otherwise.
  await writeFile(join(root, "dist/package.json"), '{ "type": "commonjs" }\n');

  const entries = await readdir(join(root, "tasks"), { withFileTypes: true });
  const tasks = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const metafiles = await Promise.all([...tasks.map(buildTask), contentTypesMetafile()]);
  await Promise.all([
    writeManifest(),
    writeOverview(),
    copyImages(),
    writeFile(join(staging, "ThirdPartyNotices.txt"), await thirdPartyNotices(root, metafiles.flat())),
    cp(join(root, "LICENSE"), join(staging, "LICENSE")),
  ]);
}

async function writeManifest(): Promise<void> {
  const extension = await readForms("vss-extension.json");
  await writeJson("vss-extension.json", { ...extension, ...manifestLinks(), version: manifest.version });
}

async function writeOverview(): Promise<void> {
  const overview = await readFile(join(root, "overview.md"), "utf8");
  await writeFile(join(staging, "overview.md"), resolveLinks(overview, root, "overview.md"));
}

/** The icon, and the pictures that the overview shows: the others are for the pages in the repository. */
async function copyImages(): Promise<void> {
  const overview = await readFile(join(root, "overview.md"), "utf8");
  await mkdir(join(staging, "images"));
  for (const path of ["images/icon.png", ...imagesIn(overview)]) await cp(join(root, path), join(staging, path));
}

async function buildTask(name: string): Promise<Metafile[]> {
  const [major, minor, patch] = manifest.version.split(".").map(Number);
  const folder = join("tasks", name);
  const main = await bundle(folder, { main: join(root, folder, "index.ts"), ...threads });
  const imported = await bundle(folder, importedBy(main));
  await bundleStart(folder);
  const task = {
    ...(await readForms(join(folder, "task.json"))),
    version: { Major: major, Minor: minor, Patch: patch },
    helpUrl: taskHelpUrl(name),
  };
  await writeJson(join(folder, "task.json"), task);
  await cp(join(root, folder, "icon.png"), join(staging, folder, "icon.png"));
  console.log(`${name}: main.js ${(await readFile(join(staging, folder, "main.js"))).length >> 10} KiB`);
  return [main, imported];
}

/** Writes index.js, which the agent starts: it can be read by each Node that an agent may have, and loads main.js. */
async function bundleStart(folder: string): Promise<void> {
  await build({
    entryPoints: [join(root, "src/agent/start.ts")],
    outfile: join(staging, folder, "index.js"),
    bundle: true,
    external: ["./main.js"],
    platform: "node",
    format: "cjs",
    target: "node10",
    minify: true,
    logLevel: "warning",
  });
}

async function bundle(folder: string, entryPoints: Readonly<Record<string, string>>): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints: { ...entryPoints },
    outdir: join(staging, folder),
    absWorkingDir: root,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    plugins: [leaveImports, holdContentTypes],
    define: { "import.meta.dirname": "__dirname", "import.meta.filename": "__filename" },
    minify: true,
    sourcemap: hasSourceMaps,
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
  return metafile;
}

/** Names the packages that content types come from, which no bundle does. */
async function contentTypesMetafile(): Promise<Metafile[]> {
  const entryPoints = [contentTypesSource];
  const { metafile } = await build({
    entryPoints,
    absWorkingDir: root,
    bundle: true,
    platform: "node",
    write: false,
    metafile: true,
  });
  return [metafile];
}

/** The files beside main.js that a bundle imports when it needs them. */
function importedBy({ outputs }: Metafile): Record<string, string> {
  const paths = Object.values(outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  return Object.fromEntries(Object.entries(importsBesideMain).filter(([name]) => paths.includes(`./${name}.js`)));
}

/** A file with the texts of forms, whose links to pages are made whole. */
async function readForms(path: string): Promise<object> {
  return JSON.parse(resolveLinks(await readFile(join(root, path), "utf8"), root, path));
}

async function writeJson(path: string, content: object): Promise<void> {
  await writeFile(join(staging, path), `${JSON.stringify(content, null, 2)}\n`);
}

await buildExtension();
