import assert from "node:assert/strict";
import type { StepRequest, StepResult } from "../../../local/agent/agent.ts";
import { ownLines, printing, runFake, temporaryFolder } from "./fake-task.ts";

const documentation = "Please reference documentation (http://go.microsoft.com/fwlink/?LinkId=817296)";

describe("Logging commands", () => {
  const folder = temporaryFolder();

  async function run(lines: string[], request: Partial<StepRequest> = {}): Promise<StepResult> {
    return await runFake(folder(), { script: printing(...lines), request });
  }

  it("are found anywhere on a line, only the first of them, and what stands before is dropped", async () => {
    const result = await run(["text ##vso[task.logissue type=warning]one ##vso[task.logissue type=error]two"]);
    assert.deepEqual(ownLines(result), ["##[warning]one ##vso[task.logissue type=error]two"]);
    assert.deepEqual(result.issues, [{ type: "warning", message: "one ##vso[task.logissue type=error]two" }]);
  });

  it("are read from standard error too", async () => {
    const result = await runFake(folder(), { script: 'console.error("##vso[task.complete result=Failed]no")' });
    assert.deepEqual([result.result, result.resultMessage], ["Failed", "no"]);
  });

  it("may spell area, event and properties in any case, but not their prefix", async () => {
    const result = await run([
      "##vso[TASK.SetVariable VARIABLE=a;IsOutput=TRUE]1",
      "##VSO[task.complete result=Failed]",
    ]);
    assert.deepEqual(result.outputVariables, { a: { value: "1", isSecret: false } });
    assert.deepEqual(ownLines(result), ["##VSO[task.complete result=Failed]"]);
    assert.equal(result.result, "Succeeded");
  });

  it("carry line breaks, semicolons and brackets escaped, and the percent sign as %AZP25", async () => {
    const data = "a%0D%0Ab%3Bc%5Dd%AZP250A";
    const result = await run([`##vso[task.setvariable variable=x%3By;isoutput=true]${data}`]);
    assert.deepEqual(result.outputVariables, { "x;y": { value: "a\r\nb;c]d%0A", isSecret: false } });
  });

  it("that are none are shown, with a warning", async () => {
    const result = await run(["##vso[task.complete", "see ##vso in the docs", "##vso[taskcomplete]x"]);
    assert.deepEqual(
      ownLines(result).filter((line) => !line.startsWith("##[warning]")),
      ["##vso[task.complete", "see ##vso in the docs", "##vso[taskcomplete]x"],
    );
    assert.equal(result.issues.length, 3);
    assert.match(result.issues[0]?.message ?? "", /^'##vso\[task\.complete' contains logging command keyword/);
  });

  it("of an unknown area are a warning", async () => {
    const result = await run(["##vso[nowhere.go]x"]);
    assert.deepEqual(ownLines(result), [
      `##[warning]Cannot find command extension for ##vso[nowhere.command]. ${documentation}`,
    ]);
    assert.equal(result.result, "Succeeded");
  });

  it("of an unknown event fail the step", async () => {
    const result = await run(["##vso[task.dance]x"]);
    assert.deepEqual(ownLines(result), [
      `##[error]Unable to process command '##vso[task.dance]x' successfully. ${documentation}`,
      `##[error]##vso[task.dance] is not a recognized command for task command extension. ${documentation}.`,
    ]);
    assert.equal(result.result, "Failed");
  });

  it("that only the real agent plays are named as missing", async () => {
    const result = await run(["##vso[build.addbuildtag]x", "##vso[task.prependpath]/opt"]);
    assert.deepEqual(ownLines(result), [
      "##[warning]The local agent does not play ##vso[build.addbuildtag]: its effect is missing.",
      "##[warning]The local agent does not play ##vso[task.prependpath]: its effect is missing.",
    ]);
  });

  it("debug is shown only with System.Debug on", async () => {
    const lines = ["##vso[task.debug]details", "shown"];
    assert.deepEqual(ownLines(await run(lines)), ["shown"]);
    const debugged = await run(lines, { variables: { "system.debug": "True" } });
    assert.deepEqual(ownLines(debugged), ["##[debug]details", "shown"]);
  });

  it("logissue names a place in the code as compilers do", async () => {
    const properties = "type=error;sourcepath=a.ts;linenumber=3;columnnumber=7;code=E1";
    const result = await run([`##vso[task.logissue ${properties}]broken`]);
    assert.deepEqual(result.issues, [{ type: "error", message: "a.ts(3,7): error E1: broken" }]);
  });

  it("logissue of several lines is one issue", async () => {
    const result = await run(["##vso[task.logissue type=error]one%0Atwo"]);
    assert.deepEqual(result.issues, [{ type: "error", message: "one\ntwo" }]);
    assert.deepEqual(ownLines(result), ["##[error]one", "two"]);
  });

  it("setprogress is kept between 0 and 100 and never goes back", async () => {
    const result = await run(
      ["30", "20", "170", "x"].map((value) => `##vso[task.setprogress value=${value}]at ${value}`),
    );
    assert.deepEqual(result.progress, [
      { percent: 30, text: "at 30" },
      { percent: 30, text: "at 20" },
      { percent: 100, text: "at 170" },
      { percent: 100, text: "at x" },
    ]);
  });

  it("setvariable keeps output variables: those declared so, and those that the command declares", async () => {
    const result = await runFake(folder(), {
      outputVariables: [{ name: "siteUrl" }],
      script: printing(
        "##vso[task.setvariable variable=siteurl]http://x",
        "##vso[task.setvariable variable=count;isoutput=true;issecret=true]12345",
        "##vso[task.setvariable variable=private]mine",
        "12345",
      ),
    });
    assert.deepEqual(result.outputVariables, {
      siteurl: { value: "http://x", isSecret: false },
      count: { value: "12345", isSecret: true },
    });
    assert.deepEqual(ownLines(result), ["***"]);
  });

  it("setvariable refuses a secret of several lines", async () => {
    const line = "##vso[task.setvariable variable=a;issecret=true]one%0Atwo";
    const result = await run([line]);
    assert.deepEqual(result.issues.at(-1), { type: "error", message: "Secrets cannot contain multiple lines" });
    assert.deepEqual([result.result, result.outputVariables], ["Failed", {}]);
  });

  it("setvariable warns of a read-only variable", async () => {
    const result = await run(
      ["a", "a", "System.HostType"].map((name) => `##vso[task.setvariable variable=${name};isreadonly=true]1`),
    );
    assert.deepEqual(
      result.issues.map(({ message }) => message),
      ["a", "System.HostType"].map(
        (name) => `Overwriting readonly variable '${name}'. This behavior will be disabled in the future.`,
      ),
    );
  });

  it("are limited by the task's restrictions", async () => {
    const result = await runFake(folder(), {
      restrictions: { commands: { mode: "restricted" }, settableVariables: { allowed: ["count", "site*"] } },
      outputVariables: [{ name: "COUNT" }, { name: "siteUrl" }, { name: "path" }],
      script: printing(
        ...["COUNT", "siteUrl", "path"].map((name) => `##vso[task.setvariable variable=${name}]1`),
        "##vso[task.uploadsummary]/etc/hostname",
        "##vso[task.logissue type=warning]allowed",
      ),
    });
    assert.deepEqual(Object.keys(result.outputVariables), ["COUNT", "siteUrl"]);
    assert.deepEqual(ownLines(result), [
      "##[warning]Setting variable 'path' has been disabled by the task or build definition.",
      `##[warning]##vso[task.uploadsummary] is not allowed in this step due to policy restrictions. ${documentation}`,
      "##[warning]allowed",
    ]);
    assert.deepEqual([result.attachments, result.result], [[], "Succeeded"]);
  });

  it("attach files, which are read when the step has ended", async () => {
    const result = await runFake(folder(), {
      script: `
        const { writeFileSync } = require("node:fs");
        const file = (name) => process.env.AGENT_TEMPDIRECTORY + "/" + name;
        writeFileSync(file("summary.md"), "draft");
        writeFileSync(file("plan.json"), "{}");
        console.log("##vso[task.uploadsummary]" + file("summary.md"));
        console.log("##vso[task.addattachment type=AwsS3Plan;name=plan]" + file("plan.json"));
        console.log("##vso[task.uploadfile]" + file("plan.json"));
        setTimeout(() => writeFileSync(file("summary.md"), "# Done"), 20);`,
      request: { workFolder: folder() },
    });
    const path = (name: string) => `${folder()}/_temp/${name}`;
    assert.deepEqual(result.attachments, [
      { type: "DistributedTask.Core.Summary", name: "summary.md", path: path("summary.md"), content: "# Done" },
      { type: "AwsS3Plan", name: "plan", path: path("plan.json"), content: "{}" },
      { type: "DistributedTask.Core.FileAttachment", name: "plan.json", path: path("plan.json"), content: "{}" },
    ]);
  });

  it("fail the step where a file to attach does not exist", async () => {
    const result = await run(["##vso[task.uploadsummary]/nowhere/summary.md"]);
    assert.equal(result.result, "Failed");
    assert.match(result.issues.at(-1)?.message ?? "", /attachment file does not exist on disk/);
  });
});
