import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { StepResult } from "../../local/agent/agent.ts";
import { amount } from "../amounts.ts";
import { buildTgz } from "../extract/build-tar.ts";
import { buildZip } from "../extract/build-zip.ts";
import { downloadBench } from "./download-bench.ts";

const FILES = amount(300, 150);
const contents = Object.fromEntries(
  Array.from({ length: FILES }, (_, index) => [
    `${index % 10}/${String(index).padStart(3, "0")}`,
    `${index} `.repeat(50),
  ]),
);
const specs = Object.entries(contents).map(([name, content]) => ({ name, content }));
const archives = { "a.zip": buildZip(specs), "b.tgz": buildTgz(specs) };
const expected = Object.fromEntries(
  ["a", "b"]
    .flatMap((folder) => Object.entries(contents).map(([name, content]) => [`${folder}/${name}`, content] as const))
    .sort(),
);

/**
 * Calls to the file system, by which a moment of the step is known: the 100th file that is written, or moved. On a slow disk the task changes
 * over to the second of the two.
 */
const MOMENTS = {
  written: { calls: ["openSync", "open"], diskMs: 0 },
  moved: { calls: ["renameSync", "rename"], diskMs: 0 },
  "moved on a slow disk": { calls: ["renameSync", "rename"], diskMs: 1 },
} as const;

/**
 * Loaded before the task: at the moment it names its process, and waits, as a slow disk does, until the test has killed it or has asked for
 * an end. On the way only calls that concern the archives' files are counted.
 */
const hook = (moment: keyof typeof MOMENTS, folder: string) => `
  const fs = require("node:fs");
  let calls = 0;
  let isCancelled = false;
  process.on("SIGINT", () => {
    isCancelled = true;
  });
  const watch = (module, name) => {
    const real = module[name];
    module[name] = (...args) => {
      const isOurs = /\\.s3-[^/\\\\]*\\.part[/\\\\][ab][/\\\\]/.test(String(args[0]));
      if (isOurs && ++calls === 100) {
        fs.writeFileSync(${JSON.stringify(join(folder, "reached"))}, String(process.pid));
        const gone = Date.now() + 30_000;
        while (!fs.existsSync(${JSON.stringify(join(folder, "go-on"))}) && Date.now() < gone) {
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
        }
      }
      // The disk stays slow until the signal has arrived.
      if (calls > 100 && !isCancelled) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
      if (isOurs && module === fs) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${MOMENTS[moment].diskMs});
      return real(...args);
    };
  };
  watch(fs, "${MOMENTS[moment].calls[0]}");
  watch(fs.promises, "${MOMENTS[moment].calls[1]}");`;

describe("AwsS3Download with extract leaves only whole files,", () => {
  const bench = downloadBench("embedded");

  async function interrupt(moment: keyof typeof MOMENTS, how: "kill" | "cancel"): Promise<StepResult> {
    const { outside } = bench.landing;
    const hookPath = join(outside, "hook.cjs");
    writeFileSync(hookPath, hook(moment, outside));
    const cancel = new AbortController();
    const running = bench.download(
      { extract: "true" },
      { cancel: cancel.signal, env: { NODE_OPTIONS: `--require=${hookPath}` } },
    );
    const reached = join(outside, "reached");
    const pid = () => (existsSync(reached) ? readFileSync(reached, "utf8") : "");
    for (let left = 4_000; pid() === "" && left > 0; left--) await sleep(5);
    assert.match(pid(), /^\d+$/, "the step has not come so far");
    // From outside, as an agent does: under Wine, a process that ends itself may wait for its own threads.
    if (how === "kill") process.kill(Number(pid()), "SIGKILL");
    else cancel.abort();
    writeFileSync(join(outside, "go-on"), "");
    return running;
  }

  function temporaryNames(): string[] {
    return [bench.landing.path, bench.workFolder].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => /\.s3-[^/\\]+\.part$/.test(path)),
    );
  }

  for (const how of ["kill", "cancel"] as const) {
    for (const moment of Object.keys(MOMENTS) as (keyof typeof MOMENTS)[]) {
      it(`whoever may ${how} it while files are ${moment}, and the next run completes them`, async () => {
        await bench.put(archives);
        bench.landing.write({ "a/0/000": "as it was" });
        const result = await interrupt(moment, how);
        assert.equal(result.result, how === "kill" ? "Failed" : "Canceled", result.log.join("\n"));
        const left = Object.entries(bench.landing.read()).filter(([path]) => !/^\.s3-|\/$/.test(path));
        for (const [path, content] of left) {
          assert.ok(content === expected[path] || (path === "a/0/000" && content === "as it was"), path);
        }
        if (moment === "written") assert.deepEqual(left, [["a/0/000", "as it was"]]);
        else assert.ok(left.length >= 50 && left.length < 2 * FILES, `${left.length} files`);
        if (how === "kill") assert.equal(temporaryNames().length, 2);
        else assert.deepEqual(temporaryNames(), []);

        const next = await bench.download({ extract: "true" });
        assert.equal(next.result, "Succeeded", next.log.join("\n"));
        assert.deepEqual(bench.landing.read(), expected);
        assert.deepEqual(temporaryNames(), []);
      });
    }
  }

  it("and no archive if it is cancelled while one is downloaded", async () => {
    await bench.put(archives);
    const slow = bench.fault({ operation: "GetObject" }, { kind: "hang" });
    const cancel = new AbortController();
    const running = bench.download({ extract: "true" }, { cancel: cancel.signal });
    for (let left = 2_000; slow.hits < 2 && left > 0; left--) await sleep(5);
    cancel.abort();
    assert.equal((await running).result, "Canceled");
    assert.deepEqual(bench.landing.readOutside(), {});
    assert.deepEqual(
      readdirSync(bench.workFolder, { recursive: true, encoding: "utf8" }).filter((path) => path.includes(".s3-")),
      [],
    );
  });
});
