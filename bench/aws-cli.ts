import { installedAwsCli } from "../scripts/servers/aws-cli.ts";
import { measureCommand } from "./measured-run.ts";
import type { BenchServer } from "./servers.ts";
import type { Tool } from "./tools.ts";

/** aws-cli with its defaults. @throws {Unavailable} if it cannot be had: it takes Python. */
export async function awsCli(): Promise<Tool> {
  const program = await installedAwsCli({ mayInstall: true });
  const copy = (server: BenchServer, from: string, to: string) => {
    const args = ["s3", "cp", "--recursive", "--only-show-errors", "--endpoint-url", server.url, from, to];
    return measureCommand(server, program, args, environment(server));
  };
  return {
    name: "aws-cli",
    upload: (server, folder, bucket) => copy(server, folder, `s3://${bucket}/`),
    download: (server, bucket, folder) => copy(server, `s3://${bucket}/`, folder),
  };
}

function environment({ accessKeyId, secretAccessKey, folder }: BenchServer): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: "us-east-1",
    AWS_CONFIG_FILE: `${folder}/aws-config`,
    AWS_SHARED_CREDENTIALS_FILE: `${folder}/aws-credentials`,
  };
}
