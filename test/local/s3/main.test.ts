import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Command, CommandError, parseCommand, startCommand } from "../../../local/s3/command.ts";
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

  const bucketRules =
    "3 to 63 lower-case letters, digits, dots and hyphens. All rules: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html";
  const mistakes: [args: string[], says: string][] = [
    [
      ["--bucket", "good", "--bucket", "Bad_Name"],
      `--bucket takes the name of a bucket, not 'Bad_Name': ${bucketRules}`,
    ],
    [["--bucket", "192.168.5.4"], `--bucket takes the name of a bucket, not '192.168.5.4': ${bucketRules}`],
    [["--port", "many"], "--port takes a number from 0 to 65535, not 'many'."],
    [["--port", "65536"], "--port takes a number from 0 to 65535, not '65536'."],
    [["--port"], "Option '--port <value>' argument missing. See --help."],
    [["--region", "Ireland!"], "--region takes a region, for example eu-west-1, not 'Ireland!'."],
    [["--porte", "1"], "Unknown option '--porte'. See --help."],
    [["bucket"], "Unexpected argument 'bucket'. See --help."],
  ];
  for (const [args, says] of mistakes) {
    it(`says what is wrong: ${args.join(" ")}`, async () => {
      // A port of its own, so that only the mistake stops it.
      const port = args.includes("--port") ? [] : ["--port", "0"];
      await assert.rejects(
        async () => startCommand(parseCommand([...port, ...args]) as Command),
        new CommandError(says),
      );
    });
  }

  it("says in one line that a port is taken, and ends", async () => {
    const server = await startS3Server();
    try {
      const { port } = new URL(server.url);
      assert.deepEqual(run("--port", port), [1, "", `Port ${port} is in use. Choose another one with --port.\n`]);
    } finally {
      await server.close();
    }
  });
});
