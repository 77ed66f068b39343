import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Whether a job belongs to a build (every YAML pipeline) or to a classic release. */
export type HostType = "build" | "release";

/** The folders of one job, laid out as the agent lays out its work folder (`_work`). Absolute paths. */
export interface Workspace {
  workFolder: string;
  /** `_work/1` of a build, `_work/r1/a` of a release: `$(Pipeline.Workspace)`, `$(Agent.ReleaseDirectory)`. */
  jobFolder: string;
  /** What was checked out (build), or the folder that holds one folder for each artifact alias (release). */
  sourcesFolder: string;
  artifactsFolder: string;
  binariesFolder: string;
  testResultsFolder: string;
  tempFolder: string;
  toolsFolder: string;
  /** Removes the work folder where it was made for this job alone. */
  remove(): Promise<void>;
}

export interface WorkspaceOptions {
  hostType: HostType;
  /** `_work`; made afresh in the system's temporary folder, and removed at the end, where none is given. */
  workFolder?: string | undefined;
  /** Where the sources (or the artifacts of a release) already are. */
  sourcesFolder?: string | undefined;
}

/** Makes the folders of a job, those that are not there yet. */
export async function prepareWorkspace(options: WorkspaceOptions): Promise<Workspace> {
  const isTemporary = options.workFolder === undefined;
  const workFolder = options.workFolder ?? join(await mkdtemp(join(tmpdir(), "agent-")), "_work");
  const buildFolder = join(workFolder, "1");
  const releaseFolder = options.sourcesFolder ?? join(workFolder, "r1", "a");
  const isRelease = options.hostType === "release";
  const workspace: Workspace = {
    workFolder,
    jobFolder: isRelease ? releaseFolder : buildFolder,
    sourcesFolder: isRelease ? releaseFolder : (options.sourcesFolder ?? join(buildFolder, "s")),
    artifactsFolder: isRelease ? releaseFolder : join(buildFolder, "a"),
    binariesFolder: join(buildFolder, "b"),
    testResultsFolder: join(buildFolder, "TestResults"),
    tempFolder: join(workFolder, "_temp"),
    toolsFolder: join(workFolder, "_tool"),
    remove: async () => {
      if (isTemporary) await rm(dirname(workFolder), { recursive: true, force: true });
    },
  };
  await makeFolders(workspace, isRelease);
  return workspace;
}

async function makeFolders(workspace: Workspace, isRelease: boolean): Promise<void> {
  const { workFolder, jobFolder, tempFolder, toolsFolder } = workspace;
  const { sourcesFolder, artifactsFolder, binariesFolder, testResultsFolder } = workspace;
  const folders = [workFolder, jobFolder, join(workFolder, "_tasks"), tempFolder, toolsFolder, sourcesFolder];
  if (!isRelease) folders.push(artifactsFolder, binariesFolder, testResultsFolder);
  for (const folder of folders) await mkdir(folder, { recursive: true });
}
