import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ServiceConnection } from "../../../local/agent/service-connection.ts";
import { connectionRefusals, readConnectionTypes } from "../../../local/pipeline/connection-types.ts";
import { temporaryFolder } from "../agent/fake-task.ts";

const manifest = {
  contributions: [
    { type: "ms.vss-distributed-task.task", properties: { name: "tasks/Say" } },
    {
      type: "ms.vss-endpoint.service-endpoint-type",
      properties: {
        name: "AwsS3",
        inputDescriptors: [{ id: "region" }, { id: "roleArn" }],
        authenticationSchemes: [
          {
            type: "ms.vss-endpoint.endpoint-auth-scheme-basic",
            inputDescriptors: [{ id: "username" }, { id: "sessionToken" }],
          },
          { type: "ms.vss-endpoint.endpoint-auth-scheme-none", inputDescriptors: [{ id: "credentialSource" }] },
          { type: "ms.vss-endpoint.endpoint-auth-scheme-token" },
        ],
      },
    },
  ],
};

const connection: ServiceConnection = {
  id: "11111111-2222-3333-4444-555555555555",
  name: "mine",
  type: "AwsS3",
  url: "https://s3.amazonaws.com/",
  scheme: "UsernamePassword",
  parameters: { username: "AKIA", password: "secret", sessionToken: "token" },
  data: { region: "eu-west-1" },
};

describe("The connection types of an extension", () => {
  const folder = temporaryFolder();

  it("are those of its manifest, as it is built or unpacked, with the fields of each scheme", async () => {
    const expected = [
      {
        name: "AwsS3",
        data: ["region", "roleArn"],
        schemes: new Map([
          ["UsernamePassword", ["username", "password", "sessionToken"]],
          ["None", ["credentialSource"]],
          ["Token", ["apitoken"]],
        ]),
      },
    ];
    for (const name of ["vss-extension.json", "extension.vsomanifest"]) {
      writeFileSync(join(folder(), name), `\uFEFF${JSON.stringify(manifest)}`);
      assert.deepEqual(await readConnectionTypes(folder()), expected);
      rmSync(join(folder(), name));
    }
    assert.deepEqual(await readConnectionTypes(folder()), []);
  });

  const cases: [title: string, changes: Partial<ServiceConnection>, says: string[]][] = [
    ["accept their own fields, in any case", { data: { Region: "eu-west-1" } }, []],
    ["accept any connection of another type", { type: "AWS", data: { other: "x" } }, []],
    [
      "refuse data that the type does not declare",
      { data: { region: "eu-west-1", regoin: "x" } },
      ["Service connection mine: type AwsS3 does not declare the data regoin. It has: region, roleArn."],
    ],
    [
      "refuse parameters that the scheme does not declare",
      { scheme: "None", parameters: { credentialSource: "oidc-token", username: "x" } },
      ["Service connection mine: scheme None does not declare the parameter username. It has: credentialSource."],
    ],
    [
      "refuse a scheme that the type does not have",
      { scheme: "Certificate" },
      ["Service connection mine: type AwsS3 has no scheme Certificate. Use one of UsernamePassword, None, Token."],
    ],
    [
      "refuse more characters than the server stores",
      { data: { region: "x".repeat(20_480) } },
      ["Service connection mine: its data have more than 20480 characters."],
    ],
  ];
  for (const [title, changes, says] of cases) {
    it(title, async () => {
      writeFileSync(join(folder(), "vss-extension.json"), JSON.stringify(manifest));
      const types = await readConnectionTypes(folder());
      assert.deepEqual(connectionRefusals({ ...connection, ...changes }, types), says);
    });
  }
});
