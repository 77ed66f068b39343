import assert from "node:assert/strict";
import { AzureRepos } from "../../../src/agent/pull-requests/azure-repos.ts";
import { editComment, putComment } from "../../../src/agent/pull-requests/comment-thread.ts";
import { describePullRequestFailure } from "../../../src/agent/pull-requests/pull-request-failure.ts";
import { repositoryDigest } from "../../../src/agent/pull-requests/repository-digest.ts";
import type { NetworkSettings } from "../../../src/http/network-settings.ts";
import { type AzureDevOpsServer, startAzureDevOps } from "../../stand-ins/azure-devops/server.ts";
import { createOidcIssuer } from "../../stand-ins/sts/oidc-issuer.ts";

const NETWORK = { proxyFor: () => undefined } as unknown as NetworkSettings;
const COMMIT = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d";
const KEY = "a preview";

describe("A pull request in Azure Repos", () => {
  let server: AzureDevOpsServer;
  let repos: AzureRepos;
  let number = 0;

  before(async () => {
    const issuer = createOidcIssuer("https://vstoken.dev.azure.com/local");
    server = await startAzureDevOps({ issuer, connections: [] });
    repos = client();
  });
  after(() => server.close());
  beforeEach(() => {
    number++;
    server.pullRequests.add({ number, status: "active", sourceCommit: COMMIT });
    Object.assign(server.pullRequests.rights, { mayRead: true, mayContribute: true });
  });

  function client(): AzureRepos {
    const accessToken = server.job.connection.parameters.AccessToken ?? "";
    const job = { collectionUrl: new URL(server.collectionUrl), accessToken };
    return new AzureRepos({ job, network: NETWORK, userAgent: "tests" });
  }

  const comments = () => server.pullRequests.visibleComments(number);
  const put = async (content: string, by = repos) => putComment(by, await by.read(number), KEY, content);

  it("is read with its state, its commit and its repository", async () => {
    const { id, project } = server.pullRequests.repository;
    assert.deepEqual(await repos.read(number), {
      number,
      isActive: true,
      isClosed: false,
      sourceCommit: COMMIT,
      repository: repositoryDigest(server.collectionUrl, id.toUpperCase()),
      repositoryId: id,
      repositoryName: "local",
      projectId: project.id,
      webUrl: `${server.collectionUrl}local/_git/local/pullrequest/${number}`,
    });
    for (const status of ["completed", "abandoned"] as const) {
      server.pullRequests.add({ number, status, sourceCommit: COMMIT });
      const { isActive, isClosed } = await repos.read(number);
      assert.deepEqual({ isActive, isClosed }, { isActive: false, isClosed: true });
    }
  });

  it("gets one comment, which is edited, and blocks nothing", async () => {
    const url = await put("first");
    assert.equal(url, `${server.collectionUrl}local/_git/local/pullrequest/${number}?discussionId=1`);
    assert.equal(await put("second"), url);
    assert.deepEqual(comments(), ["second"]);
    assert.deepEqual(
      server.pullRequests.threads.get(number)?.map(({ properties, status }) => ({ properties, status })),
      [{ properties: { AwsS3PublishSite: { $type: "System.String", $value: KEY } }, status: undefined }],
    );
  });

  it("gets a comment for each of several previews", async () => {
    await put("first");
    await putComment(repos, await repos.read(number), "another preview", "other");
    assert.deepEqual(comments(), ["first", "other"]);
  });

  it("keeps one comment if two runs begin one at the same time", async () => {
    for (let round = 0; round < 3; round++) {
      await Promise.all([put("from one run"), put("from the other", client())]);
      assert.equal(comments().length, 1, JSON.stringify(comments()));
    }
  });

  it("loses a comment that a run left which ended early", async () => {
    const pullRequest = await repos.read(number);
    for (const content of ["first", "second"])
      await repos.createThread(pullRequest, content, { AwsS3PublishSite: KEY });
    await put("third");
    assert.deepEqual(comments(), ["third"]);
  });

  it("gets a new comment where somebody has deleted the old one, and no edit of one that is gone", async () => {
    await put("first");
    const pullRequest = await repos.read(number);
    await repos.deleteComment(pullRequest, 1, 1);
    await editComment(repos, pullRequest, KEY, "gone");
    assert.deepEqual(comments(), []);
    await put("second");
    await editComment(repos, pullRequest, KEY, "third");
    assert.deepEqual(comments(), ["third"]);
  });

  it("gets its comment once also if an answer is lost, or the server is busy", async () => {
    server.addFault("CreateThread", { kind: "cutBody", afterBytes: 5 }, 1);
    server.addFault("ListThreads", { kind: "status", status: 503, code: "" }, 1);
    await put("first");
    assert.deepEqual(comments(), ["first"]);
  });

  it("gets a status under a name of its own", async () => {
    const context = { genre: "AwsS3PublishSite", name: "preview/bucket" };
    await repos.addStatus(await repos.read(number), { state: "failed", description: "not published", context });
    assert.deepEqual(server.pullRequests.statuses.get(number), [
      { state: "failed", description: "not published", context },
    ]);
  });

  describe("that refuses", () => {
    const failure = async (act: () => Promise<unknown>, runKind: { isFork?: boolean; isRelease?: boolean } = {}) => {
      const error = await act().then(
        () => assert.fail("it did not refuse"),
        (reason: unknown) => reason,
      );
      const { project } = server.pullRequests.repository;
      const collection = "https://shop.visualstudio.com/";
      const kind = { isFork: false, isRelease: false, ...runKind };
      const run = { ...kind, project: project.name, projectId: project.id.toUpperCase(), collection };
      return describePullRequestFailure(error, { repositoryName: "site" }, run) ?? "";
    };

    it("names the right, the identity and the place", async () => {
      server.pullRequests.rights.mayContribute = false;
      const said = await failure(() => put("first"));
      assert.match(said, /^TF401027: You need the Git 'PullRequestContribute' permission/);
      assert.match(
        said,
        /Grant "Contribute to pull requests" to "local Build Service \(shop\)", under Project settings, Repositories, the repository site, Security\.$/,
      );
      assert.match(await failure(() => put("first"), { isFork: true }), /This run builds a fork/);
    });

    it("says how a job reaches another repository", async () => {
      const pullRequest = await repos.read(number);
      server.pullRequests.rights.mayRead = false;
      const said = await failure(() => repos.threads(pullRequest));
      assert.match(said, /^TF401019: .*`checkout: self`.*`uses: repositories`/);
      assert.match(await failure(() => repos.read(number)), /^TF401180: .*in this organization/);
      const inRelease = await failure(() => repos.threads(pullRequest), { isRelease: true });
      assert.match(inRelease, /^TF401019: .*turn off "Limit job authorization scope .* for release pipelines"/);
      assert.doesNotMatch(inRelease, /checkout/);
    });

    it("is told from a page that stands in its place", async () => {
      server.addFault("ReadPullRequest", { kind: "status", status: 200, code: "", message: "<html>Sign in</html>" }, 1);
      assert.match(
        await failure(() => repos.read(number)),
        /^it answered with a page \(200\)\. The answer is not from the API of Azure Repos, /,
      );
    });
  });
});
