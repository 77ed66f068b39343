import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../scripts/servers/free-port.ts";
import { inWorkspace } from "../../scripts/servers/workspace.ts";

/** A server in a process, which starts another one that would outlive it. */
const serverWithChild = `
  const child = require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  require("node:http").createServer((_, response) => response.end(String(child.pid))).listen(process.argv[1], "127.0.0.1");
`;

describe("the workspace of a server", () => {
  it("leaves neither process nor folder once it is closed", async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const workspace = await inWorkspace("test", async (opened) => {
      opened.start(process.execPath, ["-e", serverWithChild, String(port)]);
      await opened.answers(url);
      return opened;
    });
    const childPid = Number(await (await fetch(url)).text());
    await workspace.close();
    await assert.rejects(fetch(url));
    await untilGone(childPid);
    assert.equal(existsSync(workspace.folder), false);
  });

  it("tells the last lines of a server that does not start, and leaves nothing", async () => {
    let folder = "";
    const start = inWorkspace("test", async (opened) => {
      folder = opened.folder;
      opened.start(process.execPath, ["-e", 'console.log("no disk"); process.exitCode = 3;']);
      await opened.answers(`http://127.0.0.1:${await freePort()}`);
    });
    await assert.rejects(start, {
      message: `test did not start: ${process.execPath} ended with exit code 3\n  | no disk`,
    });
    assert.equal(existsSync(folder), false);
  });

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    it(`leaves neither process nor folder where its owner gets ${signal}`, async () => {
      const module = new URL("../../scripts/servers/workspace.ts", import.meta.url).href;
      const port = await freePort();
      const script = `
        const { inWorkspace } = await import(${JSON.stringify(module)});
        await inWorkspace("test", async (opened) => {
          opened.start(process.execPath, ["-e", ${JSON.stringify(serverWithChild)}, "${port}"]);
          await opened.answers("http://127.0.0.1:${port}");
          console.log(opened.folder);
        });`;
      const owner = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", script], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const exit = once(owner, "exit");
      const [folder] = (await once(createInterface(owner.stdout), "line")) as [string];
      const childPid = Number(await (await fetch(`http://127.0.0.1:${port}`)).text());
      owner.kill(signal);
      assert.deepEqual(await exit, [signal === "SIGINT" ? 130 : 143, null]);
      await untilGone(childPid);
      assert.equal(existsSync(folder), false);
    });
  }
});

/** A killed process stays known for a moment, until somebody asks how it ended: as a zombie it counts as gone. */
async function untilGone(pid: number): Promise<void> {
  while (isRunning(pid)) await sleep(20);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !/^State:\s+Z/m.test(processStatus(pid));
}

function processStatus(pid: number): string {
  return existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, "utf8") : "";
}
