/** A task of the AWS Toolkit that has a counterpart here. */
export interface ToolkitTask {
  readonly name: "S3Upload" | "S3Download";
  /** Its id on the marketplace, by which a pipeline may name it too. */
  readonly id: string;
  /** What a step names in its place. */
  readonly newReference: string;
  /** Which of its inputs is the key prefix. */
  readonly keyPrefix: "targetFolder" | "sourceFolder";
  readonly inputs: readonly string[];
}

const COMMON = [
  "awsCredentials",
  "regionName",
  "bucketName",
  "sourceFolder",
  "globExpressions",
  "targetFolder",
  "keyManagement",
  "customerKey",
  "flattenFolders",
  "forcePathStyleAddressing",
  "logRequest",
  "logResponse",
];

/** Source: the task.json files of AWS Toolkit for Azure DevOps 1.23. */
const TOOLKIT_TASKS: readonly ToolkitTask[] = [
  {
    name: "S3Upload",
    id: "3a219265-181c-4ed2-9a51-75a7f308f0d5",
    newReference: "AwsS3Upload@1",
    keyPrefix: "targetFolder",
    inputs: [
      ...COMMON,
      "filesAcl",
      "createBucket",
      "encryptionAlgorithm",
      "kmsMasterKeyId",
      "contentType",
      "contentEncoding",
      "storageClass",
      "cacheControl",
    ],
  },
  {
    name: "S3Download",
    id: "30f6a876-1d27-450c-b2bb-9f390a592082",
    newReference: "AwsS3Download@1",
    keyPrefix: "sourceFolder",
    inputs: [...COMMON, "overwrite"],
  },
];

/** The toolkit's tasks that are about other things than S3. */
const OTHER_TASKS =
  /^(?:AWSCLI|AWSPowerShellModuleScript|AWSShellScript|BeanstalkCreateApplicationVersion|BeanstalkDeployApplication|CloudFormation\w+|CodeDeployDeployApplication|ECRPullImage|ECRPushImage|Lambda\w+|SecretsManager\w+|SendMessage|SystemsManager\w+)$/i;

/** The tasks of this extension. They take a connection of the AWS Toolkit too. */
const OWN_TASKS = /^AwsS3(?:Upload|Download|PublishSite)$/i;

/**
 * The task that a step names: `S3Upload@1`, `AmazonWebServices.aws-vsts-tools.S3Upload.S3Upload@1`, or its id.
 *
 * @returns `other` for another task of the toolkit, undefined for the tasks of others.
 */
export function toolkitTaskOf(reference: string): ToolkitTask | "other" | undefined {
  const name = taskNameIn(reference).toLowerCase();
  const known = TOOLKIT_TASKS.find((task) => name === task.name.toLowerCase() || name === task.id);
  return known ?? (OTHER_TASKS.test(name) ? "other" : undefined);
}

/** Whether a step names a task of this extension, also by its whole name. */
export function isOwnTask(reference: string): boolean {
  return OWN_TASKS.test(taskNameIn(reference));
}

function taskNameIn(reference: string): string {
  const [path = ""] = reference.trim().split("@");
  return path.split(".").at(-1) ?? "";
}
