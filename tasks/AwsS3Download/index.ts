import { runTask } from "../../src/agent/run-task.ts";
import { download } from "./download.ts";
import { readInputs } from "./inputs.ts";

runTask((cancelSignal) => download(readInputs(), cancelSignal));
