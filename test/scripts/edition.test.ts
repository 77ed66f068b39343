import assert from "node:assert/strict";
import manifest from "../../package.json" with { type: "json" };
import { editionManifest, editionTask, parseEdition } from "../../scripts/edition.ts";

const extension = {
  id: "tools",
  publisher: "us",
  name: "Tools",
  version: "1.0.0",
  contributions: [
    {
      id: "connection",
      type: "ms.vss-endpoint.service-endpoint-type",
      properties: { name: "AwsS3", displayName: "S3" },
    },
    { id: "copy", type: "ms.vss-distributed-task.task", properties: { name: "tasks/Copy" } },
  ],
};
const task = {
  id: "6f1c7d0e-4b55-4c1b-9a0c-3d2f8e7a5b16",
  name: "Copy",
  friendlyName: "Copy files",
  inputs: [
    { name: "awsCredentials", type: "connectedService:AwsS3" },
    { name: "toolkitCredentials", type: "connectedService:AWS" },
    { name: "folder", type: "string" },
  ],
};

describe("The arguments of npm run package", () => {
  it("name the publisher, the development edition and the version", () => {
    assert.deepEqual(parseEdition([]), { isDev: false, version: manifest.version });
    assert.deepEqual(parseEdition(["--version", "1.0.10"]), { isDev: false, version: "1.0.10" });
    assert.deepEqual(parseEdition(["--publisher", "contoso"]), {
      publisher: "contoso",
      isDev: false,
      version: manifest.version,
    });
    assert.deepEqual(parseEdition(["--dev", "--publisher=my-team", "--version=2.0.0"]), {
      publisher: "my-team",
      isDev: true,
      version: "2.0.0",
    });
    assert.equal(parseEdition(["--help"]), "help");
  });

  const wrong: Readonly<Record<string, string>> = {
    "--dev": "--dev needs --publisher NAME: enter your publisher's ID.",
    "--publisher=a/b": '--publisher "a/b" is not the ID of a publisher: enter letters, digits, - and _.',
    "--publisher=": '--publisher "" is not the ID of a publisher: enter letters, digits, - and _.',
    "--publisher": "Option '--publisher <value>' argument missing: npm run package -- --help lists the options.",
    "--version=1.0": '--version "1.0" is not a version: enter three numbers, for example 1.0.1.',
    "--version=v1.0.0": '--version "v1.0.0" is not a version: enter three numbers, for example 1.0.1.',
    "--version=1.0.01": '--version "1.0.01" is not a version: enter three numbers, for example 1.0.1.',
    "--version=1.0.0-beta": '--version "1.0.0-beta" is not a version: enter three numbers, for example 1.0.1.',
    "--frob": "Unknown option '--frob': npm run package -- --help lists the options.",
    contoso: "Unexpected argument 'contoso': npm run package -- --help lists the options.",
  };
  for (const [argument, message] of Object.entries(wrong)) {
    it(`are refused in one sentence: ${argument}`, () => {
      assert.throws(() => parseEdition([argument]), { message });
    });
  }
});

describe("An edition", () => {
  it("for another publisher differs in the publisher and the version alone", () => {
    const edition = { publisher: "contoso", isDev: false, version: "1.0.1" };
    assert.deepEqual(editionManifest(extension, edition), { ...extension, publisher: "contoso", version: "1.0.1" });
    assert.deepEqual(editionTask(task, extension, edition), { ...task, version: { Major: 1, Minor: 0, Patch: 1 } });
  });

  const dev = { publisher: "contoso", isDev: true, version: "1.0.1" };

  it("for development has ids and names of its own, and its own type of service connection", () => {
    assert.deepEqual(editionManifest(extension, dev), {
      id: "tools-dev",
      publisher: "contoso",
      name: "Tools (dev)",
      version: "1.0.1",
      contributions: [
        {
          id: "connection-dev",
          type: "ms.vss-endpoint.service-endpoint-type",
          properties: { name: "AwsS3Dev", displayName: "S3 (dev)" },
        },
        { id: "copy-dev", type: "ms.vss-distributed-task.task", properties: { name: "tasks/CopyDev" } },
      ],
    });
    assert.deepEqual(editionTask(task, extension, dev), {
      // RFC 9562, version 5: the SHA-1 of the task's id and "contoso/dev".
      id: "6f111fd9-1cbd-5456-88bb-30159b0a1328",
      name: "CopyDev",
      friendlyName: "Copy files (dev)",
      inputs: [
        { name: "awsCredentials", type: "connectedService:AwsS3Dev" },
        { name: "toolkitCredentials", type: "connectedService:AWS" },
        { name: "folder", type: "string" },
      ],
      version: { Major: 1, Minor: 0, Patch: 1 },
    });
  });

  it("for development keeps a task's id in every build, and has another one for every publisher and task", () => {
    const others = [
      editionTask(task, extension, { ...dev, publisher: "fabrikam" }),
      editionTask({ ...task, id: "0d6d2a55-9f43-4c39-8e0b-6f0c5a7d4e11" }, extension, dev),
    ];
    const { id } = editionTask(task, extension, { ...dev, version: "1.0.2" });
    assert.equal(id, editionTask(task, extension, dev).id);
    assert.equal(new Set([task.id, id, ...others.map((other) => other.id)]).size, 4);
  });
});
