import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import type { StepRequest, StepResult } from "../../local/agent/agent.ts";
import type { Fault, FaultRule, S3Server, SeenRequest } from "../../local/s3/server.ts";
import type { Target } from "../target.ts";

/** An action as the plan file has it. */
export interface PlannedAction {
  readonly action: string;
  readonly path: string;
  readonly key: string;
  readonly sizeBytes: number;
  readonly reason: string;
  readonly status: string;
  readonly error?: string;
}

/** A plan file. */
export interface PlanFile {
  readonly bucket: string;
  readonly prefix: string;
  readonly folder: string;
  readonly dryRun: boolean;
  readonly problems: readonly { readonly input: string; readonly code: string; readonly message: string }[];
  readonly actions: readonly PlannedAction[];
}

/** A server, and for each test a bucket, a folder and a job of its own. */
export class StepBench<Folder extends { remove(): void }> {
  target!: Target;
  bucket!: string;
  /** Steps that share it are of one job. */
  workFolder!: string;
  /** What the server has seen of the last step; empty if it does not tell. */
  requests: readonly SeenRequest[] = [];
  /** The local end. */
  protected folder!: Folder;
  readonly #start: () => Promise<Target>;
  readonly #makeFolder: () => Folder;
  readonly #faults: Fault[] = [];

  constructor(start: () => Promise<Target>, makeFolder: () => Folder) {
    this.#start = start;
    this.#makeFolder = makeFolder;
  }

  register(): this {
    before(async () => {
      this.target = await this.#start();
    });
    after(() => this.target.stop());
    beforeEach(async () => {
      this.bucket = await this.target.newBucket();
      this.folder = this.#makeFolder();
      this.workFolder = mkdtempSync(join(tmpdir(), "job-"));
      this.target.server?.clearRequests();
    });
    afterEach(() => {
      for (const fault of this.#faults.splice(0)) fault.remove();
      this.folder.remove();
      rmSync(this.workFolder, { recursive: true, force: true });
    });
    return this;
  }

  /** The embedded server. @throws where the target is another one */
  get server(): S3Server {
    assert.ok(this.target.server, "this needs the embedded server");
    return this.target.server;
  }

  /** Ends a test that the target cannot take. `why` is for who reads the test. */
  skipOn(test: Mocha.Context, names: readonly string[], why: string): void {
    assert.ok(why);
    if (names.includes(this.target.name)) test.skip();
  }

  /** Lets requests go wrong from now on, until the test ends. */
  addFault(rule: FaultRule): Fault {
    const fault = this.server.addFault(rule);
    this.#faults.push(fault);
    return fault;
  }

  async remove(Key: string): Promise<void> {
    await this.target.client().send(new DeleteObjectCommand({ Bucket: this.bucket, Key }));
  }

  planOf(result: StepResult): PlanFile {
    return JSON.parse(readFileSync(result.outputVariables.planFile?.value ?? "", "utf8"));
  }

  /** Runs a step of the bench's job, and keeps the requests that it made. */
  protected async runInJob(
    run: (step: Partial<StepRequest>) => Promise<StepResult>,
    step: Partial<StepRequest>,
  ): Promise<StepResult> {
    this.target.server?.clearRequests();
    const result = await run({ workFolder: this.workFolder, ...step });
    this.requests = [...(this.target.server?.requests ?? [])];
    return result;
  }
}
