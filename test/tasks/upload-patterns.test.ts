import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { unprivilegedNode } from "./unprivileged-node.ts";
import { assertDone, uploadBench } from "./upload-bench.ts";

const files = [
  "_internal/a.md",
  "blog/a.md",
  "config.js",
  "config.prod.js",
  "node_modules/x/index.js",
  "obj/a.zip",
  "obj/deep/b.zip",
  "out/Setup (x64).msi",
  "top.zip",
];

describe("AwsS3Upload, patterns", () => {
  const bench = uploadBench();

  // Each as Azure Pipelines' own tasks take it.
  const cases: readonly [globs: string[], left: string[]][] = [
    [["[!_]*/**"], ["_internal/a.md", "config.js", "config.prod.js", "top.zip"]],
    [
      ["**", "!**/!(config).js"],
      ["config.prod.js", "node_modules/x/index.js"],
    ],
    [["!(config).js", "!node_modules//**"], ["node_modules/x/index.js"]],
    [["!**/Setup (x64).msi"], ["out/Setup (x64).msi"]],
    [["!**.zip"], ["top.zip"]],
    [["!obj/**.zip"], ["obj/a.zip"]],
    [["!obj/**/*.zip"], ["obj/a.zip", "obj/deep/b.zip"]],
    [["!@(obj|blog)/**"], ["blog/a.md", "obj/a.zip", "obj/deep/b.zip"]],
    [["!{config,config.[[:lower:]]*}.js"], ["config.js", "config.prod.js"]],
    [["!*.+(zip|js)"], ["config.js", "config.prod.js", "top.zip"]],
  ];
  for (const [globs, left] of cases) {
    it(`${globs.join(", ")} leaves out ${left.join(", ")}, and deletes nothing else with deleteExtra`, async () => {
      for (const name of ["_internal/old.md", "blog/old.md"]) await bench.put(name, { ContentType: "text/markdown" });
      bench.source.write(Object.fromEntries(files.map((path) => [path, path])));
      await bench.upload({ globExpressions: globs.join("\n"), deleteExtra: "true", maxDelete: "100%" });
      const keys = await bench.keys();
      const sent = files.filter((path) => !left.includes(path));
      const isLeft = (folder: string) => left.includes(`${folder}/a.md`);
      assert.deepEqual(
        keys,
        [
          ...(isLeft("_internal") ? ["_internal/old.md"] : []),
          ...(isLeft("blog") ? ["blog/old.md"] : []),
          ...sent,
        ].sort(),
      );
    });
  }

  it("read no folder in which nothing is included, nor one that is excluded", async function () {
    const nodePath = unprivilegedNode(bench.source.path);
    if (nodePath === undefined || process.platform !== "linux") this.skip();
    bench.source.write({ "dist/a.js": "a", "dist/closed/b.js": "b", "closed/x": "x", "odd/y": "y" });
    writeFileSync(Buffer.concat([Buffer.from(join(bench.source.path, "odd/f")), Buffer.from([0xff])]), "x");
    const closed = ["closed", "dist/closed"].map((folder) => join(bench.source.path, folder));
    for (const folder of closed) chmodSync(folder, 0o000);
    const results = [];
    for (const globExpressions of ["dist/*", "dist/**\n!dist/closed/", "{dist,build}/*.js", "d*/a.js"]) {
      results.push(await bench.upload({ globExpressions, overwrite: "always" }, { nodePath }));
    }
    for (const folder of closed) chmodSync(folder, 0o755);
    for (const result of results) assertDone(result, { uploaded: 1, bytes: 1 });
  });
});
