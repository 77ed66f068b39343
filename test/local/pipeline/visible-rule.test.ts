import assert from "node:assert/strict";
import { isVisible } from "../../../local/pipeline/visible-rule.ts";

describe("A visibleRule", () => {
  const values: Record<string, string> = { mode: "KMS", key: "", glob: "**/*.html", on: "true" };
  const lookUp = (name: string) => values[name];

  const cases: [rule: string, holds: boolean][] = [
    ["mode = kms", true],
    ["mode == AES256", false],
    ["mode!=AES256", true],
    ['key = ""', true],
    ["key != ''", false],
    ["mode = 'KMS' && on = true", true],
    ["mode = AES256 || on = true", true],
    ["mode = AES256 && on = true || glob EndsWith html", true],
    ["on = true || mode = x && mode = y", true],
    ["glob Contains **", true],
    ["glob NotContains css", true],
    ["glob StartsWith **/", true],
    ["glob NotStartsWith *", false],
    ["glob NotEndsWith .html", false],
  ];
  for (const [rule, holds] of cases) {
    it(`${rule} ${holds ? "holds" : "does not hold"}`, () => assert.equal(isVisible(rule, lookUp), holds));
  }

  it("that is none is an error, and so is an input that the task lacks", () => {
    assert.throws(() => isVisible("mode like KMS", lookUp), /"mode like KMS" is no comparison/);
    assert.throws(() => isVisible("nobody = 1", lookUp), /there is no input nobody/);
  });
});
