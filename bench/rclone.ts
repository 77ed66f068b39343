import { run } from "../scripts/servers/command.ts";
import { installed } from "../scripts/servers/installed.ts";
import { measureCommand } from "./measured-run.ts";
import type { BenchServer } from "./servers.ts";
import type { Tool } from "./tools.ts";

export const rcloneVersion = "1.75.1";

/** rclone with as many transfers at once as the task has requests. @throws {Unavailable} if it cannot be had: it takes Go. */
export async function installedRclone(): Promise<Tool> {
  const install = async (folder: string): Promise<void> => {
    await run("go", ["install", `github.com/rclone/rclone@v${rcloneVersion}`], { GOBIN: folder });
  };
  const program = await installed(
    { name: `rclone-${rcloneVersion}`, program: "rclone", install },
    { mayInstall: true },
  );
  const copy = (server: BenchServer, from: string, to: string) =>
    measureCommand(server, program, ["copy", "--transfers", "64", "--fast-list", from, to], environment(server));
  return {
    name: "rclone",
    upload: (server, folder, bucket) => copy(server, folder, `:s3:${bucket}`),
    download: (server, bucket, folder) => copy(server, `:s3:${bucket}`, folder),
  };
}

function environment({ url, accessKeyId, secretAccessKey, folder, caFile }: BenchServer): Record<string, string> {
  return {
    RCLONE_CONFIG: `${folder}/rclone.conf`,
    RCLONE_S3_PROVIDER: "Other",
    RCLONE_S3_ENDPOINT: url,
    RCLONE_S3_REGION: "us-east-1",
    RCLONE_S3_ACCESS_KEY_ID: accessKeyId,
    RCLONE_S3_SECRET_ACCESS_KEY: secretAccessKey,
    RCLONE_S3_LIST_VERSION: "2",
    RCLONE_S3_NO_CHECK_BUCKET: "true",
    ...(caFile ? { RCLONE_CA_CERT: caFile } : {}),
  };
}
