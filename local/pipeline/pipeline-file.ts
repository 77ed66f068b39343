import type { PipelineStep } from "./pipeline-step.ts";
import { readJob } from "./pipeline-step.ts";
import { readVariables } from "./pipeline-variables.ts";
import { readYaml, type YamlSource } from "./yaml-source.ts";

/** A pipeline file, its stages and jobs laid out in the order in which they stand. */
export interface Pipeline {
  jobs: PipelineJob[];
  /** What the file asks for and a local run cannot give: variable groups, templates, runtime expressions. */
  notes: string[];
}

export interface PipelineJob {
  name: string;
  /** The pipeline's, the stage's and the job's own variables; the nearest wins. */
  variables: Record<string, string>;
  /** The conditions of its stage and its own; none stands for `succeeded()`. */
  conditions: string[];
  steps: PipelineStep[];
  /** It runs side by side with the job before it, whose end it does not wait for. */
  isBesidePrevious?: true;
}

/** What a level of the file hands down to the next. */
interface Scope {
  variables: Record<string, string>;
  conditions: string[];
}

/**
 * Reads a pipeline file: `steps`, `jobs` (deployment jobs too) or `stages`, with their variables.
 *
 * @throws PipelineError that names line and column of each mistake.
 */
export async function readPipelineFile(file: string): Promise<Pipeline> {
  const source = await readYaml(file, "pipeline file");
  const notes: string[] = [];
  const reader = new PipelineReader(source, notes);
  const jobs = reader.read();
  source.assertSound();
  return { jobs, notes };
}

class PipelineReader {
  readonly #source: YamlSource;
  readonly #notes: string[];

  constructor(source: YamlSource, notes: string[]) {
    this.#source = source;
    this.#notes = notes;
  }

  read(): PipelineJob[] {
    const { root } = this.#source;
    const pipeline = this.#source.map(root, "A pipeline");
    const scope = this.#scope(pipeline, { variables: {}, conditions: [] });
    if (!["stages", "jobs", "steps"].some((key) => pipeline.has(key))) {
      this.#source.report(root, "A pipeline needs steps, jobs or stages (extends and templates are not followed).");
    }
    if (pipeline.has("stages")) return this.#stages(pipeline.get("stages"), scope);
    if (pipeline.has("jobs")) return this.#jobs(pipeline.get("jobs"), scope);
    return [{ name: "Job", ...scope, steps: readJob(pipeline, this.#source) }];
  }

  #stages(node: unknown, scope: Scope): PipelineJob[] {
    return this.#source.list(node, "stages").flatMap((stageNode) => {
      const stage = this.#source.map(stageNode, "A stage");
      if (this.#isTemplate(stage, stageNode)) return [];
      return this.#jobs(stage.get("jobs"), this.#scope(stage, scope));
    });
  }

  #jobs(node: unknown, scope: Scope): PipelineJob[] {
    return this.#source.list(node, "jobs").flatMap((jobNode) => {
      const job = this.#source.map(jobNode, "A job");
      if (this.#isTemplate(job, jobNode)) return [];
      const name = this.#source.text(job.get("job") ?? job.get("deployment"), "A job's name") || "Job";
      return this.#parallelJobs(job, { name, ...this.#scope(job, scope), steps: readJob(job, this.#source) });
    });
  }

  /** A job with `strategy: parallel: N` is N jobs, each of which is told its place among them. */
  #parallelJobs(level: Map<string, unknown>, job: PipelineJob): PipelineJob[] {
    const parallel = this.#source.map(level.get("strategy"), "strategy").get("parallel");
    const text = this.#source.text(parallel, "parallel") ?? "1";
    if (!/^[1-9]\d?$/.test(text))
      this.#source.report(parallel, `parallel must be a number from 1 to 99, not '${text}'.`);
    const total = Number(text) || 1;
    if (total === 1) return [job];
    return Array.from({ length: total }, (_, index) => ({
      ...job,
      name: `${job.name} ${index + 1} of ${total}`,
      variables: {
        ...job.variables,
        "System.TotalJobsInPhase": String(total),
        "System.JobPositionInPhase": String(index + 1),
      },
      ...(index > 0 ? { isBesidePrevious: true } : {}),
    }));
  }

  #scope(level: Map<string, unknown>, outer: Scope): Scope {
    const condition = this.#source.text(level.get("condition"), "condition");
    return {
      variables: { ...outer.variables, ...readVariables(level.get("variables"), this.#source, this.#notes) },
      conditions: condition === undefined ? outer.conditions : [...outer.conditions, condition],
    };
  }

  #isTemplate(level: Map<string, unknown>, node: unknown): boolean {
    const template = level.get("template");
    if (template === undefined) return false;
    const file = this.#source.text(template, "template") ?? "";
    this.#notes.push(`${this.#source.placeOf(node)}: template ${file} is not followed; its jobs do not run here.`);
    return true;
  }
}
