import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StepRequest, StepResult } from "../../local/agent/agent.ts";
import type { Target } from "../target.ts";
import { runDownload } from "./download-step.ts";
import { runUpload, SourceFolder } from "./upload-step.ts";

/** What an upload and a download of the same files came to. */
export interface RoundTrip {
  readonly results: readonly StepResult[];
  /** All that both steps wrote. */
  readonly output: string;
  readonly errors: readonly string[];
  /** Whether the files came back as they went. */
  readonly isWhole: boolean;
}

const files = { "a.txt": "a", "sub/b.bin": Buffer.alloc(300_000, "b"), "sub/c.txt": "c" };

/**
 * Uploads a few files and downloads them again, as two steps of one job would; only uploads where that fails.
 *
 * @param more inputs of both.
 */
export async function roundTrip(
  target: Target,
  bucketName: string,
  step: Partial<StepRequest>,
  more: Readonly<Record<string, string>> = {},
): Promise<RoundTrip> {
  const source = new SourceFolder().write(files);
  const folder = mkdtempSync(join(tmpdir(), "network-"));
  try {
    // Always again: what is there already would not be sent.
    const inputs = { bucketName, overwrite: "always", ...more };
    const results = [await runUpload(target, { ...inputs, sourceFolder: source.path }, step)];
    if (results[0]?.result !== "Failed")
      results.push(await runDownload(target, { ...inputs, targetFolder: folder }, step));
    const isWhole = Object.entries(files).every(([path, content]) => {
      const copy = join(folder, path);
      return existsSync(copy) && readFileSync(copy).equals(Buffer.from(content));
    });
    return {
      results,
      output: results.map(({ log }) => log.join("\n")).join("\n"),
      errors: results.flatMap(({ issues }) =>
        issues.filter(({ type }) => type === "error").map(({ message }) => message),
      ),
      isWhole,
    };
  } finally {
    source.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}
