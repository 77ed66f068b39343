import { fileURLToPath } from "node:url";
import { measureStartup } from "../scripts/measure-startup.ts";

/** Prints how long the packaged upload takes to its first connection on the Node that runs this, and how long bare Node takes. */
const taskFolder = fileURLToPath(new URL("../dist/extension/tasks/AwsS3Upload", import.meta.url));
console.log(JSON.stringify(await measureStartup(taskFolder)));
