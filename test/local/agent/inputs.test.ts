import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { StepRequest } from "../../../local/agent/agent.ts";
import type { TaskInput } from "../../../local/agent/task-definition.ts";
import { environmentOf, temporaryFolder } from "./fake-task.ts";

describe("The inputs that the agent gives a task", () => {
  const folder = temporaryFolder();

  async function inputsSeen(inputs: TaskInput[], request: Partial<StepRequest>): Promise<Record<string, string>> {
    const environment = await environmentOf(folder(), { inputs, request });
    return Object.fromEntries(Object.entries(environment).filter(([name]) => name.startsWith("INPUT_")));
  }

  it("are named in upper case, with an underscore for dots and spaces", async () => {
    const seen = await inputsSeen([], { inputs: { "my.dotted name": "1", plain: "2" } });
    assert.deepEqual(seen, { INPUT_MY_DOTTED_NAME: "1", INPUT_PLAIN: "2" });
  });

  it("carry their default or nothing where the step does not set them, whatever the case of the name it sets", async () => {
    const inputs: TaskInput[] = [
      { name: "bucketName", type: "string" },
      { name: "overwrite", type: "boolean", defaultValue: true },
      { name: "region", type: "string", defaultValue: " eu-west-1 " },
    ];
    const seen = await inputsSeen(inputs, { inputs: { BUCKETNAME: "site" } });
    assert.deepEqual(seen, { INPUT_BUCKETNAME: "site", INPUT_OVERWRITE: "true", INPUT_REGION: "eu-west-1" });
  });

  it("are trimmed where literal and left alone where a variable says so", async () => {
    const seen = await inputsSeen([], {
      inputs: { literal: "  a b \n", fromVariable: " $(padded) " },
      variables: { padded: "  x  " },
    });
    assert.deepEqual(seen, { INPUT_LITERAL: "a b", INPUT_FROMVARIABLE: "  x  " });
  });

  it("have variables expanded, secrets too, in any case and once only", async () => {
    const seen = await inputsSeen([], {
      inputs: { many: "$(A)-$(a)-$(Token)", unknown: "$(nobody) $(", nested: "$($(inner))", environment: "$(HOME_OF)" },
      variables: { a: "1", inner: "a" },
      secretVariables: { token: "s3cret" },
      inheritedEnv: { HOME_OF: "/home/agent" },
    });
    assert.deepEqual(seen, {
      INPUT_MANY: "1-1-s3cret",
      INPUT_UNKNOWN: "$(nobody) $(",
      INPUT_NESTED: "$(a)",
      INPUT_ENVIRONMENT: "/home/agent",
    });
  });

  const paths: TaskInput[] = ["relative", "nested", "empty", "rooted"].map((name) => ({ name, type: "filePath" }));
  const given = { relative: "dist/", nested: "a/../b/./c", empty: "", rooted: "/srv/x/../site" };

  it("are paths below the repository for a build, so that an empty one is the repository itself", async () => {
    const sourcesFolder = join(folder(), "repository");
    const seen = await inputsSeen(paths, { inputs: given, sourcesFolder });
    assert.deepEqual(seen, {
      INPUT_RELATIVE: `${sourcesFolder}/dist/`,
      INPUT_NESTED: `${sourcesFolder}/b/c`,
      INPUT_EMPTY: sourcesFolder,
      INPUT_ROOTED: "/srv/site",
    });
  });

  it("are paths below the default working directory where several repositories are checked out", async () => {
    const workingDirectory = join(folder(), "elsewhere");
    mkdirSync(workingDirectory);
    const variables = { "System.DefaultWorkingDirectory": workingDirectory };
    const one = await inputsSeen(paths, { inputs: given, variables, workFolder: folder() });
    const several = await inputsSeen(paths, { inputs: given, variables, workFolder: folder(), repositories: 2 });
    assert.equal(one.INPUT_NESTED, join(folder(), "1/s/b/c"));
    assert.equal(several.INPUT_NESTED, join(workingDirectory, "b/c"));
    assert.equal(several.INPUT_EMPTY, workingDirectory);
  });

  it("are paths below the artifacts directory for a classic release", async () => {
    const workFolder = join(folder(), "_work");
    const seen = await inputsSeen(paths, { inputs: given, workFolder, hostType: "release" });
    assert.deepEqual(seen, {
      INPUT_RELATIVE: `${workFolder}/r1/a/dist/`,
      INPUT_NESTED: `${workFolder}/r1/a/b/c`,
      INPUT_EMPTY: `${workFolder}/r1/a`,
      INPUT_ROOTED: "/srv/site",
    });
  });
});
