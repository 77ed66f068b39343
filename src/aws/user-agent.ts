import manifest from "../../package.json" with { type: "json" };

/** What requests say of who sends them: this extension, its version, and the task. */
export function userAgent(taskName: string): string {
  return `${manifest.name}/${manifest.version} ${taskName}`;
}
