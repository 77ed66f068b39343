import type { JobContainer } from "../agent/container.ts";
import { type ContainerResources, readContainerResources, readJobContainer } from "./job-container.ts";
import type { PipelineStep } from "./pipeline-step.ts";
import { readJob } from "./pipeline-step.ts";
import { readVariables } from "./pipeline-variables.ts";
import { readYaml, type SkippedPart, type YamlSource } from "./yaml-source.ts";

/** A pipeline file, its stages and jobs laid out in the order in which they stand. */
export interface Pipeline {
  jobs: PipelineJob[];
  /** What the file asks for and a local run cannot give: variable groups, templates, template expressions. */
  skipped: SkippedPart[];
}

export interface PipelineJob {
  /** By which the conditions of later jobs refer to it. */
  id: string;
  /** Its id, and for one of several parallel jobs its place among them. */
  name: string;
  /** The pipeline's, the stage's and the job's own variables; the nearest wins. */
  variables: Record<string, string>;
  /** The conditions of its stage and its own; none stands for `succeeded()`. */
  conditions: string[];
  steps: PipelineStep[];
  container?: JobContainer | undefined;
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
  const jobs = new PipelineReader(source).read();
  source.assertSound();
  return { jobs, skipped: source.skipped };
}

class PipelineReader {
  readonly #source: YamlSource;
  #containers: ContainerResources = new Map();

  constructor(source: YamlSource) {
    this.#source = source;
  }

  read(): PipelineJob[] {
    const { root } = this.#source;
    const pipeline = this.#source.members(root, "A pipeline");
    this.#containers = readContainerResources(pipeline.get("resources"), this.#source);
    const scope = this.#scope(pipeline, { variables: {}, conditions: [] });
    if (!["stages", "jobs", "steps"].some((key) => pipeline.has(key))) {
      this.#source.report(root, "A pipeline needs steps, jobs or stages (extends and templates are not followed).");
    }
    if (pipeline.has("stages")) return this.#stages(pipeline.get("stages"), scope);
    if (pipeline.has("jobs")) return this.#jobs(pipeline.get("jobs"), scope);
    return [this.#job("Job", pipeline, scope)];
  }

  #stages(node: unknown, scope: Scope): PipelineJob[] {
    return this.#source.items(node, "stages").flatMap((stageNode) => {
      const stage = this.#source.members(stageNode, "A stage");
      if (this.#isTemplate(stage, stageNode)) return [];
      return this.#jobs(stage.get("jobs"), this.#scope(stage, scope));
    });
  }

  #jobs(node: unknown, scope: Scope): PipelineJob[] {
    return this.#source.items(node, "jobs").flatMap((jobNode) => {
      const job = this.#source.members(jobNode, "A job");
      if (this.#isTemplate(job, jobNode)) return [];
      const name = this.#source.text(job.get("job") ?? job.get("deployment"), "A job's name") || "Job";
      return this.#multiply(job, this.#job(name, job, this.#scope(job, scope)));
    });
  }

  #job(name: string, level: Map<string, unknown>, scope: Scope): PipelineJob {
    const container = readJobContainer(level.get("container"), this.#containers, this.#source);
    const steps = readJob(level, this.#source);
    return { id: name, name, ...scope, steps, ...(container ? { container } : {}) };
  }

  /** A job with a `strategy` is several jobs, which do not wait for each other. */
  #multiply(level: Map<string, unknown>, job: PipelineJob): PipelineJob[] {
    const strategy = this.#source.map(level.get("strategy"), "strategy");
    const jobs = strategy.has("matrix")
      ? this.#matrixJobs(strategy.get("matrix"), job)
      : this.#parallelJobs(strategy.get("parallel"), job);
    return jobs.map((each, index) => ({ ...each, ...(index > 0 ? { isBesidePrevious: true } : {}) }));
  }

  /** `strategy: matrix`: one job for each name, with variables of its own. */
  #matrixJobs(node: unknown, job: PipelineJob): PipelineJob[] {
    return [...this.#source.members(node, "matrix")].map(([name, variables]) => ({
      ...job,
      name: `${job.name} ${name}`,
      variables: { ...job.variables, ...this.#source.texts(variables, `matrix: ${name}`) },
    }));
  }

  /** `strategy: parallel: N`: N jobs, each with its place among them. */
  #parallelJobs(parallel: unknown, job: PipelineJob): PipelineJob[] {
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
    }));
  }

  #scope(level: Map<string, unknown>, outer: Scope): Scope {
    const condition = this.#source.text(level.get("condition"), "condition");
    return {
      variables: { ...outer.variables, ...readVariables(level.get("variables"), this.#source) },
      conditions: condition === undefined ? outer.conditions : [...outer.conditions, condition],
    };
  }

  #isTemplate(level: Map<string, unknown>, node: unknown): boolean {
    const template = level.get("template");
    if (template === undefined) return false;
    const file = this.#source.text(template, "template") ?? "";
    this.#source.skip(node, `template ${file} is not followed`);
    return true;
  }
}
