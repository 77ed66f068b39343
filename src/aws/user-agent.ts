import manifest from "../../package.json" with { type: "json" };

/** The sender of requests: this extension, its version, and the task. */
export function userAgent(taskName: string): string {
  return `${manifest.name}/${manifest.version} ${taskName}`;
}
