import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { buildSync } from "esbuild";

const SCRIPT = `
  import { getHeapSpaceStatistics } from "node:v8";
  import { fixYoungGeneration } from "./src/agent/node/young-generation.ts";
  const sizeMib = () => {
    const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space");
    return Math.round((young.space_used_size + young.space_available_size) / 1024 ** 2);
  };
  fixYoungGeneration();
  const fixed = sizeMib();
  const survivors = [];
  for (let count = 0; count < 1_000; count++) survivors.push(new Array(4_000).fill(0));
  process.stdout.write(JSON.stringify({ fixed, after: sizeMib() }));
`;

describe("the young generation of V8", () => {
  // In a process of its own: the flags of V8 are those of a whole process, and the heap of this one has grown already.
  it("is large enough for all requests that are under way, and stays at that, whatever survives in it", () => {
    const stdin = { contents: SCRIPT, resolveDir: process.cwd() };
    const [script] = buildSync({ stdin, bundle: true, platform: "node", write: false }).outputFiles;
    const printed = execFileSync(process.execPath, ["--eval", script?.text ?? ""]);
    assert.deepEqual(JSON.parse(printed.toString()), { fixed: 4, after: 4 });
  });
});
