import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type S3Server, startS3Server } from "../../local/s3/server.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

interface Configuration {
  readonly name: string;
  readonly preLaunchTask?: string;
  readonly runtimeExecutable?: string;
  readonly runtimeArgs?: readonly string[];
  readonly program?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Writes the script of each process into a file of its own: those that a debugger in their place would reach. */
const probe = `
const { writeFileSync } = require("node:fs");
writeFileSync(require("node:path").join(process.env.VSCODE_INSPECTOR_OPTIONS, String(process.pid)), String(process.argv[1]));
`;

describe("VS Code", function () {
  this.timeout(300_000);
  const { configurations } = readJson<{ configurations: Configuration[] }>(".vscode/launch.json");
  const { tasks } = readJson<{ tasks: { label: string; command: string }[] }>(".vscode/tasks.json");
  let server: S3Server;
  let folder: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "debugging-"));
    writeFileSync(join(folder, "probe.cjs"), probe);
    server = await startS3Server();
    server.createBucket("quay-street-bakery");
  });
  afterEach(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  /** Starts a configuration as VS Code does, and says which scripts its debugger would reach. */
  const launch = async (name: string, file = "") => {
    const found = configurations.find((configuration) => configuration.name === name);
    assert.ok(found, name);
    const folderOfWorkspace = root.replace(/[\\/]$/, "");
    const fill = (text: string) => text.replace(/\$\{workspaceFolder\}/, folderOfWorkspace).replace(/\$\{file\}/, file);
    const { runtimeExecutable = process.execPath, runtimeArgs = [], program, args = [] } = found;
    const options = [...runtimeArgs, ...(program ? [program] : []), ...args].map(fill);
    const { stdout } = await run(runtimeExecutable, options, {
      cwd: root,
      env: {
        ...process.env,
        ...found.env,
        ...(found.env?.AWS_ENDPOINT_URL ? { AWS_ENDPOINT_URL: server.url } : {}),
        VSCODE_INSPECTOR_OPTIONS: folder,
        NODE_OPTIONS: `--require=${join(folder, "probe.cjs")}`,
      },
    });
    const scripts = readdirSync(folder).filter((entry) => /^\d+$/.test(entry));
    return { stdout, scripts: scripts.map((entry) => readFileSync(join(folder, entry), "utf8")) };
  };

  it("builds with source maps before it debugs the tasks", () => {
    const builds = configurations.flatMap(({ preLaunchTask = [] }) => preLaunchTask);
    assert.deepEqual(builds, ["build with source maps", "build with source maps"]);
    assert.deepEqual(
      tasks.map(({ label, command }) => [label, command]),
      [["build with source maps", "npm run build -- --source-maps"]],
    );
  });

  it("debugs a task: its process is reached", async () => {
    const { scripts } = await launch("Task");
    const reached = scripts.filter((script) => script.endsWith(join("AwsS3Upload", "index.js")));
    assert.equal(reached.length, 2, scripts.join("\n"));
  });

  it("debugs the tests of a file", async () => {
    const { stdout, scripts } = await launch("Open test file", join(root, "test/scripts/edition.test.ts"));
    assert.match(stdout, /\d+ passing/);
    assert.ok(scripts.length > 0);
  });
});

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(join(root, path), "utf8"));
}
