import assert from "node:assert/strict";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readVolumes } from "../../../local/agent/container.ts";
import { endJob, startJob } from "../../../local/agent/job.ts";
import { runTask } from "../../../local/agent/task-runner.ts";
import { environmentOf, ownLines, runFake, temporaryFolder, writeTask } from "./fake-task.ts";

const container = { image: "node:20" };

describe("A step of a container job", () => {
  const folder = temporaryFolder();
  const file = (name: string) => {
    mkdirSync(join(folder(), "host"), { recursive: true });
    const path = join(folder(), "host", name);
    writeFileSync(path, name);
    return path;
  };

  it("finds no file or folder of the machine that is not mounted, whatever names it", async () => {
    const [ca, input, variable] = ["ca.pem", "input", "variable"].map(file);
    const sourcesFolder = join(folder(), "sources");
    const environment = await environmentOf(folder(), {
      inputs: ["outside", "inside", "absent", "text"].map((name) => ({ name, type: "string" })),
      request: {
        container,
        sourcesFolder,
        certificates: { ca },
        env: { OWN_CA: ca ?? "" },
        variables: { variable: variable ?? "" },
        inputs: {
          outside: input ?? "",
          inside: sourcesFolder,
          absent: join(folder(), "absent"),
          text: `see ${input}`,
        },
      },
    });
    const { AGENT_CAINFO, OWN_CA, VARIABLE, INPUT_OUTSIDE, INPUT_INSIDE, INPUT_ABSENT, INPUT_TEXT } = environment;
    assert.deepEqual(
      { AGENT_CAINFO, OWN_CA, VARIABLE, INPUT_OUTSIDE, INPUT_INSIDE, INPUT_ABSENT, INPUT_TEXT },
      {
        AGENT_CAINFO: `/not-in-container${ca}`,
        OWN_CA: `/not-in-container${ca}`,
        VARIABLE: `/not-in-container${variable}`,
        INPUT_OUTSIDE: `/not-in-container${input}`,
        INPUT_INSIDE: sourcesFolder,
        INPUT_ABSENT: join(folder(), "absent"),
        INPUT_TEXT: `see ${input}`,
      },
    );
    for (const name of ["AGENT_TEMPDIRECTORY", "AGENT_TOOLSDIRECTORY", "SYSTEM_WORKFOLDER", "PIPELINE_WORKSPACE"]) {
      assert.doesNotMatch(environment[name] ?? "", /not-in-container/, name);
    }
  });

  it("finds what a volume mounts under its own path", async () => {
    const ca = file("ca.pem");
    const request = { certificates: { ca }, container: { ...container, volumes: [`${ca}:${ca}:ro`] } };
    assert.equal((await environmentOf(folder(), { request })).AGENT_CAINFO, ca);
  });

  it("has neither the home folder nor the variables of the agent's user", async () => {
    const inheritedEnv = { AWS_PROFILE: "of-the-machine", HOME: homedir(), PATH: process.env.PATH ?? "" };
    const { AWS_PROFILE, HOME } = await environmentOf(folder(), { request: { container, inheritedEnv } });
    assert.deepEqual([AWS_PROFILE, HOME], [undefined, `/not-in-container${homedir()}`]);
  });

  it("has all of it where its target is the host", async () => {
    const ca = file("ca.pem");
    const inheritedEnv = { AWS_PROFILE: "of-the-machine", PATH: process.env.PATH ?? "" };
    const request = { container, inheritedEnv, certificates: { ca }, isOnHost: true };
    const { AWS_PROFILE, AGENT_CAINFO } = await environmentOf(folder(), { request });
    assert.deepEqual([AWS_PROFILE, AGENT_CAINFO], ["of-the-machine", ca]);
  });

  it("succeeds where its process is killed, and fails with another exit code than 0", async () => {
    const killed = await runFake(folder(), {
      script: 'process.kill(process.pid, "SIGKILL")',
      request: { container },
    });
    assert.deepEqual([killed.result, killed.exitCode, killed.issues], ["Succeeded", 0, []]);
    const failed = await runFake(folder(), { script: "process.exitCode = 3", request: { container } });
    assert.deepEqual([failed.result, failed.exitCode], ["Failed", 3]);
  });

  it("gets no signal when it is canceled: it goes on until the job ends, and nobody hears of it", async () => {
    const cancel = new AbortController();
    const beat = join(folder(), "beat");
    const taskFolder = writeTask(folder(), {
      script: `
        const { writeFileSync } = require("node:fs");
        for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => writeFileSync(${JSON.stringify(join(folder(), "signal"))}, signal));
        console.log("ready");
        setInterval(() => { console.log("still there"); writeFileSync(${JSON.stringify(beat)}, String(process.pid)); }, 10);`,
    });
    const job = await startJob({ container });
    const lines: string[] = [];
    const result = await runTask(job, {
      taskFolder,
      inputs: {},
      cancel: cancel.signal,
      onLine: (line) => {
        lines.push(line);
        if (line === "ready") cancel.abort();
      },
    });
    assert.deepEqual([result.result, result.exitCode], ["Canceled", null]);
    assert.deepEqual(ownLines(result).slice(-1), ["##[error]The operation was canceled."]);
    const linesAtTheEnd = lines.length;
    rmSync(beat, { force: true });
    while (!existsSync(beat)) await sleep(10);
    await endJob(job);
    assert.equal(lines.length, linesAtTheEnd);
    assert.equal(existsSync(join(folder(), "signal")), false);
  });
});

describe("The volumes of a container", () => {
  it("can be had where they have one path on both sides", () => {
    const volumes = ["/etc/ca.pem:/etc/ca.pem", "/data:/data:ro", "C:\\ca:C:\\ca", "/a:/b", "/anonymous", "/a:/b:ro"];
    assert.deepEqual(readVolumes({ image: "node:20", volumes }), {
      paths: ["/etc/ca.pem", "/data", "C:\\ca"],
      unplayed: ["/a:/b", "/anonymous", "/a:/b:ro"],
    });
  });
});
