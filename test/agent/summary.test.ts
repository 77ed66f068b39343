import assert from "node:assert/strict";
import { basename, dirname } from "node:path";
import { runInTask } from "./run-in-task.ts";

describe("a summary", () => {
  it("is handed to the agent as a file named by the step's display name, each time another", async () => {
    const script = `
      import { attachSummary } from "../../src/agent/summary.ts";
      attachSummary("| a |");
      attachSummary("second");
    `;
    const displayName = "Publish site to S3: café/shop (eu)? #1";
    const { attachments, result } = await runInTask(script, { displayName });
    assert.equal(result, "Succeeded");
    assert.deepEqual(
      attachments.map(({ type, name, content }) => ({ type, name, content })),
      [
        { type: "DistributedTask.Core.Summary", name: "Publish site to S3 - café_shop (eu)_ _1.md", content: "| a |" },
        { type: "DistributedTask.Core.Summary", name: "Publish site to S3 - café_shop (eu)_ _1.md", content: "second" },
      ],
    );
    assert.notEqual(attachments[0]?.path, attachments[1]?.path);
  });

  it("stands, as plan files do, in the agent's temporary folder", async () => {
    const { rawOutput } = await runInTask(`
      import { writeTemporaryFile } from "../../src/agent/summary.ts";
      const write = () => writeTemporaryFile("plan.json", () => undefined);
      console.log(JSON.stringify([process.env.AGENT_TEMPDIRECTORY, write(), write()]));
    `);
    const [folder, one, another] = JSON.parse(rawOutput.split("\n").find((line) => line.startsWith("[")) ?? "[]");
    assert.deepEqual(
      [one, another].map((path) => basename(path)),
      ["plan.json", "plan.json"],
    );
    assert.deepEqual(
      [one, another].map((path) => dirname(dirname(path))),
      [folder, folder],
    );
    assert.notEqual(one, another);
  });
});
