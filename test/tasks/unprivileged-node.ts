import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { taskNode } from "../../local/agent/task-node.ts";

/**
 * A Node for which file permissions hold. Root reads whatever it likes, so for root this is a script that gives up that power
 * before it becomes the Node of tasks; it needs `setpriv` (util-linux), and bash, since a plain `sh` drops the variables that have a `-` in
 * their names, as those of service connections do.
 *
 * @param folder where the script may be written.
 * @returns undefined if the system has no such means.
 */
export function unprivilegedNode(folder: string): string | undefined {
  if (process.platform === "win32") return undefined;
  if (process.getuid?.() !== 0) return taskNode();
  const powers = "-dac_override,-dac_read_search";
  const command = `setpriv --bounding-set=${powers} --inh-caps=${powers} '${taskNode()}'`;
  try {
    execFileSync("bash", ["-c", `${command} --version`], { stdio: "ignore" });
  } catch {
    return undefined;
  }
  const script = join(folder, "unprivileged-node");
  writeFileSync(script, `#!/usr/bin/env bash\nexec ${command} "$@"\n`, { mode: 0o755 });
  return script;
}
