import type { CodedMessage } from "../../errors/coded-message.ts";
import type { CheckedFile } from "../../extract/archive-contents.ts";

/** The reason of a skip because `overwrite` lets nothing be replaced. */
export const EXISTS = "exists";
/** The reason of an upload or download because `overwrite` is `always`; nobody may have looked what is there. */
export const NOT_LOOKED_FOR = "overwrite: always";

/** The number of names that a message shows of a list. */
const MAX_EXAMPLES = 3;

/** The file and the object of an action. */
interface Subject {
  /** The file, relative to the local folder, with `/` between its names. */
  readonly path: string;
  /** The object's key, less the prefix. The same text as `path` unless folders are flattened. */
  readonly relativeKey: string;
  readonly sizeBytes: number;
  /** For the log and the plan file: why this is done, or why nothing is. */
  readonly reason: string;
  /** Set for an empty object that redirects visitors of a website. */
  readonly redirect?: Redirect;
}

/** The path that visitors ask for, and where a 301 sends them. */
export interface Redirect {
  readonly from: string;
  readonly to: string;
}

/** A file becomes an object. */
export interface PutAction extends Subject {
  readonly kind: "put";
  readonly replaces: boolean;
}

/** An object becomes a file. */
export interface GetAction extends Subject {
  readonly kind: "get";
  readonly replaces: boolean;
  /** As it was listed, without quotation marks. */
  readonly etag: string;
}

/** A file comes out of an archive. Its key is the archive's. */
export interface ExtractAction extends Subject {
  readonly kind: "extract";
  readonly replaces: boolean;
  readonly file: CheckedFile;
}

/** Only headers, metadata, tags or storage class of an object change. */
export interface UpdateAction extends Subject {
  readonly kind: "update";
  /** The ETag of the object that was compared, without quotation marks; empty if the store does not return it. */
  readonly etag: string;
  readonly isTagsOnly: boolean;
}

/** The object, or in a download the file, is deleted. */
export interface DeleteAction extends Subject {
  readonly kind: "delete";
}

/** A folder is made, which the bucket holds as a key with a `/` at its end. */
export interface FolderAction extends Subject {
  readonly kind: "folder";
}

export interface SkipAction extends Subject {
  readonly kind: "skip";
}

/** One thing that a step will do, or skip. */
export type Action = PutAction | GetAction | ExtractAction | UpdateAction | DeleteAction | FolderAction | SkipAction;

/** Why a step cannot be done with these inputs: the input to change, and a message. */
export interface PlanProblem extends CodedMessage {
  readonly input: string;
}

/** A remark about inputs. The step continues. */
export type PlanRemark =
  | (PlanProblem & { readonly kind: "warning" })
  | (Omit<PlanProblem, "code"> & { readonly kind: "info" });

/** All that a step will do. */
export interface Plan {
  /** In the order of the keys; deletions come last. */
  readonly actions: readonly Action[];
  /** If there are any, nothing is done. */
  readonly problems: readonly PlanProblem[];
  readonly remarks?: readonly PlanRemark[];
  /** How many files, or objects, the patterns matched, before they were shared out among jobs. */
  readonly filesFound: number;
  /** Set if all files become one object: then there is one action, or none. */
  readonly archive?: PlannedArchive;
  /** The content of archives among them. They had to be fetched to read it. */
  readonly extraction?: ExtractionCounts;
}

export interface ExtractionCounts {
  readonly archives: number;
  readonly files: number;
  /** Of the archives. */
  readonly bytesFetched: number;
}

/** What an archive is made of. */
export interface PlannedArchive {
  readonly name: string;
  /** Of all its files. */
  readonly sourceBytes: number;
}

/** The number of actions of each kind, planned or done. */
export interface Counts {
  /** Transferred, and not there before. */
  readonly filesNew: number;
  /** Transferred instead of others, or given other headers. */
  readonly filesUpdated: number;
  readonly filesUnchanged: number;
  readonly filesDeleted: number;
  readonly bytesTransferred: number;
  /** Objects that redirect visitors. They are not files. Absent if there are none. */
  readonly redirects?: RedirectCounts;
}

export interface RedirectCounts {
  readonly set: number;
  readonly unchanged: number;
  readonly deleted: number;
}

/** Counts actions, as if all were done. */
export function countActions(actions: Iterable<Action>): Counts {
  const counts = { filesNew: 0, filesUpdated: 0, filesUnchanged: 0, filesDeleted: 0, bytesTransferred: 0 };
  const redirects = { set: 0, unchanged: 0, deleted: 0 };
  for (const action of actions) {
    if (action.redirect) {
      if (action.kind === "put") redirects.set++;
      else if (action.kind === "delete") redirects.deleted++;
      else redirects.unchanged++;
      continue;
    }
    switch (action.kind) {
      case "put":
      case "get":
        if (action.replaces) counts.filesUpdated++;
        else counts.filesNew++;
        counts.bytesTransferred += action.sizeBytes;
        break;
      case "extract":
        if (action.replaces) counts.filesUpdated++;
        else counts.filesNew++;
        break;
      case "update":
        counts.filesUpdated++;
        break;
      case "skip":
        counts.filesUnchanged++;
        break;
      case "delete":
        counts.filesDeleted++;
        break;
      case "folder":
    }
  }
  const hasRedirects = redirects.set + redirects.unchanged + redirects.deleted > 0;
  return hasRedirects ? { ...counts, redirects } : counts;
}

/** The counts of a plan, with the archives that were fetched to make it. */
export function countPlan({ actions, extraction }: Plan): Counts {
  const counts = countActions(actions);
  return { ...counts, bytesTransferred: counts.bytesTransferred + (extraction?.bytesFetched ?? 0) };
}

/** How many bytes are to be sent or written for a plan. */
export function bytesToMove({ actions }: Plan): { readonly transferred: number; readonly extracted: number } {
  const bytes = { transferred: 0, extracted: 0 };
  for (const { kind, sizeBytes } of actions) {
    if (kind === "put" || kind === "get") bytes.transferred += sizeBytes;
    else if (kind === "extract") bytes.extracted += sizeBytes;
  }
  return bytes;
}

/** The first few names of a list, for a message: `a, b, c, …`. */
export function nameExamples(names: readonly string[]): string {
  return names.slice(0, MAX_EXAMPLES).join(", ") + (names.length > MAX_EXAMPLES ? ", …" : "");
}

/** Several things that would have one name without their folders. */
export function describeFlattened(sources: readonly string[], name: string): PlanProblem {
  const advice = "Exclude all but one with a pattern, or do not flatten folders.";
  return {
    input: "flattenFolders",
    code: "file-names-in-conflict",
    message: `${nameExamples(sources)} would all become ${name}. ${advice}`,
  };
}
