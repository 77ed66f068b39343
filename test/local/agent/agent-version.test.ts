import assert from "node:assert/strict";
import { agentVersionOf, isAtLeast, nodeVersionOf } from "../../../local/agent/agent-version.ts";
import { environmentOf, temporaryFolder } from "./fake-task.ts";

describe("The version of the agent", () => {
  const folder = temporaryFolder();

  const versions: [node: string, agent: string][] = [
    ["18.20.4", "3.230.2"],
    ["20.9.0", "3.232.1"],
    ["20.11.1", "3.236.1"],
    ["20.12.2", "3.236.1"],
    ["20.13.1", "3.240.1"],
    ["20.17.0", "3.244.0"],
    ["20.19.5", "3.244.0"],
    ["20.20.2", "4.273.0"],
    ["24.18.1", "4.273.0"],
  ];
  for (const [node, agent] of versions) {
    it(`is ${agent} with Node.js ${node}`, () => assert.equal(agentVersionOf(node), agent));
  }

  it("is a variable of each job", async () => {
    const { AGENT_VERSION } = await environmentOf(folder(), { request: { nodePath: process.execPath } });
    assert.equal(AGENT_VERSION, agentVersionOf(process.versions.node));
  });

  it("is compared number by number", () => {
    assert.deepEqual(
      ["3.244.0", "3.244.1", "4.0.0", "3.243.9", "3.9.0"].map((version) => isAtLeast(version, "3.244.0")),
      [true, true, true, false, false],
    );
  });
});

describe("The version of a Node.js", () => {
  it("is what it says, and none for what is not there", async () => {
    assert.equal(await nodeVersionOf(process.execPath), process.versions.node);
    assert.equal(await nodeVersionOf("/nowhere/node"), undefined);
  });
});
