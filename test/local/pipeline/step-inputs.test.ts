import assert from "node:assert/strict";
import type { ServiceConnection } from "../../../local/agent/service-connection.ts";
import type { TaskDefinition, TaskInput } from "../../../local/agent/task-definition.ts";
import { type ResolvedInputs, resolveInputs } from "../../../local/pipeline/step-inputs.ts";

const connection: ServiceConnection = {
  id: "11111111-2222-3333-4444-555555555555",
  name: "Production",
  type: "AwsS3",
  url: "https://s3.amazonaws.com/",
  scheme: "None",
  parameters: {},
  data: {},
};

const inputs: TaskInput[] = [
  { name: "awsCredentials", aliases: ["connection"], type: "connectedService:AwsS3" },
  { name: "bucketName", aliases: ["bucket"], type: "string", required: true },
  { name: "overwrite", type: "boolean", defaultValue: "true" },
  { name: "encryption", type: "pickList", options: { none: "None", kms: "KMS" }, defaultValue: "none" },
  { name: "keyId", type: "string", required: true, visibleRule: "encryption = kms" },
  { name: "tags", type: "pickList", options: { a: "A", b: "B" }, properties: { MultiSelectFlatList: "True" } },
];

function resolve(given: Record<string, string>): ResolvedInputs {
  return resolveInputs({
    definition: { inputs } as unknown as TaskDefinition,
    given,
    findConnection: (name) => (name.toLowerCase() === "production" ? connection : undefined),
    expand: (text) => text.replace("$(stage)", "production"),
  });
}

const templateExpression = "$".concat("{{ parameters.key }}");

const fine = { bucketName: "site" };

describe("The server's half of a step's inputs", () => {
  it("puts the real name in place of an alias, whatever its case", () => {
    assert.deepEqual(resolve({ Bucket: "site", OVERWRITE: "False" }), {
      inputs: { bucketName: "site", overwrite: "False" },
      problems: [],
      warnings: [],
    });
  });

  it("puts GUIDs in place of connection names, which may come from a variable", () => {
    for (const name of ["Production", "production", "$(stage)"]) {
      assert.equal(resolve({ ...fine, connection: name }).inputs.awsCredentials, connection.id);
    }
  });

  it("passes on an input that the task does not know, with a warning", () => {
    assert.deepEqual(resolve({ ...fine, bukket: "x" }), {
      inputs: { bucketName: "site", bukket: "x" },
      problems: [],
      warnings: ["input bukket is unknown to the task."],
    });
  });

  it("leaves to the task what is required, what is a choice and what is true or false", () => {
    const given = { bucketName: " ", overwrite: "yes", encryption: "AES", tags: "a,c", keyId: "$(key)" };
    assert.deepEqual(resolve(given), { inputs: given, problems: [], warnings: [] });
    assert.deepEqual(resolve({}), { inputs: {}, problems: [], warnings: [] });
  });

  const mistakes: [given: Record<string, string>, problems: string[]][] = [
    [{ ...fine, bucket: "x" }, ["input bucketName is given twice (bucket is another name of it)."]],
    [
      { ...fine, keyId: templateExpression },
      [`input keyId holds a template expression, which only the server expands: ${templateExpression}`],
    ],
    [
      { ...fine, awsCredentials: "staging" },
      [
        "input awsCredentials references service connection staging which could not be found. The service connection does not exist, has been disabled or hasn't been authorized for use.",
      ],
    ],
  ];
  for (const [given, problems] of mistakes) {
    it(`says of ${JSON.stringify(given)}: ${problems.join(" ")}`, () => {
      assert.deepEqual(resolve(given).problems, problems);
    });
  }

  it("refuses a connection of another type", () => {
    const { problems } = resolveInputs({
      definition: { inputs } as unknown as TaskDefinition,
      given: { ...fine, awsCredentials: "any" },
      findConnection: () => ({ ...connection, type: "AWS" }),
      expand: (text) => text,
    });
    assert.deepEqual(problems, [
      "input awsCredentials expects a service connection of type AwsS3 but the provided service connection any is of type AWS.",
    ]);
  });
});
