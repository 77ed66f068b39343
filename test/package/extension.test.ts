import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ajvDraft04 from "ajv-draft-04";
import { runStep } from "../../local/agent/agent.ts";
import { type CheckedTask, refusals } from "../../local/pipeline/task-rules.ts";
import manifest from "../../package.json" with { type: "json" };
import { manifestRefusals } from "./manifest-rules.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const staging = join(root, "dist/extension");
/** The task schema of Microsoft/azure-pipelines-task-lib (`tasks.schema.json`), which is not ours to ship. */
const schemaPath = process.env.TASKS_SCHEMA ?? join(root, "../shared/data/tasks.schema.json");

interface TaskJson extends CheckedTask {
  readonly id: string;
  readonly name: string;
  readonly friendlyName: string;
  readonly minimumAgentVersion: string;
  readonly inputs: readonly {
    readonly name: string;
    readonly label: string;
    readonly groupName?: string;
    readonly visibleRule?: string;
    readonly helpMarkDown?: string;
    readonly options?: Readonly<Record<string, string>>;
  }[];
  readonly outputVariables: readonly { readonly name: string }[];
  readonly restrictions: {
    readonly commands?: unknown;
    readonly settableVariables: { readonly allowed: readonly string[] };
  };
  readonly execution: Readonly<Record<string, { readonly target: string }>>;
}

interface Contribution {
  readonly id: string;
  readonly type: string;
  readonly properties: { readonly name: string; readonly [property: string]: unknown };
}

const extension = readJson("vss-extension.json");
const contributions = extension.contributions as Contribution[];
const taskNames = readdirSync(join(staging, "tasks"));
const SHARED_INPUTS: readonly string[] = [
  "toolkitCredentials",
  "assumeRole",
  "assumeRoleExternalId",
  "sessionTags",
  "sessionPolicy",
  "roleDurationSeconds",
  "concurrency",
  "forcePathStyleAddressing",
  "endpointFeatures",
  "expectedBucketOwner",
  "requesterPays",
];

describe("the extension", () => {
  it("has the version of the project, and a manifest that the marketplace accepts", () => {
    assert.equal(extension.version, manifest.version);
    assert.deepEqual(manifestRefusals(extension), []);
  });

  it("gives its tasks other titles than the AWS Toolkit's, which may be installed beside it", () => {
    const toolkits = ["amazon s3 download", "amazon s3 upload"];
    const titles = taskNames.map((name) => readTask(name).friendlyName.toLowerCase());
    assert.deepEqual(
      titles.filter((title) => toolkits.includes(title)),
      [],
    );
  });

  it("contributes each task that is built, and none twice", () => {
    const tasks = contributions.filter(({ type }) => type === "ms.vss-distributed-task.task");
    assert.deepEqual(
      tasks.map(({ properties }) => properties.name).sort(),
      taskNames.map((name) => `tasks/${name}`).sort(),
    );
    const taskIds = taskNames.map((name) => readTask(name).id);
    assert.equal(new Set(taskIds).size, taskIds.length);
    assert.deepEqual([...taskNames].sort(), ["AwsS3Download", "AwsS3PublishSite", "AwsS3Upload"]);
  });

  it("asks in all its tasks alike who they are and which way they go", () => {
    const groups = ["identity", "advanced"];
    const [first = [], ...others] = taskNames.map((name) =>
      readTask(name).inputs.filter(({ groupName = "" }) => groups.includes(groupName)),
    );
    const shared = first.filter(({ name }) => others.every((inputs) => inputs.some((input) => input.name === name)));
    assert.deepEqual(
      shared.map(({ name }) => name),
      SHARED_INPUTS,
    );
    for (const inputs of others) {
      assert.deepEqual(
        inputs.filter(({ name }) => SHARED_INPUTS.includes(name)),
        shared,
      );
    }
  });

  it("names only files that are packed", () => {
    const { details, license } = extension.content as Record<string, { path: string }>;
    const files = extension.files as { path: string }[];
    const icons = extension.icons as Record<string, string>;
    for (const path of [details?.path, license?.path, ...files.map((file) => file.path), ...Object.values(icons)]) {
      assert.ok(path && existsSync(join(staging, path)), `${path} is missing`);
    }
    assert.deepEqual(pngSize(join(staging, String(icons.default))), { width: 128, height: 128 });
  });

  it("has an overview for the marketplace and the licences of all that it contains", () => {
    assert.ok(readFileSync(join(staging, "overview.md"), "utf8").length > 500);
    const notices = readFileSync(join(staging, "ThirdPartyNotices.txt"), "utf8");
    for (const name of Object.keys(manifest.dependencies)) assert.ok(notices.includes(`\n${name} `), name);
  });

  it("asks for nothing public in the schemes of its connection, since the agent masks those values in every log", () => {
    const { authenticationSchemes, inputDescriptors } = readConnectionType();
    assert.deepEqual(
      authenticationSchemes.map((scheme) => [scheme.type, scheme.inputDescriptors.map(({ id }) => id)]),
      [
        ["ms.vss-endpoint.endpoint-auth-scheme-none", ["credentialSource"]],
        ["ms.vss-endpoint.endpoint-auth-scheme-basic", ["username", "password", "sessionToken"]],
      ],
    );
    assert.deepEqual(
      inputDescriptors.map(({ id }) => id),
      ["region", "addressingStyle", "roleArn", "roleSessionName", "externalId", "durationSeconds", "stsEndpoint"],
    );
    // These are masked like secrets: they are words that no log has by chance.
    const [choice] = authenticationSchemes[0]?.inputDescriptors ?? [];
    assert.deepEqual(
      choice?.values?.possibleValues.map(({ value }) => value),
      ["oidc-token", "agent-identity"],
    );
  });

  it("offers the connection without a stored secret first, and explains each field in three sentences at most", () => {
    const { authenticationSchemes, inputDescriptors, url } = readConnectionType();
    assert.deepEqual(
      authenticationSchemes.map(({ displayName }) => displayName),
      ["No stored secret", "Access keys"],
    );
    const fields = [...inputDescriptors, ...authenticationSchemes.flatMap((scheme) => scheme.inputDescriptors)];
    const helps = [["url", url.helpText], ...fields.map(({ id, description }) => [id, description])] as const;
    for (const [id, help = ""] of helps) {
      // Dots that end no sentence stand before a letter: eu-west-1.amazonaws.com.
      const sentences = help.replace(/<[^>]*>/g, "").split(/(?<=\.)\s+(?=[A-Z])/);
      assert.ok(help.length > 50 && help.endsWith("."), `${id} has no help worth the name`);
      assert.ok(sentences.length <= 3 && !/ as (https?|arn|[a-z]+-)/.test(help), `${id}: ${help}`);
    }
  });

  it("tells of a wrong field in its connection before it is saved", () => {
    const { authenticationSchemes, inputDescriptors } = readConnectionType();
    const wrongAndRight: Readonly<Record<string, readonly [wrong: string[], right: string[]]>> = {
      region: [
        ["Europe (Ireland)", ""],
        ["eu-west-1", "us-gov-west-1"],
      ],
      roleArn: [
        ["deploy", "arn:aws:iam::123456789012:user/me", "arn:aws:sts::123456789012:assumed-role/a/b"],
        ["arn:aws:iam::123456789012:role/team/deploy", "arn:aws-cn:iam::123456789012:role/a", "arn:aws:iam:::role/a"],
      ],
      roleSessionName: [["my session", "a"], ["nightly@example.com"]],
      externalId: [["a", "a b"], ["a-partner:1/2"]],
      durationSeconds: [
        ["899", "43201", "1h", "-900", "50000", "043200"],
        ["900", "999", "3600", "10000", "42999", "43199", "43200"],
      ],
      stsEndpoint: [
        ["sts.example.com", "ftp://a", "https://user:word@a/", "https://a/?b"],
        ["https://sts.example.com", "http://127.0.0.1:9000/", "https://a.example.com/sts"],
      ],
    };
    for (const { id, validation } of inputDescriptors) {
      assert.ok(!validation.pattern === !wrongAndRight[id], id);
      if (!validation.pattern) continue;
      assert.match(validation.patternMismatchErrorMessage ?? "", /^Enter .*\.$/);
      const [wrong = [], right = []] = wrongAndRight[id] ?? [];
      const pattern = new RegExp(validation.pattern);
      assert.deepEqual(
        [wrong.filter((text) => pattern.test(text)), right.filter((text) => !pattern.test(text))],
        [[], []],
        id,
      );
    }
    for (const { id, isConfidential } of authenticationSchemes.flatMap((scheme) => scheme.inputDescriptors)) {
      assert.equal(isConfidential, ["password", "sessionToken"].includes(id), id);
    }
  });
});

interface Descriptor {
  readonly id: string;
  readonly description: string;
  readonly isConfidential: boolean;
  readonly validation: { readonly pattern?: string; readonly patternMismatchErrorMessage?: string };
  readonly values?: { readonly possibleValues: readonly { readonly value: string }[] };
}

/** What the manifest says of the service connection. */
function readConnectionType() {
  const connection = contributions.find(({ type }) => type === "ms.vss-endpoint.service-endpoint-type");
  assert.ok(connection);
  return connection.properties as unknown as {
    readonly inputDescriptors: readonly Descriptor[];
    readonly url: { readonly helpText: string };
    readonly authenticationSchemes: readonly {
      readonly type: string;
      readonly displayName: string;
      readonly inputDescriptors: readonly Descriptor[];
    }[];
  };
}

for (const name of taskNames) {
  describe(`the task ${name}`, () => {
    const task = readTask(name);

    it("is valid by the task schema", function () {
      if (!existsSync(schemaPath)) {
        console.log(
          "      set TASKS_SCHEMA to the path of tasks.schema.json of azure-pipelines-task-lib to check this",
        );
        this.skip();
      }
      const ajv = new ajvDraft04.default({ strict: false, unicodeRegExp: false });
      const { id: _, ...schema } = JSON.parse(readFileSync(schemaPath, "utf8"));
      const isValid = ajv.compile({ ...schema, $schema: "http://json-schema.org/draft-04/schema#" });
      assert.ok(isValid(task), ajv.errorsText(isValid.errors));
      const [input] = task.inputs;
      assert.ok(!isValid({ ...task, inputs: [{ ...input, validation: {} }] }), "an input has no field validation");
    });

    it("stands in a folder of its name, with an icon of 32 × 32 and a script for both of the agent's Node versions", () => {
      assert.equal(task.name, name);
      // The first agent whose Node 20 has all that the tasks use.
      assert.equal(task.minimumAgentVersion, "3.244.0");
      assert.deepEqual(pngSize(join(staging, "tasks", name, "icon.png")), { width: 32, height: 32 });
      assert.deepEqual(Object.keys(task.execution).sort(), ["Node20_1", "Node24"]);
      for (const { target } of Object.values(task.execution))
        assert.ok(existsSync(join(staging, "tasks", name, target)));
    });

    it("is accepted by the server", () => assert.deepEqual(refusals(task), []));

    it("explains each input, under a label of its own", () => {
      for (const { name: input, helpMarkDown = "" } of task.inputs) {
        assert.ok(helpMarkDown.length > 50, `${input} has no help worth the name`);
      }
      const labels = task.inputs.map(({ label }) => label);
      assert.equal(new Set(labels).size, labels.length);
    });

    it("reads every input that it declares, and declares every input that it reads", async () => {
      const inputs = Object.fromEntries(task.inputs.map((input) => [input.name, ""]));
      const actions = Object.keys(task.inputs.find((input) => input.name === "action")?.options ?? { "": "" });
      const outputs: string[] = [];
      for (const action of actions) {
        const { rawOutput } = await runStep({
          taskFolder: join(staging, "tasks", name),
          inputs: action === "" ? inputs : { ...inputs, action },
          variables: { "System.Debug": "true" },
        });
        outputs.push(rawOutput);
      }
      // The task library logs each input that it is asked for; names with a dot are variables.
      const read = [...outputs.join("\n").matchAll(/^##vso\[task\.debug\]([A-Za-z0-9]+)=/gm)].map((match) => match[1]);
      assert.deepEqual([...new Set(read)].sort(), task.inputs.map((input) => input.name).sort());
    });

    it("may set the output variables that it declares, and no others, and may add a summary to the run", () => {
      // A mode of "restricted" would keep task.uploadsummary from it.
      assert.equal(task.restrictions.commands, undefined);
      assert.deepEqual(
        task.restrictions.settableVariables.allowed,
        task.outputVariables.map((variable) => variable.name),
      );
    });
  });
}

function readJson(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(staging, path), "utf8"));
}

function readTask(name: string): TaskJson {
  return readJson(join("tasks", name, "task.json")) as unknown as TaskJson;
}

/** Width and height stand at bytes 16 and 20 of a PNG ("Portable Network Graphics Specification", IHDR). */
function pngSize(path: string): { width: number; height: number } {
  const bytes = readFileSync(path);
  assert.equal(bytes.toString("latin1", 1, 4), "PNG");
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}
