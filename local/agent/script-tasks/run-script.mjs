// What CmdLine@2, Bash@3 and PowerShell@2 of Azure Pipelines do with the script of a `script:`, `bash:` or `pwsh:` step.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const { INPUT_SHELL, INPUT_SCRIPT = "", INPUT_WORKINGDIRECTORY, INPUT_FAILONSTDERR } = process.env;
const isWindows = process.platform === "win32";

/** By the step's key: the program, the end of the script's file name, what stands before and behind it, the arguments. */
const shells = {
  script: isWindows
    ? { program: "cmd.exe", end: ".cmd", args: (file) => ["/D", "/E:ON", "/V:OFF", "/S", "/C", file] }
    : { program: "bash", end: ".sh", args: (file) => ["--noprofile", "--norc", file] },
  bash: { program: "bash", end: ".sh", args: (file) => [file] },
  pwsh: powerShell("pwsh"),
  powershell: powerShell(isWindows ? "powershell" : "pwsh"),
};

function powerShell(program) {
  return {
    program,
    end: ".ps1",
    before: "\uFEFF$ErrorActionPreference = 'Stop'\n",
    behind: "\nif (Test-Path -LiteralPath variable:\\LASTEXITCODE) { exit $LASTEXITCODE }",
    args: (file) => ["-NoLogo", "-NoProfile", "-NonInteractive", "-Command", `. '${file.replaceAll("'", "''")}'`],
  };
}

/** Inputs, connections and secrets are the task's: a script finds only the variables, and what its `env:` names. */
function scriptEnvironment() {
  const entries = Object.entries(process.env).filter(([name]) => !/^(INPUT|SECRET|ENDPOINT)_/.test(name));
  return Object.fromEntries(entries);
}

function fail(message) {
  console.log(`##vso[task.logissue type=error]${message}`);
  console.log("##vso[task.complete result=Failed]");
}

function run({ program, end, before = "", behind = "", args }) {
  if (!existsSync(INPUT_WORKINGDIRECTORY)) {
    fail(`The working directory ${INPUT_WORKINGDIRECTORY} does not exist. Correct workingDirectory.`);
    return;
  }
  const file = join(process.env.AGENT_TEMPDIRECTORY, `${randomUUID()}${end}`);
  writeFileSync(file, `${before}${INPUT_SCRIPT}${behind}`);
  console.log("========================== Starting Command Output ===========================");
  const options = { cwd: INPUT_WORKINGDIRECTORY, env: scriptEnvironment(), stdio: ["ignore", "inherit", "pipe"] };
  const child = spawn(program, args(file), options);
  process.on("SIGINT", () => child.kill());
  let hasErrors = false;
  child.stderr.on("data", (chunk) => {
    hasErrors = true;
    process.stdout.write(chunk);
  });
  child.on("error", ({ code, message }) => {
    const missing = `${program} is not installed on this machine. Install it, or skip all scripts with --skip-scripts.`;
    fail(code === "ENOENT" ? missing : message);
  });
  child.on("close", (code, signal) => {
    if (code > 0) fail(`${program} exited with code '${code}'.`);
    else if (signal !== null) fail(`${program} was ended by ${signal}.`);
    else if (hasErrors && INPUT_FAILONSTDERR?.toLowerCase() === "true") {
      fail(`${program} wrote one or more lines to the standard error stream.`);
    }
  });
}

run(shells[INPUT_SHELL]);
