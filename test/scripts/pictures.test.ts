import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { preparePictures } from "../../scripts/pictures/pictures.ts";
import { hashSources, readHashes } from "../../scripts/pictures/source-hashes.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Pages with pictures have to load at once, and the package has some of them. */
const MAX_PICTURE_BYTES = 150_000;

describe("The pictures of the documentation", () => {
  it("show the forms, the log, the summary and the site as they are now (npm run pictures makes them)", async () => {
    const { pictures, close } = await preparePictures(root);
    await close();
    assert.deepEqual(readHashes(root), hashSources(pictures));
  });

  it("are all made by the script, and small", () => {
    const pictures = readdirSync(join(root, "images")).filter((name) => name.endsWith(".png"));
    assert.deepEqual(pictures.map((name) => `images/${name}`).sort(), Object.keys(readHashes(root)).sort());
    for (const name of pictures) {
      const { size } = statSync(join(root, "images", name));
      assert.ok(size < MAX_PICTURE_BYTES, `${name} has ${size} bytes`);
    }
  });

  it("are all shown on a page", () => {
    const pages = ["README.md", "overview.md", ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)];
    const text = pages
      .filter((name) => name.endsWith(".md"))
      .map((name) => readFileSync(join(root, name), "utf8"))
      .join("\n");
    const unused = Object.keys(readHashes(root)).filter((path) => path !== "images/icon.png" && !text.includes(path));
    assert.deepEqual(unused, []);
  });
});
