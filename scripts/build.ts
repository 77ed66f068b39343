import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Metafile, type Plugin } from "esbuild";
import manifest from "../package.json" with { type: "json" };
import { contentTypes } from "../src/files/content-types.ts";
import { thirdPartyNotices } from "./third-party-notices.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const staging = join(root, "dist/extension");

/** Threads are started from a file of their own beside index.js; the sources of these by their names there. */
const threads: Readonly<Record<string, string>> = {
  "digest-worker": join(root, "src/files/digest/digest-worker.ts"),
};

/** What few runs need is not read by the others: files beside index.js, for the tasks that import them. */
const importsBesideIndex: Readonly<Record<string, string>> = {
  "agent-identity-chain": join(root, "src/aws/credentials/agent-identity-chain.ts"),
  "control-plane-clients": join(root, "src/site/control-plane/control-plane-clients.ts"),
  "task-api-client": join(root, "src/agent/task-api-client.ts"),
};

/** Leaves imports of the files beside index.js for the time when they are needed. */
const leaveImports: Plugin = {
  name: "imports-beside-index",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.?\// }, ({ path, kind, resolveDir }) => {
      const source = join(resolveDir, path);
      const name = Object.keys(importsBesideIndex).find((each) => importsBesideIndex[each] === source);
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
    writeJson("vss-extension.json", { ...(await readJson("vss-extension.json")), version: manifest.version }),
    writeFile(join(staging, "ThirdPartyNotices.txt"), await thirdPartyNotices(root, metafiles.flat())),
    ...["overview.md", "LICENSE"].map((file) => cp(join(root, file), join(staging, file))),
    cp(join(root, "images"), join(staging, "images"), { recursive: true, filter: (path) => !path.endsWith(".svg") }),
  ]);
}

async function buildTask(name: string): Promise<Metafile[]> {
  const [major, minor, patch] = manifest.version.split(".").map(Number);
  const folder = join("tasks", name);
  const index = await bundle(folder, { index: join(root, folder, "index.ts"), ...threads });
  const imported = await bundle(folder, importedBy(index));
  const task = {
    ...(await readJson(join(folder, "task.json"))),
    version: { Major: major, Minor: minor, Patch: patch },
  };
  await writeJson(join(folder, "task.json"), task);
  await cp(join(root, folder, "icon.png"), join(staging, folder, "icon.png"));
  console.log(`${name}: index.js ${(await readFile(join(staging, folder, "index.js"))).length >> 10} KiB`);
  return [index, imported];
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

/** The files beside index.js that a bundle imports when it needs them. */
function importedBy({ outputs }: Metafile): Record<string, string> {
  const paths = Object.values(outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  return Object.fromEntries(Object.entries(importsBesideIndex).filter(([name]) => paths.includes(`./${name}.js`)));
}

async function readJson(path: string): Promise<object> {
  return JSON.parse(await readFile(join(root, path), "utf8"));
}

async function writeJson(path: string, content: object): Promise<void> {
  await writeFile(join(staging, path), `${JSON.stringify(content, null, 2)}\n`);
}

await buildExtension();
