import { describeFailure, isStepFatal, mayConcernAll } from "../aws/errors/error-hints.ts";
import { ServiceError, UnsupportedInputError } from "../aws/errors/errors.ts";
import { codeOf } from "../errors/coded-error.ts";
import type { CodedMessage } from "../errors/coded-message.ts";
import { ConnectionError } from "../http/connection-error.ts";
import type { ActionFailure } from "./apply.ts";
import { type Action, type Counts, countActions } from "./plan/plan.ts";

/** The result of a transfer. */
export interface TransferReport {
  readonly counts: Counts;
  /** One for each failure. Empty if everything is done. */
  readonly errors: readonly CodedMessage[];
  /** Why each failed action failed. Actions that were not tried are neither done nor in this list. */
  readonly failures: ReadonlyMap<Action, CodedMessage>;
  readonly done: ReadonlySet<Action>;
}

/** Receives events of a running transfer, for the log and the progress bar. */
export interface TransferObserver {
  /** Bytes of a file have arrived, or have been sent. */
  moved(sizeBytes: number): void;
  actionDone(action: Action): void;
}

/** For messages: what is done with one file, what is done to the target, and which permission it needs. */
interface Words {
  readonly done: string;
  readonly work: string;
  readonly permission: string;
}

const WORDS: Readonly<Record<Action["kind"] | "restore", Words>> = {
  put: { done: "uploaded", work: "Upload to", permission: "s3:PutObject" },
  restore: { done: "restored", work: "Rollback of", permission: "s3:GetObject and s3:PutObject" },
  get: { done: "downloaded", work: "Download to", permission: "s3:GetObject" },
  extract: { done: "extracted", work: "Extracting to", permission: "s3:GetObject" },
  update: { done: "updated", work: "Updating headers in", permission: "s3:PutObject" },
  delete: { done: "deleted", work: "Deleting in", permission: "s3:DeleteObject" },
  folder: { done: "created", work: "Creating folders in", permission: "s3:GetObject" },
  skip: { done: "checked", work: "Checking", permission: "s3:GetObject" },
};

export interface Outcome {
  readonly bucket: string;
  /** The place that files went to, for messages: an S3 URI, or a folder. */
  readonly target: string;
  /** The planned actions. */
  readonly planned: readonly Action[];
  readonly done: readonly Action[];
  readonly failures: readonly ActionFailure[];
  readonly bytesTransferred: number;
  readonly stoppedEarly: boolean;
  /** Whether the step was cancelled while actions were running. Absent means no. */
  readonly isCancelled?: boolean;
  /** Whether objects are copied from an earlier release, and not uploaded. Absent means no. */
  readonly isRollback?: boolean;
  keyOf(action: Action): string;
}

/** Makes the report: one error for each failed file, or a single one if everything failed for the same reason. */
export function makeReport(outcome: Outcome): TransferReport {
  const { bucket, keyOf } = outcome;
  const failures = inPlannedOrder(outcome);
  const messages = new Map(
    failures.map(({ action, error }) => [
      action,
      {
        code: codeOf(error),
        message: describeFailure(error, bucket, keyOf(action), wordsFor(action, outcome).permission),
      },
    ]),
  );
  const planned = countActions(outcome.planned);
  const { redirects = { set: 0, deleted: 0 }, ...done } = countActions(outcome.done);
  return {
    counts: {
      ...done,
      filesUnchanged: planned.filesUnchanged,
      bytesTransferred: outcome.bytesTransferred,
      ...(planned.redirects ? { redirects: { ...planned.redirects, ...redirects } } : {}),
    },
    errors: listErrors(outcome, messages),
    failures: messages,
    done: new Set(outcome.done),
  };
}

/** The failures in the order of the plan, not of the answers, so that two runs give the same report. */
function inPlannedOrder({ planned, failures }: Outcome): readonly ActionFailure[] {
  if (failures.length < 2) return failures;
  const places = new Map(planned.map((action, index) => [action, index]));
  const placeOf = ({ action }: ActionFailure) => places.get(action) ?? planned.length;
  return [...failures].sort((one, other) => placeOf(one) - placeOf(other));
}

function listErrors(outcome: Outcome, messages: ReadonlyMap<Action, CodedMessage>): CodedMessage[] {
  const { bucket, target, planned, done, failures, stoppedEarly } = outcome;
  const actions = planned.filter(({ kind }) => kind !== "skip").length;
  const cancelled: CodedMessage = {
    code: "cancelled",
    message: `The step was cancelled: ${done.length} of ${actions} actions are done. The plan file lists them all. Run the step again to do the rest.`,
  };
  const [first] = failures;
  if (!first) return outcome.isCancelled ? [cancelled] : [];
  const { done: verb, work, permission } = wordsFor(first.action, outcome);
  const isAlike = (action: Action) => workOf(action) === workOf(first.action);
  const wanted = planned.filter(isAlike).length;
  const succeeded = done.filter(isAlike).length;
  const consequence = `${wanted - succeeded} of ${wanted} files are not ${verb}.`;
  const cause = causeOf(first.error);
  const isCommon = isStepFatal(first.error) || mayConcernAll(first.error);
  if (
    !outcome.isCancelled &&
    done.length === 0 &&
    isCommon &&
    cause &&
    failures.every(({ error }) => causeOf(error) === cause)
  ) {
    const key = wanted === 1 ? outcome.keyOf(first.action) : undefined;
    const why = describeFailure(first.error, bucket, key, permission);
    return [{ code: codeOf(first.error), message: `${work} ${target} failed: ${why} ${consequence}` }];
  }
  const errors = [...messages].map(([action, { code, message }]) => ({
    code,
    message: `${action.path} was not ${wordsFor(action, outcome).done}: ${message}`,
  }));
  const stopped = `The step stopped, because the rest would have failed in the same way: ${consequence}`;
  if (outcome.isCancelled) return [cancelled, ...errors];
  return stoppedEarly ? [{ code: "step-stopped", message: stopped }, ...errors] : errors;
}

/** What is counted together: files that are transferred or updated, those that are deleted, folders, and what is left. */
function workOf({ kind }: Action): "transfer" | "delete" | "folder" | "skip" {
  return kind === "delete" || kind === "folder" || kind === "skip" ? kind : "transfer";
}

function wordsFor({ kind }: Action, { isRollback = false }: Outcome): Words {
  return WORDS[kind === "put" && isRollback ? "restore" : kind];
}

/** The key by which failures count as the same: the code of the refusal, of the connection error, or of the missing feature. */
function causeOf(error: unknown): string | undefined {
  if (error instanceof ServiceError) return error.awsCode;
  if (error instanceof UnsupportedInputError) return error.code;
  return error instanceof ConnectionError ? error.systemCode : undefined;
}
