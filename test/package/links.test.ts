import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import manifest from "../../package.json" with { type: "json" };
import { repositoryUrl, resolveLinks } from "../../scripts/repository-links.ts";
import { anchorsOf } from "../docs/markdown.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const staging = join(root, "dist/extension");
const repository = repositoryUrl;

describe("The links of the extension", () => {
  it("lead to the repository that package.json names, and to a place for support", () => {
    const extension = JSON.parse(readFileSync(join(staging, "vss-extension.json"), "utf8"));
    assert.deepEqual(extension.links, {
      getstarted: { uri: `${repository}/blob/main/docs/getting-started.md` },
      learn: { uri: `${repository}#readme` },
      license: { uri: `${repository}/blob/main/LICENSE` },
      support: { uri: `${repository}/issues` },
    });
    assert.deepEqual(extension.repository, { type: "git", uri: repository });
  });

  it("lead from each task to a page of its own", () => {
    for (const name of readdirSync(join(staging, "tasks"))) {
      const { helpUrl } = JSON.parse(readFileSync(join(staging, "tasks", name, "task.json"), "utf8"));
      assert.match(readFileSync(join(root, pathInRepository(helpUrl)), "utf8"), new RegExp(`${name}@1`));
    }
  });

  it("lead from the marketplace's page to files of the repository, by whole addresses", () => {
    const overview = readFileSync(join(staging, "overview.md"), "utf8");
    const targets = [...overview.matchAll(/(!?)\[[^\]]*\]\(([^)]+)\)/g)].map(([, isImage, target = ""]) => ({
      isImage: isImage === "!",
      target,
    }));
    const links = targets.filter(({ isImage }) => !isImage).map(({ target }) => target);
    assert.ok(links.some((target) => target.startsWith(`${repository}/blob/main/docs/`)));
    for (const target of links) {
      if (!target.startsWith(repository)) assert.match(target, /^(https:\/\/|#)/);
      else if (target.includes("/blob/")) {
        const [path = "", anchor] = pathInRepository(target).split("#");
        assert.ok(existsSync(join(root, path)), target);
        if (anchor !== undefined) assert.ok(anchorsOf(join(root, path)).includes(anchor), target);
      }
    }
    // The marketplace shows PNGs of the package. Those that the page does not show are not packed.
    const shown = targets.filter(({ isImage }) => isImage).map(({ target }) => target);
    const packed = readdirSync(join(staging, "images")).map((name) => `images/${name}`);
    assert.deepEqual(packed.sort(), [...new Set(["images/icon.png", ...shown])].sort());
    for (const target of shown) assert.match(target, /^images\/[a-z-]+\.png$/);
  });

  it("lead from the service connection's form to the page about connections", () => {
    const { contributions } = JSON.parse(readFileSync(join(staging, "vss-extension.json"), "utf8"));
    const [connection] = contributions as { properties: { helpMarkDown: string } }[];
    assert.match(
      connection?.properties.helpMarkDown ?? "",
      new RegExp(`\\(${repository}/blob/main/docs/connections\\.md\\)`),
    );
  });

  it("stand in one place of the sources: package.json", () => {
    const sources = ["vss-extension.json", "overview.md", "README.md", "CHANGELOG.md"].concat(
      ...["docs", "tasks", "scripts", "src", "examples"].map((folder) =>
        readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name).slice(root.length)),
      ),
    );
    const naming = sources.filter((path) => readFileSync(join(root, path), "utf8").includes(repository));
    assert.deepEqual(naming, []);
    assert.ok(manifest.repository.url.includes(repository));
  });

  it("are resolved in text, and not in images", () => {
    const text = "[a](docs/upload.md#x) [b](https://example.com/docs) [c](#part) ![d](images/demo.png) [e](LICENSE)";
    const resolved = `[a](${repository}/blob/main/docs/upload.md#x) [b](https://example.com/docs) [c](#part) ![d](images/demo.png) [e](${repository}/blob/main/LICENSE)`;
    assert.equal(resolveLinks(text, root, "overview.md"), resolved);
    assert.throws(() => resolveLinks("[a](docs/none.md)", root, "overview.md"), {
      message: "overview.md links to docs/none.md, which does not exist.",
    });
  });
});

function pathInRepository(url: string): string {
  assert.ok(url.startsWith(`${repository}/blob/main/`), url);
  return url.slice(`${repository}/blob/main/`.length);
}
