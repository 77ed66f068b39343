import assert from "node:assert/strict";
import { sessionName } from "../../../src/aws/credentials/session-name.ts";

describe("the name of a role's session", () => {
  const long = "p".repeat(100);
  const cases: [title: string, run: Parameters<typeof sessionName>[0], name: string][] = [
    ["carries project and build", { project: "Shop", buildId: "4711", releaseId: "7" }, "azp-Shop-4711"],
    ["carries the release where there is no build", { project: "Shop", releaseId: "7" }, "azp-Shop-7"],
    ["takes an empty build for none", { project: "Shop", buildId: "", releaseId: "7" }, "azp-Shop-7"],
    ["does without either", { project: "Shop" }, "azp-Shop"],
    ["does without a project", { project: "", buildId: "4711" }, "azp-4711"],
    ["puts a hyphen for what STS does not take", { project: "Our Shop (EU)", buildId: "1" }, "azp-Our-Shop-EU-1"],
    ["keeps what STS takes", { project: "a_b+c=d,e.f@g-h", buildId: "1" }, "azp-a_b+c=d,e.f@g-h-1"],
    ["survives an alphabet of which nothing is left", { project: "プロジェクト", buildId: "1" }, "azp-1"],
    ["cuts the project, not the build", { project: long, buildId: "123456" }, `azp-${"p".repeat(53)}-123456`],
    [
      "does not end the project in a hyphen",
      { project: `${"p".repeat(52)} q`, buildId: "123456" },
      `azp-${"p".repeat(52)}-123456`,
    ],
  ];
  for (const [title, run, name] of cases) {
    it(title, () => {
      assert.equal(sessionName(run), name);
      assert.match(name, /^[\w+=,.@-]{2,64}$/);
    });
  }
});
