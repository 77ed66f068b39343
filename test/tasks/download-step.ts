import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PutObjectCommand, type PutObjectCommandInput } from "@aws-sdk/client-s3";
import type { StepRequest, StepResult } from "../../local/agent/agent.ts";
import type { Target } from "../target.ts";
import { outputsOf } from "./step-result.ts";
import { runStoreStep } from "./store-step.ts";
import { writeFiles } from "./write-files.ts";

/** Runs the packaged AwsS3Download as the agent does: by inputs, of which the usual ones are filled in. */
export function runDownload(
  target: Target,
  inputs: { bucketName: string; targetFolder: string } & Record<string, string>,
  step: Partial<StepRequest> = {},
): Promise<StepResult> {
  return runStoreStep("AwsS3Download", target, { globExpressions: "**", sourceFolder: "", ...inputs }, step);
}

/** What a download counted: its output variables but for the places. */
export function countsOf(result: StepResult): Record<string, number> {
  const { targetFolder: _, planFile: __, ...counts } = outputsOf(result);
  return Object.fromEntries(Object.entries(counts).map(([name, value]) => [name, Number(value)]));
}

export type StoredContent = string | Buffer | Omit<PutObjectCommandInput, "Bucket" | "Key">;

/** Stores objects by the SDK, several at a time: key to content, or to all that PutObject takes. */
export async function putObjects(
  target: Target,
  bucket: string,
  objects: Readonly<Record<string, StoredContent>>,
): Promise<void> {
  const waiting = Object.entries(objects);
  async function putFromQueue(): Promise<void> {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const [Key, content] = next;
      const given = typeof content === "string" || Buffer.isBuffer(content) ? { Body: content } : content;
      // Of an empty body the SDK wants to be told the length.
      const length = given.Body ? {} : { Body: "", ContentLength: 0 };
      await target.client().send(new PutObjectCommand({ Bucket: bucket, Key, ...given, ...length }));
    }
  }
  await Promise.all(Array.from({ length: 16 }, putFromQueue));
}

/** A temporary folder for a download to land in, inside another one that it must not touch. */
export class LandingFolder {
  readonly outside = mkdtempSync(join(tmpdir(), "download-"));
  readonly path = join(this.outside, "target");

  write(files: Readonly<Record<string, string | Buffer>>): this {
    writeFiles(this.path, files);
    return this;
  }

  /**
   * All that is in it: files by their path with their content (latin1), links with `→` and where they lead, folders that hold nothing
   * with a `/` behind their path.
   */
  read(): Record<string, string> {
    return readFolder(this.path);
  }

  bytesOf(path: string): Buffer {
    return readFileSync(join(this.path, path));
  }

  /** The same of the folder around it. */
  readOutside(): Record<string, string> {
    return readFolder(this.outside);
  }

  modifiedMs(path: string): number {
    return lstatSync(join(this.path, path)).mtimeMs;
  }

  remove(): void {
    rmSync(this.outside, { recursive: true, force: true });
  }
}

/** By hand, because a recursive `readdir` follows links on Node 24, and does not on Node 20. */
function readFolder(root: string): Record<string, string> {
  const found: [string, string][] = [];
  for (const path of pathsBelow(root, "")) {
    const absolutePath = join(root, path);
    const stat = lstatSync(absolutePath);
    if (stat.isSymbolicLink()) found.push([path, `→ ${readlinkSync(absolutePath)}`]);
    else if (stat.isFile()) found.push([path, readFileSync(absolutePath, "latin1")]);
    else if (readdirSync(absolutePath).length === 0) found.push([`${path}/`, ""]);
  }
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function pathsBelow(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder + entry.name;
    return entry.isDirectory() ? [path, ...pathsBelow(root, `${path}/`)] : [path];
  });
}
