import { PutObjectCommand } from "@aws-sdk/client-s3";
import { randomFrom } from "../random.ts";
import type { EmbeddedTarget } from "../target.ts";
import { connectionTo } from "../tasks/store-step.ts";
import { writeFiles } from "../tasks/write-files.ts";
import { runQuietly } from "./run-step.ts";
import { BUCKET, type Scenario, StoreStage } from "./stage.ts";
import { StepIdentity } from "./step-identity.ts";

const MIB = 1024 ** 2;
/** A part of 5 MiB, and a short one. */
const LARGE = Buffer.concat([Buffer.alloc(5 * MIB, randomFrom(7).bytes(100_003)), Buffer.from("the end")]);
const IN_PARTS = { partSizeMB: "5" };

class UploadStage extends StoreStage {
  constructor(target: EmbeddedTarget) {
    super("AwsS3Upload", target);
  }

  override inputs(): Record<string, string> {
    return { sourceFolder: this.files, targetFolder: "", globExpressions: "**" };
  }

  override async prepare(): Promise<void> {
    writeFiles(this.files, { "a.txt": "a", "b/c.html": "<p>c</p>" });
  }

  protected async put(Key: string, Body: string, more = {}): Promise<void> {
    await this.client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body, ...more }));
  }
}

/** New, changed, unchanged and deleted files. */
class MixedUpload extends UploadStage {
  override inputs() {
    return { ...super.inputs(), deleteExtra: "true", maxDelete: "100%" };
  }

  override async prepare(): Promise<void> {
    writeFiles(this.files, { "changed.txt": "the new text", "new/page.html": "<p>new</p>", "same.txt": "same" });
    await this.put("changed.txt", "the old text");
    await this.put("same.txt", "same", { ContentType: "text/plain; charset=utf-8" });
    await this.put("extra.txt", "extra");
  }
}

class UploadInParts extends UploadStage {
  override inputs() {
    return { ...super.inputs(), ...IN_PARTS };
  }

  override async prepare(): Promise<void> {
    writeFiles(this.files, { "large.bin": LARGE });
  }
}

/** The same with threads that send the parts, which steps have for larger files. */
class UploadByThreads extends UploadInParts {
  override get step() {
    return { ...super.step, env: { S3_TASKS_THREADS: "always" } };
  }
}

/** A run before this one has stored the first parts. */
class ResumedUpload extends UploadInParts {
  override inputs() {
    return { ...super.inputs(), concurrency: "1" };
  }

  override async prepare(): Promise<void> {
    await super.prepare();
    this.stand("UploadPart", { kind: "status", status: 403, code: "AccessDenied" }, 2);
    await runQuietly(this.step);
    this.clear();
    this.target.server.clearRequests();
  }
}

/** A part is refused for good, so that the upload is aborted, and the object that was there stays. */
class RefusedUpload extends UploadInParts {
  override async prepare(): Promise<void> {
    await super.prepare();
    await this.put("large.bin", "the object that was there");
    this.stand("UploadPart", { kind: "status", status: 400, code: "InvalidArgument", message: "Not this part" }, 2);
  }
}

/** Other headers for objects that an earlier run has stored, with tags and metadata that stay. */
class HeaderChange extends UploadStage {
  override inputs() {
    return { ...super.inputs(), tags: "team=web", metadata: "built=1", cacheControl: this.#cacheControl };
  }

  override async prepare(): Promise<void> {
    await super.prepare();
    await runQuietly(this.step);
    this.#cacheControl = "**=no-cache";
    this.target.server.clearRequests();
  }

  #cacheControl = "";
}

class TagChange extends UploadStage {
  override inputs() {
    return { ...super.inputs(), tags: "team=web" };
  }

  override async prepare(): Promise<void> {
    await super.prepare();
    await this.put("a.txt", "a", { ContentType: "text/plain; charset=utf-8" });
    await this.put("b/c.html", "<p>c</p>", { ContentType: "text/html; charset=utf-8", Tagging: "team=old" });
  }
}

class NewBucket extends UploadStage {
  override inputs() {
    return { ...super.inputs(), bucketName: "new-bucket", createBucket: "true" };
  }
}

/** Files become one object in parts, in place of an archive of other files. */
class ArchiveUpload extends UploadInParts {
  override inputs() {
    return { ...super.inputs(), archive: "zip", archiveName: "app.zip" };
  }

  override async prepare(): Promise<void> {
    writeFiles(this.files, { "bin/run.sh": "#!/bin/sh\n", "notes.txt": "old" });
    await runQuietly(this.step);
    writeFiles(this.files, { "notes.txt": "new" });
    await super.prepare();
    this.target.server.clearRequests();
  }
}

/** The step's credentials are those of a role. */
class AssumedRole extends UploadStage {
  readonly #identity: StepIdentity;

  constructor(target: EmbeddedTarget, identity: StepIdentity) {
    super(target);
    this.#identity = identity;
    this.servers.push(...identity.servers);
  }

  static async open(by: "keys" | "token"): Promise<AssumedRole> {
    const identity = await StepIdentity.start(by);
    return new AssumedRole(await StoreStage.newTarget({ credentials: identity.lookup }), identity);
  }

  override get step() {
    const { job } = this.#identity.azureDevOps;
    const connection = { ...connectionTo(this.target), ...this.#identity.connection };
    const variables = { "System.Debug": "true", ...job.variables };
    return { ...super.step, variables, connections: [connection, job.connection] };
  }

  override secrets() {
    return [...super.secrets(), ...this.#identity.secrets(this.target.server.requests)];
  }

  override async close(): Promise<void> {
    await this.#identity.close();
    await super.close();
  }
}

export const UPLOADS: readonly Scenario[] = [
  scenario("upload", (target) => new MixedUpload(target)),
  scenario("upload in parts", (target) => new UploadInParts(target)),
  scenario("upload in parts by threads", (target) => new UploadByThreads(target)),
  scenario("upload that resumes", (target) => new ResumedUpload(target)),
  scenario("upload that is aborted", (target) => new RefusedUpload(target)),
  scenario("upload of headers", (target) => new HeaderChange(target)),
  scenario("upload of tags", (target) => new TagChange(target)),
  scenario("upload to a new bucket", (target) => new NewBucket(target)),
  { ...scenario("upload of an archive", (target) => new ArchiveUpload(target)), mode: "archive" },
  { name: "upload with a role", task: "AwsS3Upload", open: () => AssumedRole.open("keys") },
  { name: "upload with an identity token", task: "AwsS3Upload", open: () => AssumedRole.open("token") },
];

function scenario(name: string, make: (target: EmbeddedTarget) => StoreStage): Scenario {
  return { name, task: "AwsS3Upload", open: async () => make(await StoreStage.newTarget()) };
}
