import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { ServiceConnection } from "../../../local/agent/agent.ts";
import { environmentOf, ownLines, printing, runFake, temporaryFolder } from "./fake-task.ts";

const id = "11111111-2222-3333-4444-555555555555";

function connection(changes: Partial<ServiceConnection> = {}): ServiceConnection {
  return {
    id,
    name: "production",
    type: "AwsS3",
    url: "https://s3.amazonaws.com",
    scheme: "UsernamePassword",
    parameters: { username: "AKIAEXAMPLE", password: "wJalrXUtnFEMI" },
    data: { region: "$(where)", addressingStyle: "auto" },
    ...changes,
  };
}

describe("The environment that the agent gives a task", () => {
  const folder = temporaryFolder();

  it("holds each connection that an input refers to", async () => {
    const environment = await environmentOf(folder(), {
      inputs: [{ name: "awsCredentials", type: "connectedService:AwsS3" }],
      request: { inputs: { awsCredentials: id }, connections: [connection()], variables: { where: "eu-west-1" } },
    });
    const seen = Object.entries(environment).filter(([name]) => name.includes(id));
    assert.deepEqual(Object.fromEntries(seen), {
      [`ENDPOINT_URL_${id}`]: "https://s3.amazonaws.com/",
      [`ENDPOINT_AUTH_${id}`]:
        '{"parameters":{"username":"AKIAEXAMPLE","password":"wJalrXUtnFEMI"},"scheme":"UsernamePassword"}',
      [`ENDPOINT_AUTH_SCHEME_${id}`]: "UsernamePassword",
      [`ENDPOINT_AUTH_PARAMETER_${id}_USERNAME`]: "AKIAEXAMPLE",
      [`ENDPOINT_AUTH_PARAMETER_${id}_PASSWORD`]: "wJalrXUtnFEMI",
      [`ENDPOINT_DATA_${id}`]: '{"region":"eu-west-1","addressingStyle":"auto"}',
      [`ENDPOINT_DATA_${id}_REGION`]: "eu-west-1",
      [`ENDPOINT_DATA_${id}_ADDRESSINGSTYLE`]: "auto",
    });
  });

  it("leaves out a connection that no input refers to, though its secrets are masked", async () => {
    const request = { connections: [connection()] };
    const environment = await environmentOf(folder(), { request });
    assert.deepEqual(
      Object.keys(environment).filter((name) => name.includes(id)),
      [],
    );
    const result = await runFake(folder(), { script: printing("key AKIAEXAMPLE secret wJalrXUtnFEMI"), request });
    assert.deepEqual(ownLines(result), ["key *** secret ***"]);
  });

  it("masks every authorization parameter but those known to be public", async () => {
    const parameters = { tenantId: "tenant-1", region: "us-east-1", Scope: "scope-1" };
    const result = await runFake(folder(), {
      script: printing("tenant-1 us-east-1 scope-1"),
      request: { connections: [connection({ parameters })] },
    });
    assert.deepEqual(ownLines(result), ["tenant-1 *** scope-1"]);
  });

  it("holds the job's own connection, without a GUID and without data", async () => {
    const environment = await environmentOf(folder(), {});
    const names = Object.keys(environment).filter((name) => name.includes("SYSTEMVSSCONNECTION"));
    assert.deepEqual(names.sort(), [
      "ENDPOINT_AUTH_PARAMETER_SYSTEMVSSCONNECTION_ACCESSTOKEN",
      "ENDPOINT_AUTH_SCHEME_SYSTEMVSSCONNECTION",
      "ENDPOINT_AUTH_SYSTEMVSSCONNECTION",
      "ENDPOINT_URL_SYSTEMVSSCONNECTION",
    ]);
  });

  it("keeps public and secret variables apart and lists the names of both", async () => {
    const environment = await environmentOf(folder(), {
      request: { variables: { "my.Public name": "1" }, secretVariables: { "my.secret": "hush" } },
    });
    const names = (list: string) => JSON.parse(environment[list] ?? "") as string[];
    assert.equal(environment.MY_PUBLIC_NAME, "1");
    assert.equal(environment.SECRET_MY_SECRET, "hush");
    assert.equal(environment.MY_SECRET, undefined);
    assert.ok(names("VSTS_PUBLIC_VARIABLES").includes("my.Public name"));
    assert.deepEqual(names("VSTS_SECRET_VARIABLES"), ["my.secret"]);
  });

  it("expands variables that name others, and makes secret what holds a secret", async () => {
    const environment = await environmentOf(folder(), {
      request: {
        variables: { url: "https://$(host)/", host: "$(name).example", header: "Bearer $(token)", name: "a" },
        secretVariables: { token: "hush" },
      },
    });
    assert.equal(environment.URL, "https://a.example/");
    assert.equal(environment.SECRET_HEADER, "Bearer hush");
  });

  it("leaves a variable that names itself as it is, and warns", async () => {
    const result = await runFake(folder(), {
      script: "console.log(process.env.A, process.env.B, process.env.C)",
      request: { variables: { a: "$(b)", b: "$(a)", c: "fine" } },
    });
    assert.deepEqual(ownLines(result), ["$(b) $(a) fine"]);
    assert.deepEqual(
      result.issues.map(({ message }) => message),
      ["a", "b"].map((name) => `Unable to expand variable '${name}'. A cyclical reference was detected.`),
    );
  });

  it("has the step's own env, expanded and trimmed, which a variable of the same name overrules", async () => {
    const environment = await environmentOf(folder(), {
      request: {
        env: { TOKEN: " $(token) ", SHARED: "step", LITERAL: " x " },
        variables: { shared: "variable" },
        secretVariables: { token: "hush" },
      },
    });
    const { TOKEN, SHARED, LITERAL } = environment;
    assert.deepEqual({ TOKEN, SHARED, LITERAL }, { TOKEN: "hush", SHARED: "variable", LITERAL: "x" });
  });

  it("tells a build job where its folders are", async () => {
    const work = join(folder(), "_work");
    const environment = await environmentOf(folder(), { request: { workFolder: work } });
    const { TF_BUILD, SYSTEM_HOSTTYPE, BUILD_SOURCESDIRECTORY, BUILD_REPOSITORY_LOCALPATH } = environment;
    const { BUILD_ARTIFACTSTAGINGDIRECTORY, BUILD_BINARIESDIRECTORY, AGENT_TEMPDIRECTORY, PIPELINE_WORKSPACE } =
      environment;
    assert.deepEqual([TF_BUILD, SYSTEM_HOSTTYPE], ["True", "build"]);
    assert.deepEqual(
      [BUILD_SOURCESDIRECTORY, BUILD_REPOSITORY_LOCALPATH, BUILD_ARTIFACTSTAGINGDIRECTORY, BUILD_BINARIESDIRECTORY],
      [join(work, "1/s"), join(work, "1/s"), join(work, "1/a"), join(work, "1/b")],
    );
    assert.deepEqual([AGENT_TEMPDIRECTORY, PIPELINE_WORKSPACE], [join(work, "_temp"), join(work, "1")]);
  });

  it("tells a release of its artifacts by alias and of no build", async () => {
    const artifacts = join(folder(), "artifacts");
    for (const alias of ["_site", "_tools"]) mkdirSync(join(artifacts, alias), { recursive: true });
    const environment = await environmentOf(folder(), { request: { hostType: "release", sourcesFolder: artifacts } });
    const { SYSTEM_HOSTTYPE, SYSTEM_ARTIFACTSDIRECTORY, SYSTEM_DEFAULTWORKINGDIRECTORY } = environment;
    const { AGENT_RELEASEDIRECTORY, RELEASE_PRIMARYARTIFACTSOURCEALIAS, RELEASE_ARTIFACTS__TOOLS_TYPE } = environment;
    assert.deepEqual(
      [SYSTEM_HOSTTYPE, SYSTEM_ARTIFACTSDIRECTORY, SYSTEM_DEFAULTWORKINGDIRECTORY, AGENT_RELEASEDIRECTORY],
      ["release", artifacts, artifacts, artifacts],
    );
    assert.deepEqual([RELEASE_PRIMARYARTIFACTSOURCEALIAS, RELEASE_ARTIFACTS__TOOLS_TYPE], ["_site", "Git"]);
    assert.deepEqual(
      Object.keys(environment).filter((name) => name.startsWith("BUILD_")),
      [],
    );
  });

  it("takes nothing of AWS over from the shell", async () => {
    process.env.AWS_PROFILE = "of-the-developer";
    try {
      assert.equal((await environmentOf(folder(), {})).AWS_PROFILE, undefined);
    } finally {
      delete process.env.AWS_PROFILE;
    }
  });
});
