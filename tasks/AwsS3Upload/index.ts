import { runTask } from "../../src/agent/run-task.ts";
import { readInputs } from "./inputs.ts";
import { upload } from "./upload.ts";

runTask((cancelSignal) => upload(readInputs(), cancelSignal));
