import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findFaults } from "../../scripts/architecture/faults.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));

const page = `# Places

| place | what lives there | may import | alone imports |
|---|---|---|---|
| \`test/\` | tests | anything | |
| \`tasks/\` | tasks | \`src/agent\`, \`src/s3\` | |
| \`src/agent/\` | the agent | nothing | \`task-lib\`, \`@agent/api\` |
| \`src/s3/\` | objects | \`src/http\` | |
| \`src/http/\` | requests | nothing | |
| \`docs/\` | this page | | |

More text.
`;

/** A small repository in which all is as its table says. */
const sound: Readonly<Record<string, string>> = {
  "docs/architecture.md": page,
  "tasks/Copy/task.json": "{}",
  "tasks/Copy/index.ts":
    'import { readInput } from "../../src/agent/inputs.ts";\nimport "../../src/s3/put.ts";\nreadInput();\n',
  "src/agent/inputs.ts":
    'import "task-lib/task.js";\nimport "@agent/api";\nexport const readInput = () => import("./log.ts");\n',
  "src/agent/log.ts": 'import { join } from "node:path";\nexport const place = join("a", "b");\n',
  "src/s3/put.ts": 'import type { Send } from "../http/send.ts";\nexport const put = (send: Send) => send();\n',
  "src/http/send.ts":
    'import manifest from "../../package.json" with { type: "json" };\nexport type Send = () => typeof manifest;\n',
  "test/put.test.ts": 'import "../src/s3/put.ts";\nimport "task-lib";\nimport "../tasks/Copy/index.ts";\n',
};

describe("the check of who imports whom", () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "places-"));
    write(sound);
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function write(files: Readonly<Record<string, string>>): void {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    }
  }

  it("finds nothing where all is as the table says", () => {
    assert.deepEqual(findFaults(root), []);
  });

  const planted: readonly [title: string, files: Readonly<Record<string, string>>, faults: readonly string[]][] = [
    [
      "a value from a place above",
      { "src/http/send.ts": 'import { put } from "../s3/put.ts";\nexport type Send = typeof put;\n' },
      ["src/http/send.ts imports src/s3/put.ts, but src/http/ may not import from src/s3/"],
    ],
    [
      "a type from a place above",
      { "src/http/get.ts": 'import type { put } from "../s3/put.ts";\nexport type Get = typeof put;\n' },
      ["src/http/get.ts imports src/s3/put.ts, but src/http/ may not import from src/s3/"],
    ],
    [
      "a type that is imported where it is used",
      { "src/http/get.ts": 'export type Get = typeof import("../s3/put.ts").put;\n' },
      ["src/http/get.ts imports src/s3/put.ts, but src/http/ may not import from src/s3/"],
    ],
    [
      "what is imported later on",
      { "src/http/get.ts": 'export const get = () => import("../s3/put.ts");\n' },
      ["src/http/get.ts imports src/s3/put.ts, but src/http/ may not import from src/s3/"],
    ],
    [
      "what is exported again",
      { "src/http/get.ts": 'export { put } from "../s3/put.ts";\nexport * from "../s3/put.ts";\n' },
      ["src/http/get.ts imports src/s3/put.ts, but src/http/ may not import from src/s3/"],
    ],
    [
      "a place below that the table does not name",
      { "tasks/Copy/send.ts": 'import "../../src/http/send.ts";\n' },
      ["tasks/Copy/send.ts imports src/http/send.ts, but tasks/ may not import from src/http/"],
    ],
    [
      "a part of a test",
      { "src/s3/get.ts": 'import "../../test/put.test.ts";\n' },
      ["src/s3/get.ts imports test/put.test.ts, but src/s3/ may not import from test/"],
    ],
    [
      "a package that belongs to another place",
      { "src/s3/get.ts": 'import "@agent/api/TaskApi.js";\nimport "task-lib";\n' },
      [
        "src/s3/get.ts imports the package @agent/api, but only src/agent/ may",
        "src/s3/get.ts imports the package task-lib, but only src/agent/ may",
      ],
    ],
    [
      "a file in no place",
      { "src/stray.ts": "", "tools/make.mjs": "" },
      ["src/stray.ts", "tools/make.mjs"].map(
        (file) => `${file} is not covered by any row of docs/architecture.md that says what may be imported`,
      ),
    ],
    [
      "a row for a place that is gone",
      { "docs/architecture.md": page.replace("`src/http/`", "`src/net/`, `src/http/`") },
      ["docs/architecture.md has a row for src/net/, but there is no such folder"],
    ],
    [
      "a row that allows what nothing does",
      { "src/s3/put.ts": "export const put = 1;\n" },
      ["docs/architecture.md lets src/s3/ import from src/http/, but no file there does"],
    ],
    [
      "a row that points upward",
      {
        "docs/architecture.md": page.replace("requests | nothing", "requests | `src/s3`"),
        "src/http/get.ts": 'import "../s3/put.ts";\n',
      },
      ["docs/architecture.md lets src/http/ import from src/s3/, but that has no row below it"],
    ],
    [
      "a folder with more than 20 files, those in folders of it left out",
      Object.fromEntries(
        Array.from({ length: 21 }, (_, index) => [`src/s3/${index < 20 ? `file${index}` : "parts/file"}.ts`, ""]),
      ),
      ["src/s3 has 21 files; the limit is 20"],
    ],
    [
      "what is no task among the tasks",
      { "tasks/shared.ts": "", "tasks/Draft/index.ts": "" },
      [
        "tasks/Draft is not the folder of a task: it has no task.json",
        "tasks/shared.ts is not the folder of a task: it has no task.json",
      ],
    ],
  ];
  for (const [title, files, faults] of planted) {
    it(`finds ${title}`, () => {
      write(files);
      assert.deepEqual(findFaults(root), faults);
    });
  }

  it("needs the table", () => {
    write({ "docs/architecture.md": "# Places\n" });
    assert.throws(() => findFaults(root), /^Error: there is no table with the columns place, what lives there, /);
  });
});

describe("the settings of the checks", function () {
  this.timeout(60_000);
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "checks-"));
    mkdirSync(join(root, "tasks/Copy"), { recursive: true });
    for (const file of ["biome.json", "knip.json", "tsconfig.json", ".gitignore"])
      cpSync(join(repository, file), join(root, file));
    writeFileSync(join(root, "package.json"), '{ "name": "planted", "type": "module" }');
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function run(program: string, ...options: readonly string[]): string {
    const { stdout, stderr } = spawnSync(process.execPath, [join(repository, "node_modules", program), ...options], {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, NO_COLOR: "1" },
    });
    return stdout + stderr;
  }

  it("find a circle that is made of types alone", () => {
    writeFileSync(join(root, "tasks/Copy/index.ts"), 'import type { B } from "./b.ts";\nexport type A = B | 1;\n');
    writeFileSync(join(root, "tasks/Copy/b.ts"), 'import type { A } from "./index.ts";\nexport type B = A | 2;\n');
    const output = run("@biomejs/biome/bin/biome", "lint", ".");
    assert.deepEqual(output.match(/^\S+ lint\/\S+/gm), [
      "tasks/Copy/b.ts:1:24 lint/suspicious/noImportCycles",
      "tasks/Copy/index.ts:1:24 lint/suspicious/noImportCycles",
    ]);
  });

  it("find an export that nobody uses, and a file that nobody imports", () => {
    mkdirSync(join(root, "src"));
    writeFileSync(join(root, "tasks/Copy/index.ts"), 'import { used } from "../../src/a.ts";\nused();\n');
    writeFileSync(
      join(root, "src/a.ts"),
      "export const used = () => idle;\nexport const idle = 1;\nexport type Left = 1;\n",
    );
    writeFileSync(join(root, "src/b.ts"), "export const forgotten = 1;\n");
    const issues = JSON.parse(
      run("knip/bin/knip.js", "--reporter", "json", "--no-config-hints", "--include", "files,exports,types"),
    );
    assert.deepEqual(
      issues.issues.map(({ file, files, exports, types }: Record<string, { name: string }[]>) => [
        file,
        ...[files, exports, types].map((found) => found?.map(({ name }) => name)),
      ]),
      [
        ["src/b.ts", ["src/b.ts"], [], []],
        ["src/a.ts", [], ["idle"], ["Left"]],
      ],
    );
  });
});
