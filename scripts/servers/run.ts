/** `npx tsx scripts/servers/run.ts NAME [--install]`: one server to try things on, until Ctrl-C. */
import { testEnvironment } from "./environment.ts";
import { serverKinds } from "./kinds.ts";
import { installPermission } from "./permission.ts";

async function main([name, ...args]: readonly string[]): Promise<void> {
  const kind = serverKinds.find((candidate) => candidate.name === name);
  if (kind === undefined) {
    const names = serverKinds.map((candidate) => candidate.name).join(" | ");
    throw new Error(`Usage: npx tsx scripts/servers/run.ts ${names} [--install]`);
  }
  const server = await kind.start(installPermission(args, process.env));
  for (const [variable, value] of Object.entries(testEnvironment(server))) {
    console.log(`export ${variable}=${value}`);
  }
  console.log(`# ${server.name} ${server.version} is running. Stop it with Ctrl-C.`);
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
