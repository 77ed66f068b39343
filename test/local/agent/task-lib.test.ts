import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { ownLines, runFake, temporaryFolder } from "./fake-task.ts";

const taskLib = createRequire(import.meta.url).resolve("azure-pipelines-task-lib/task");
const id = "11111111-2222-3333-4444-555555555555";

describe("A task that uses azure-pipelines-task-lib", () => {
  const folder = temporaryFolder();

  it("finds its inputs, variables and connection, and its result and outputs come back", async () => {
    const result = await runFake(folder(), {
      inputs: [
        { name: "awsCredentials", type: "connectedService:AwsS3", required: true },
        { name: "sourceFolder", type: "filePath" },
        { name: "dryRun", type: "boolean", defaultValue: "false" },
      ],
      outputVariables: [{ name: "found" }],
      script: `
        const task = require(${JSON.stringify(taskLib)});
        const connection = task.getInputRequired("awsCredentials");
        const found = {
          folder: task.getPathInputRequired("sourceFolder", true),
          dryRun: task.getBoolInput("dryRun"),
          url: task.getEndpointUrl(connection, false),
          scheme: task.getEndpointAuthorizationScheme(connection, false),
          username: task.getEndpointAuthorizationParameter(connection, "username", false),
          authorization: task.getEndpointAuthorization(connection, false),
          region: task.getEndpointDataParameter(connection, "region", false),
          system: task.getEndpointAuthorizationParameter("SYSTEMVSSCONNECTION", "AccessToken", false),
          host: task.getVariable("System.HostType"),
          secret: task.getVariable("my.secret"),
          isSecret: task.getVariables().find(({ name }) => name === "my.secret")?.secret,
          status: task.getVariable("agent.jobstatus"),
          proxy: task.getHttpProxyConfiguration("https://example.com/"),
        };
        task.setVariable("found", JSON.stringify(found));
        task.setSecret("derived");
        task.warning("derived: mind the %, [x] and a line\\nbreak");
        task.setResult(task.TaskResult.SucceededWithIssues, "some; were] skipped");`,
      request: {
        inputs: { awsCredentials: id, sourceFolder: "" },
        connections: [
          {
            id,
            name: "production",
            type: "AwsS3",
            url: "http://127.0.0.1:9000",
            scheme: "UsernamePassword",
            parameters: { username: "key-id", password: "key" },
            data: { region: "eu-west-1" },
          },
          {
            id: "00000000-0000-0000-0000-000000000000",
            name: "SystemVssConnection",
            type: "Generic",
            url: "https://dev.azure.com/mine/",
            scheme: "OAuth",
            parameters: { AccessToken: "job-token" },
            data: {},
          },
        ],
        variables: { "agent.proxyurl": "http://proxy:3128", "agent.proxybypasslist": '["internal"]' },
        secretVariables: { "my.secret": "hush" },
        sourcesFolder: folder(),
      },
    });
    assert.equal(result.result, "SucceededWithIssues");
    assert.equal(result.resultMessage, "some; were] skipped");
    assert.deepEqual(JSON.parse(result.outputVariables.found?.value ?? "null"), {
      folder: folder(),
      dryRun: false,
      url: "http://127.0.0.1:9000/",
      scheme: "UsernamePassword",
      username: "key-id",
      authorization: { scheme: "UsernamePassword", parameters: { username: "key-id", password: "key" } },
      region: "eu-west-1",
      system: "job-token",
      host: "build",
      secret: "hush",
      isSecret: true,
      status: "Succeeded",
      proxy: { proxyUrl: "http://proxy:3128", proxyBypassHosts: ["internal"], proxyFormattedUrl: "http://proxy:3128" },
    });
    assert.deepEqual(ownLines(result), [
      "##[warning]***: mind the %, [x] and a line",
      "break",
      "##[warning]some; were] skipped",
    ]);
  });
});
