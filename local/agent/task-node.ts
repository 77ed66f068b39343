/**
 * The Node.js that tasks run on unless a job names another one: that of the variable `TASK_NODE`, or else the one that
 * runs this. So the tests can run the tasks on the versions that agents have, whatever version they need themselves.
 */
export function taskNode(): string {
  return process.env.TASK_NODE || process.execPath;
}
