import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { startS3Server } from "../../../local/s3/server.ts";

const main = fileURLToPath(new URL("../../../local/s3/main.ts", import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

describe("The S3 server by itself", () => {
  function run(...args: string[]): [code: number | null, output: string, errors: string] {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", tsx, main, ...args], {
      encoding: "utf8",
    });
    return [status, stdout, stderr];
  }

  it("explains itself", () => {
    const [code, output, errors] = run("--help");
    assert.deepEqual([code, errors], [0, ""]);
    assert.match(output, /^Usage: npx tsx local\/s3\/main\.ts .*--port NUMBER.*--bucket NAME/s);
  });

  it("says in a line that it is used wrongly", () => {
    const [code, , errors] = run("--porte", "1");
    assert.equal(code, 2);
    assert.match(errors, /^Unknown option '--porte'.*\n--help tells the rest\.\n$/);
  });

  it("says that a port is taken", async () => {
    const server = await startS3Server();
    try {
      const { port } = new URL(server.url);
      assert.deepEqual(run("--port", port), [1, "", `port ${port} is taken; use --port\n`]);
    } finally {
      await server.close();
    }
  });
});
