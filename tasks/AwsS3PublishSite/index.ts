import { runTask } from "../../src/agent/run-task.ts";
import { readInputs } from "./inputs.ts";
import { publish } from "./publish.ts";

runTask((cancelSignal) => publish(readInputs(), cancelSignal));
