import { readFileSync } from "node:fs";
import { join } from "node:path";
import { commentPicture } from "./comment-picture.ts";
import { connectionForm } from "./connection-form.ts";
import { publishExample } from "./example-run.ts";
import { renderForm } from "./form.ts";
import { type Picture, page } from "./picture.ts";
import { runPictures } from "./run-pictures.ts";
import { taskForm } from "./task-form.ts";

/** As the marketplace wants it. */
const ICON_PX = 128;

/** What a window shows of a form before it is scrolled. */
const FIRST_SCREEN_PX = 854;

const COMMON = { awsCredentials: "aws-production", regionName: "eu-west-1" };

/** All pictures of the documentation, and what the run behind them must be kept open for. */
export interface Pictures {
  readonly pictures: readonly Picture[];
  close(): Promise<void>;
}

/**
 * Prepares all pictures: forms as the tasks declare them, and a real run of a packaged task.
 *
 * @param root the repository's folder, with the built extension.
 * @throws Error if the run fails.
 */
export async function preparePictures(root: string): Promise<Pictures> {
  const run = await publishExample(root);
  return {
    pictures: [icon(root), ...formPictures(root), ...runPictures(run), commentPicture()],
    close: () => run.close(),
  };
}

function icon(root: string): Picture {
  const svg = readFileSync(join(root, "images/icon.svg")).toString("base64");
  const image = `<img src="data:image/svg+xml;base64,${svg}" width="${ICON_PX}" height="${ICON_PX}" alt="">`;
  const html = page("Icon", image, "body { background: none; } img { display: block; }");
  return { path: "images/icon.png", widthPx: ICON_PX, heightPx: ICON_PX, scale: 1, html };
}

/** The first screen of each form. */
function formPictures(root: string): readonly Picture[] {
  const upload = taskForm(root, "AwsS3Upload", {
    ...COMMON,
    bucketName: "releases",
    sourceFolder: "$(Build.ArtifactStagingDirectory)",
    targetFolder: "app/$(Build.BuildNumber)",
  });
  const publish = taskForm(root, "AwsS3PublishSite", {
    ...COMMON,
    bucketName: "quay-street-bakery",
    sourceFolder: "dist",
    siteAccess: "website",
    configureWebsite: "true",
    publicRead: "true",
  });
  const connection = connectionForm(root, "No stored secret", {
    region: "eu-west-1",
    roleArn: "arn:aws:iam::123456789012:role/deploy",
    connectionName: "aws-production",
  });
  const width = { widthPx: 560 };
  return [
    { path: "images/form-upload.png", html: renderForm(upload), ...width, heightPx: FIRST_SCREEN_PX },
    { path: "images/form-publish-site.png", html: renderForm(publish), ...width, heightPx: FIRST_SCREEN_PX },
    { path: "images/form-connection.png", html: renderForm(connection), ...width },
  ];
}

/** Whole forms with all help, to be read by those who change them: they are no pictures of the documentation. */
export function formsToRead(root: string): readonly Picture[] {
  const sites = ["", "website", "cloudFront", "other"].map(
    (siteAccess): [name: string, values: Record<string, string>] => [
      `AwsS3PublishSite${siteAccess && `-${siteAccess}`}`,
      { siteAccess },
    ],
  );
  const tasks: readonly [name: string, values: Record<string, string>][] = [
    ["AwsS3Upload", {}],
    ["AwsS3Download", {}],
    ...sites,
    ["AwsS3PublishSite-rollback", { action: "rollback" }],
  ];
  const forms = tasks.map(([name, values]): [string, string] => {
    const [task = ""] = name.split("-");
    return [name, renderForm(taskForm(root, task, values, { opensAll: true, showsHelp: true }))];
  });
  const connections = ["No stored secret", "Access keys"].map((scheme): [string, string] => [
    `connection-${scheme.toLowerCase().replaceAll(" ", "-")}`,
    renderForm(connectionForm(root, scheme, {}, true)),
  ]);
  return [...forms, ...connections].map(([name, html]) => ({
    path: `dist/forms/${name}.png`,
    widthPx: 760,
    scale: 1,
    html,
  }));
}
