import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./command.ts";
import { debianProgram } from "./debian.ts";
import { freePort } from "./free-port.ts";
import { installed } from "./installed.ts";
import type { InstallPermission, RunningServer, ServerKind } from "./server.ts";
import { inWorkspace } from "./workspace.ts";

const version = "2.9.0";
const accessKeyId = "s3proxy-access";
const secretAccessKey = "s3proxy-secret";

/** The plugin of Maven that fetches single files. */
const fetcher = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1";
const classifier = "jar-with-dependencies";

/**
 * S3Proxy (https://github.com/gaul/s3proxy), an S3 before other stores, here before its memory. It refuses each header that it does
 * not know. It needs Java, and Maven to be fetched.
 */
export const s3proxy: ServerKind = { name: "s3proxy", suite: "stores", install: installedProgram, start };

async function start(permission: InstallPermission): Promise<RunningServer> {
  const program = await installedProgram(permission);
  return inWorkspace("s3proxy", async (workspace) => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const settings = {
      "s3proxy.endpoint": url,
      "s3proxy.authorization": "aws-v2-or-v4",
      "s3proxy.identity": accessKeyId,
      "s3proxy.credential": secretAccessKey,
      "jclouds.provider": "transient-nio2",
      "jclouds.identity": "unused",
      "jclouds.credential": "unused",
    };
    const file = join(workspace.folder, "s3proxy.properties");
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
    await writeFile(file, lines.join(""));
    workspace.start("java", ["-Xmx1g", "-XX:+UseSerialGC", "-jar", program, "--properties", file]);
    await workspace.answers(url);
    const stop = () => workspace.close();
    return { name: "s3proxy", version, url, region: "us-east-1", accessKeyId, secretAccessKey, stop };
  });
}

/** @returns the path of its jar, beside which Java is there too. */
async function installedProgram(permission: InstallPermission): Promise<string> {
  await debianProgram({ program: "java", versionOption: "-version", packages: ["default-jre-headless"] }, permission);
  const install = async (folder: string): Promise<void> => {
    await debianProgram({ program: "mvn", versionOption: "--version", packages: ["maven"] }, permission);
    const artifact = `org.gaul:s3proxy:${version}:jar:${classifier}`;
    await run("mvn", ["--batch-mode", `${fetcher}:copy`, `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`]);
  };
  return installed(
    { name: `s3proxy-${version}`, program: `s3proxy-${version}-${classifier}.jar`, install },
    permission,
  );
}
