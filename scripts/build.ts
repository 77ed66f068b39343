import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Metafile, type Plugin } from "esbuild";
import manifest from "../package.json" with { type: "json" };
import { thirdPartyNotices } from "./third-party-notices.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const staging = join(root, "dist/extension");

/**
 * Files beside index.js, by their names there: threads are started from a file of their own, and what few runs need is not read by
 * the others.
 */
const filesBesideIndex: Readonly<Record<string, string>> = {
  "digest-worker": join(root, "src/files/digest-worker.ts"),
  "agent-identity-chain": join(root, "src/aws/agent-identity-chain.ts"),
  "task-api-client": join(root, "src/agent/task-api-client.ts"),
};

/** Leaves imports of the files beside index.js for the time when they are needed. */
const importsBesideIndex: Plugin = {
  name: "imports-beside-index",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.?\// }, ({ path, kind, resolveDir }) => {
      const source = join(resolveDir, path);
      const name = Object.keys(filesBesideIndex).find((each) => filesBesideIndex[each] === source);
      return kind === "dynamic-import" && name !== undefined ? { path: `./${name}.js`, external: true } : undefined;
    });
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
  const metafiles = await Promise.all(tasks.map(buildTask));
  await Promise.all([
    writeJson("vss-extension.json", { ...(await readJson("vss-extension.json")), version: manifest.version }),
    writeFile(join(staging, "ThirdPartyNotices.txt"), await thirdPartyNotices(root, metafiles)),
    ...["overview.md", "LICENSE"].map((file) => cp(join(root, file), join(staging, file))),
    cp(join(root, "images"), join(staging, "images"), { recursive: true, filter: (path) => !path.endsWith(".svg") }),
  ]);
}

async function buildTask(name: string): Promise<Metafile> {
  const [major, minor, patch] = manifest.version.split(".").map(Number);
  const folder = join("tasks", name);
  const { metafile } = await build({
    entryPoints: { index: join(root, folder, "index.ts"), ...filesBesideIndex },
    outdir: join(staging, folder),
    absWorkingDir: root,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    plugins: [importsBesideIndex],
    define: { "import.meta.dirname": "__dirname", "import.meta.filename": "__filename" },
    minify: true,
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
  const task = {
    ...(await readJson(join(folder, "task.json"))),
    version: { Major: major, Minor: minor, Patch: patch },
  };
  await writeJson(join(folder, "task.json"), task);
  await cp(join(root, folder, "icon.png"), join(staging, folder, "icon.png"));
  console.log(`${name}: index.js ${(await readFile(join(staging, folder, "index.js"))).length >> 10} KiB`);
  return metafile;
}

async function readJson(path: string): Promise<object> {
  return JSON.parse(await readFile(join(root, path), "utf8"));
}

async function writeJson(path: string, content: object): Promise<void> {
  await writeFile(join(staging, path), `${JSON.stringify(content, null, 2)}\n`);
}

await buildExtension();
