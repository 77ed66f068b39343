/** A pipeline, a connections file or a command that cannot be run. Each problem is a sentence for its author. */
export class PipelineError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.name = "PipelineError";
    this.problems = problems;
  }
}

/** A pipeline file without a step that uses a task of the extension. */
export class NothingToRunError extends PipelineError {
  constructor(file: string) {
    super([`No step of ${file} uses a task of this extension: nothing was run.`]);
    this.name = "NothingToRunError";
  }
}
