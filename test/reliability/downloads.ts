import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { buildZip } from "../extract/build-zip.ts";
import type { EmbeddedTarget } from "../target.ts";
import { cutInto, MIB, patternedBytes, putInParts } from "../tasks/stored-objects.ts";
import { writeFiles } from "../tasks/write-files.ts";
import { BUCKET, type Findings, type Scenario, StoreStage, textOf } from "./stage.ts";

class DownloadStage extends StoreStage {
  constructor(target: EmbeddedTarget) {
    super("AwsS3Download", target);
  }

  override inputs(): Record<string, string> {
    return { targetFolder: this.files, sourceFolder: "", globExpressions: "**" };
  }

  /** The files, whatever their names. */
  override async find(): Promise<Findings> {
    return Object.fromEntries(
      this.#paths().map((path) => [`file ${path}`, textOf(readFileSync(join(this.files, path)))]),
    );
  }

  /** Everything around the target folder, and files in it that no object is called after. */
  override leftovers(): readonly string[] {
    const around = readdirSync(this.folder).filter((name) => name !== "files" && name !== "work");
    return [...super.leftovers(), ...around, ...this.#paths().filter((path) => !WANTED.test(path))];
  }

  protected async put(Key: string, Body: string | Buffer, more = {}): Promise<void> {
    await this.client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body, ...more }));
  }

  #paths(): string[] {
    if (!existsSync(this.files)) return [];
    return readdirSync(this.files, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.files.length + 1));
  }
}

/** The names of all files that the scenarios have. */
const WANTED = /^(app\/)?((changed|same|extra|only)\.txt|new\/\w+\.\w+|(medium|large|parts)\.bin)$/;

/** New, changed, unchanged and extra files. */
class MixedDownload extends DownloadStage {
  override inputs() {
    return { ...super.inputs(), deleteExtra: "true", maxDelete: "100%" };
  }

  override async prepare(): Promise<void> {
    await this.put("changed.txt", "the new text");
    await this.put("new/page.html", "<p>new</p>");
    await this.put("same.txt", "same");
    await this.put("medium.bin", patternedBytes(400_000), { ChecksumAlgorithm: "SHA256" });
    writeFiles(this.files, { "changed.txt": "the old text", "same.txt": "same", "extra.txt": "extra" });
  }
}

/** An object so large that it comes in several ranges. */
class DownloadInRanges extends DownloadStage {
  override async prepare(): Promise<void> {
    await this.put("large.bin", patternedBytes(17 * MIB));
    writeFiles(this.files, { "large.bin": "the old bytes" });
  }
}

/** The same with threads that receive the ranges, which steps have for larger objects. */
class DownloadByThreads extends DownloadInRanges {
  override get step() {
    return { ...super.step, env: { S3_TASKS_THREADS: "always" } };
  }
}

/** Objects whose ETags are no MD5 of their bytes, one of which is here already. */
class DownloadOfParts extends DownloadStage {
  override async prepare(): Promise<void> {
    const bytes = patternedBytes(5 * MIB + 1000);
    const parts = cutInto(bytes, [5 * MIB, 1000]);
    await putInParts(this.target, BUCKET, "parts.bin", parts);
    await putInParts(this.target, BUCKET, "new/parts.bin", parts, { ChecksumAlgorithm: "CRC32C" });
    writeFiles(this.files, { "parts.bin": bytes });
  }
}

/** An archive whose files replace others, beside an object that is none. */
class ExtractedDownload extends DownloadStage {
  override inputs() {
    return { ...super.inputs(), extract: "true", sourceFolder: "in" };
  }

  override async prepare(): Promise<void> {
    const files = [
      { name: "changed.txt", content: "the new text" },
      { name: "new/page.html", content: "<p>new</p>" },
      { name: "same.txt", content: "same" },
    ];
    await this.put("in/app.zip", buildZip([...files, { name: "medium.bin", content: patternedBytes(400_000) }]));
    await this.put("in/only.txt", "the only one");
    writeFiles(this.files, { "app/changed.txt": "the old text", "app/same.txt": "same", "only.txt": "an old one" });
  }
}

class DownloadOfOne extends DownloadStage {
  override inputs() {
    return { ...super.inputs(), sourceFolder: "folder/only.txt" };
  }

  override async prepare(): Promise<void> {
    await this.put("folder/only.txt", "the only one");
    writeFiles(this.files, { "only.txt": "an old one" });
  }
}

export const DOWNLOADS: readonly Scenario[] = [
  scenario("download", (target) => new MixedDownload(target)),
  scenario("download in ranges", (target) => new DownloadInRanges(target)),
  scenario("download in ranges by threads", (target) => new DownloadByThreads(target)),
  scenario("download of multipart objects", (target) => new DownloadOfParts(target)),
  scenario("download of one object", (target) => new DownloadOfOne(target)),
  { ...scenario("download that extracts", (target) => new ExtractedDownload(target)), mode: "extract" },
];

function scenario(name: string, make: (target: EmbeddedTarget) => StoreStage): Scenario {
  return { name, task: "AwsS3Download", open: async () => make(await StoreStage.newTarget()) };
}
