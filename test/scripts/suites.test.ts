import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { suites } from "../../scripts/servers/suites.ts";

describe("The suites of npm run test:servers", () => {
  it("name no file that there is not", () => {
    const names = Object.values(suites).flat();
    const files = names.filter((name) => name.startsWith("test/") && !/[*{]/.test(name));
    assert.deepEqual(
      files.filter((file) => !existsSync(new URL(`../../${file}`, import.meta.url))),
      [],
    );
    assert.ok(files.length > 0);
  });
});
