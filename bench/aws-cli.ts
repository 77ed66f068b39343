import { installedAwsCli } from "../scripts/servers/aws-cli.ts";
import { measureCommand } from "./measured-run.ts";
import type { Sample } from "./sample.ts";
import type { BenchServer } from "./servers.ts";
import type { Tool } from "./tools.ts";

export interface AwsCli extends Tool {
  /** Sends what `tar` packs of a folder, without a file in between. */
  archive(server: BenchServer, folder: string, bucket: string): Promise<Sample>;
}

/** aws-cli with its defaults. @throws {Unavailable} if it cannot be had: it takes Python. */
export async function awsCli(): Promise<AwsCli> {
  const program = await installedAwsCli({ mayInstall: true });
  const copy = (server: BenchServer, from: string, to: string) => {
    const args = ["s3", "cp", "--recursive", "--only-show-errors", "--endpoint-url", server.url, from, to];
    return measureCommand(server, program, args, environment(server));
  };
  return {
    name: "aws-cli",
    upload: (server, folder, bucket) => copy(server, folder, `s3://${bucket}/`),
    download: (server, bucket, folder) => copy(server, `s3://${bucket}/`, folder),
    archive(server, folder, bucket) {
      const pipe = 'tar -C "$0" -cz . | "$1" s3 cp --only-show-errors --endpoint-url "$2" - "s3://$3/all.tgz"';
      return measureCommand(server, "sh", ["-c", pipe, folder, program, server.url, bucket], environment(server));
    },
  };
}

function environment({ accessKeyId, secretAccessKey, folder, caFile }: BenchServer): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: "us-east-1",
    AWS_CONFIG_FILE: `${folder}/aws-config`,
    AWS_SHARED_CREDENTIALS_FILE: `${folder}/aws-credentials`,
    ...(caFile ? { AWS_CA_BUNDLE: caFile } : {}),
  };
}
