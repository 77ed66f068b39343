import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runStep, type StepResult } from "../../local/agent/agent.ts";
import { defaultCredential, type S3Server, startS3Server } from "../../local/s3/server.ts";

const BUCKET = "quay-street-bakery";
const CONNECTION = "0f3c1d5e-7a42-4c57-8d6e-2b9f60a1c3d4";

/** What pictures call the places of a run: those of a hosted agent and of Amazon S3. */
const PLACES = {
  folder: "/home/vsts/work/1/s/site",
  store: "in eu-west-1",
  url: `http://${BUCKET}.s3-website-eu-west-1.amazonaws.com/`,
};

/** A site that was published, and published again after some changes. */
export interface ExampleRun {
  /** The log of the second publish, with the places of a hosted agent. */
  readonly log: readonly string[];
  /** Its summary: the title, and Markdown. */
  readonly summary: { readonly title: string; readonly markdown: string };
  /** Where the site is, for as long as the run is not closed. */
  readonly url: string;
  /** What the pictures call that place. */
  readonly shownUrl: string;
  /** The files of the site, one after the other. */
  readonly files: string;
  close(): Promise<void>;
}

/**
 * Publishes the example site with the packaged task, by the local agent, on a server of its own.
 *
 * @param root the repository's folder, with the built extension.
 * @throws Error with the log if a publish fails.
 */
export async function publishExample(root: string): Promise<ExampleRun> {
  const server = await startS3Server();
  const website = await server.openWebsite(BUCKET);
  const folder = await mkdtemp(join(tmpdir(), "pictures-"));
  const close = async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await cp(join(root, "examples/site"), folder, { recursive: true });
    const publish = () => publishOnce(root, server, folder, `${website.url}/`);
    await publish();
    await changeSite(folder);
    const result = await publish();
    const show = (text: string) =>
      text
        .replaceAll(folder, PLACES.folder)
        .replaceAll(`at ${new URL(server.url).host}`, PLACES.store)
        .replaceAll(`${website.url}/`, PLACES.url)
        .replaceAll(`${website.url}/`.replaceAll(":", "&#58;"), PLACES.url.replace(":", "&#58;"));
    const [summary] = result.attachments;
    return {
      log: result.log.map(show),
      summary: { title: summary?.name.replace(/\.md$/, "") ?? "", markdown: show(summary?.content ?? "") },
      url: `${website.url}/`,
      shownUrl: PLACES.url,
      files: await readFiles(folder),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A new page in place of another one, and a page that leads to it. */
async function changeSite(folder: string): Promise<void> {
  const recipes = join(folder, "recipes");
  const rye = await readFile(join(recipes, "rye.html"), "utf8");
  await writeFile(join(recipes, "focaccia.html"), rye.replaceAll("Rye", "Focaccia"));
  await rm(join(recipes, "rye.html"));
  for (const page of [join(folder, "index.html"), join(recipes, "index.html")]) {
    const text = await readFile(page, "utf8");
    const renamed = text
      .replaceAll("rye.html", "focaccia.html")
      .replaceAll("Rye, three days long", "Focaccia with rosemary");
    await writeFile(page, renamed.replaceAll("dark, close-grained, keeps a week", "soft inside, crisp outside"));
  }
}

async function publishOnce(root: string, server: S3Server, folder: string, siteUrl: string): Promise<StepResult> {
  const result = await runStep({
    taskFolder: join(root, "dist/extension/tasks/AwsS3PublishSite"),
    displayName: "Publish site to S3: quay-street-bakery",
    connections: [
      {
        id: CONNECTION,
        name: "example",
        type: "AwsS3",
        url: server.url,
        scheme: "UsernamePassword",
        parameters: { username: defaultCredential.accessKeyId, password: defaultCredential.secretAccessKey },
        data: {},
      },
    ],
    inputs: {
      awsCredentials: CONNECTION,
      bucketName: BUCKET,
      sourceFolder: folder,
      configureWebsite: "true",
      publicRead: "true",
      keepReleases: "5",
      // One file after the other, so that each run has the same log.
      concurrency: "1",
      siteUrl,
    },
  });
  if (result.result !== "Succeeded") throw new Error(`The example was not published:\n${result.log.join("\n")}`);
  return result;
}

async function readFiles(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : [])).sort();
  const texts = await Promise.all(paths.map((path) => readFile(path, "utf8")));
  return paths.map((path, index) => `${path.slice(folder.length)}\n${texts[index]}`).join("\n");
}
