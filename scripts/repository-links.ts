import { existsSync } from "node:fs";
import { join } from "node:path";
import manifest from "../package.json" with { type: "json" };

/** The branch whose pages the links show. */
const BRANCH = "main";

/** The repository's address: `repository.url` in package.json, which is the only place that holds it. */
export const repositoryUrl: string = manifest.repository.url.replace(/^git\+/, "").replace(/\.git$/, "");

/** The address of a file in the repository, with a heading if the path names one: `docs/upload.md#inputs`. */
function fileUrl(path: string): string {
  return `${repositoryUrl}/blob/${BRANCH}/${path}`;
}

/** The page about a task in this repository: `docs/publish-site.md` of `AwsS3PublishSite`. */
export function taskPage(taskName: string): string {
  const words = taskName.replace(/^AwsS3/, "").replace(/(?<!^)[A-Z]/g, "-$&");
  return `docs/${words.toLowerCase()}.md`;
}

/** The address of a task's page, for `helpUrl` in its task.json. */
export function taskHelpUrl(taskName: string): string {
  return fileUrl(taskPage(taskName));
}

/**
 * The links of the extension's page on the marketplace.
 *
 * Source: "Extension manifest reference", discovery attributes, Azure DevOps documentation.
 */
export function manifestLinks(): object {
  return {
    links: {
      getstarted: { uri: fileUrl("docs/getting-started.md") },
      learn: { uri: `${repositoryUrl}#readme` },
      license: { uri: fileUrl("LICENSE") },
      support: { uri: `${repositoryUrl}/issues` },
    },
    repository: { type: "git", uri: repositoryUrl },
  };
}

/**
 * Replaces links to files of the repository by their addresses, because the marketplace and the forms have only the text itself.
 * Images are packed with the page, and stay as they are.
 *
 * @param root the repository's folder.
 * @param place where the text is, for the error.
 * @throws Error if a link names a file that does not exist.
 */
export function resolveLinks(markdown: string, root: string, place: string): string {
  return markdown.replace(/(?<!!)(\[[^\]]*\]\()([^)\s]+)\)/g, (link, text: string, target: string) => {
    if (/^(?:[a-z]+:|#)/i.test(target)) return link;
    const [path = ""] = target.split("#");
    if (!existsSync(join(root, path))) throw new Error(`${place} links to ${path}, which does not exist.`);
    return `${text}${fileUrl(target)})`;
  });
}

/** The paths of the images of a page. */
export function imagesIn(markdown: string): readonly string[] {
  const paths = [...markdown.matchAll(/!\[[^\]]*\]\(([^)\s]+)\)/g)].map(([, path = ""]) => path);
  return [...new Set(paths)];
}
