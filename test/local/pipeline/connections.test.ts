import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { connectionFromShell, readConnectionsFile } from "../../../local/pipeline/connections.ts";
import { temporaryFolder } from "../agent/fake-task.ts";

describe("Service connections", () => {
  const folder = temporaryFolder();

  async function read(text: string, environment: Record<string, string> = {}) {
    const file = join(folder(), "connections.yml");
    writeFileSync(file, text);
    return await readConnectionsFile(file, environment);
  }

  it("come from a file, their secrets from the shell", async () => {
    const [first, second, ...others] = await read(
      `production:
  parameters: { username: $(KEY_ID), password: pre-$(SECRET)-post }
  data: { region: eu-west-1 }
minio:
  type: Other
  url: http://127.0.0.1:9000
  scheme: None
`,
      { KEY_ID: "AKIA", SECRET: "a$(b" },
    );
    assert.deepEqual(others, []);
    assert.deepEqual(
      { ...first, id: "" },
      {
        id: "",
        name: "production",
        type: "AwsS3",
        url: "https://s3.amazonaws.com/",
        scheme: "UsernamePassword",
        parameters: { username: "AKIA", password: "pre-a$(b-post" },
        data: { region: "eu-west-1" },
      },
    );
    assert.deepEqual(
      { ...second, id: "" },
      { id: "", name: "minio", type: "Other", url: "http://127.0.0.1:9000", scheme: "None", parameters: {}, data: {} },
    );
    assert.match(first?.id ?? "", /^[0-9a-f]{8}-[0-9a-f]{4}-4/);
    assert.notEqual(first?.id, second?.id);
  });

  it("that name a variable which the shell lacks, or a field which there is not, are told so", async () => {
    const text = "mine:\n  parameters: { password: $(NOBODY) }\n  region: eu-west-1\n";
    await assert.rejects(read(text), {
      problems: [
        "connections.yml (Line: 3, Col: 11): Connection mine has no region: only type, url, scheme, parameters and data.",
        "connections.yml (Line: 2, Col: 15): Connection mine: the shell has no variable NOBODY.",
      ],
    });
  });

  const keys = { AWS_ACCESS_KEY_ID: "AKIA", AWS_SECRET_ACCESS_KEY: "secret" };
  const shells: [shell: Record<string, string>, expected: object | undefined][] = [
    [{}, undefined],
    [{ AWS_ACCESS_KEY_ID: "AKIA" }, undefined],
    [keys, { url: "https://s3.amazonaws.com/", parameters: { username: "AKIA", password: "secret" }, data: {} }],
    [
      {
        ...keys,
        AWS_SESSION_TOKEN: "token",
        AWS_REGION: "eu-west-1",
        AWS_DEFAULT_REGION: "us-east-1",
        AWS_ENDPOINT_URL: "http://all",
        AWS_ENDPOINT_URL_S3: "http://s3",
      },
      {
        url: "http://s3",
        parameters: { username: "AKIA", password: "secret", sessionToken: "token" },
        data: { region: "eu-west-1" },
      },
    ],
    [
      { ...keys, AWS_DEFAULT_REGION: "us-east-1", AWS_ENDPOINT_URL: "http://all" },
      { url: "http://all", parameters: { username: "AKIA", password: "secret" }, data: { region: "us-east-1" } },
    ],
  ];
  for (const [shell, expected] of shells) {
    it(`are made of the shell's ${Object.keys(shell).join(", ") || "nothing: there is none"}`, () => {
      const made = connectionFromShell("any", shell);
      const whole = expected && { id: made?.id, name: "any", type: "AwsS3", scheme: "UsernamePassword", ...expected };
      assert.deepEqual(made, whole);
    });
  }
});
