import { moto } from "../../scripts/servers/moto.ts";
import type { RunningServer } from "../../scripts/servers/server.ts";

/** Keys of a user of moto's IAM. */
export interface UserKeys {
  readonly username: string;
  readonly password: string;
}

/** A policy of IAM. */
export interface Policy {
  readonly Version: string;
  readonly Statement: readonly Statement[];
}

interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly [element: string]: unknown;
}

/** What IAM knows of a role with one inline policy. */
export interface CreatedRole {
  readonly arn: string;
  readonly trustPolicy: unknown;
  readonly policy: Policy;
}

/** moto, told to enforce the policies of IAM. */
export class MotoWithAuthorization {
  readonly server: RunningServer;
  #users = 0;
  #stacks = 0;

  private constructor(server: RunningServer) {
    this.server = server;
  }

  /** @throws {Unavailable} if it is not installed. */
  static async start(): Promise<MotoWithAuthorization> {
    return new MotoWithAuthorization(await moto.start({ mayInstall: false }));
  }

  /** Does what an administrator does, whom nothing is forbidden. */
  async asAdministrator<T>(act: () => Promise<T>): Promise<T> {
    await this.#post("/moto-api/reset-auth", "Infinity");
    try {
      return await act();
    } finally {
      await this.#post("/moto-api/reset-auth", "0");
    }
  }

  /** Makes a user that may do what a policy allows, and no more. */
  async createUser(policy: Policy): Promise<UserKeys> {
    const UserName = `user-${++this.#users}`;
    return this.asAdministrator(async () => {
      await this.#iam({ Action: "CreateUser", UserName });
      const PolicyDocument = JSON.stringify(forMoto(policy));
      await this.#iam({ Action: "PutUserPolicy", UserName, PolicyName: "policy", PolicyDocument });
      const keys = await this.#iam({ Action: "CreateAccessKey", UserName });
      return { username: textOf(keys, "AccessKeyId"), password: textOf(keys, "SecretAccessKey") };
    });
  }

  /**
   * Creates a stack of a template by CloudFormation, and reads the role that it made.
   *
   * @throws Error if CloudFormation refuses the template or a parameter.
   */
  async createRole(template: string, parameters: Readonly<Record<string, string>>): Promise<CreatedRole> {
    const StackName = `stack-${++this.#stacks}`;
    const given = Object.entries(parameters).flatMap(([name, value], index) => [
      [`Parameters.member.${index + 1}.ParameterKey`, name],
      [`Parameters.member.${index + 1}.ParameterValue`, value],
    ]);
    const Capabilities = { "Capabilities.member.1": "CAPABILITY_IAM" };
    return this.asAdministrator(async () => {
      const stack = { Action: "CreateStack", StackName, TemplateBody: template, ...Capabilities };
      await this.#ask("cloudformation", "2010-05-15", { ...stack, ...Object.fromEntries(given) });
      const described = await this.#ask("cloudformation", "2010-05-15", { Action: "DescribeStacks", StackName });
      const arn = /<OutputKey>RoleArn<\/OutputKey>\s*<OutputValue>([^<]+)/.exec(described)?.[1] ?? "";
      const RoleName = arn.replace(/.*\//, "");
      const role = await this.#iam({ Action: "GetRole", RoleName });
      const policy = await this.#iam({ Action: "GetRolePolicy", RoleName, PolicyName: "bucket" });
      const { Version, Statement } = documentIn(policy, "PolicyDocument") as Policy;
      return {
        arn,
        trustPolicy: documentIn(role, "AssumeRolePolicyDocument"),
        // CloudFormation leaves out what is AWS::NoValue, also of a list.
        policy: { Version, Statement: Statement.filter((statement) => statement !== null) },
      };
    });
  }

  #iam(parameters: Readonly<Record<string, string>>): Promise<string> {
    return this.#ask("iam", "2010-05-08", parameters);
  }

  async #ask(service: string, Version: string, parameters: Readonly<Record<string, string>>): Promise<string> {
    const form = new URLSearchParams({ Version, ...parameters }).toString();
    // moto takes the service from the signature, at which it does not look further here.
    return this.#post("/", form, {
      "content-type": "application/x-www-form-urlencoded",
      authorization: `AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
    });
  }

  async #post(path: string, body: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
    const response = await fetch(this.server.url + path, { method: "POST", body, headers });
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status} ${text}`);
    return text;
  }
}

/**
 * The policy as moto understands it. It knows nothing of what conditions ask for, and takes a statement with one for a refusal. And it asks
 * for s3:DeleteObject on the bucket where several objects are deleted at once; AWS asks for it on each of them.
 */
function forMoto({ Version, Statement }: Policy): object {
  return {
    Version,
    Statement: Statement.flatMap(({ Condition: _, ...statement }) => {
      if (![statement.Action].flat().includes("s3:DeleteObject")) return [statement];
      const Resource = String(statement.Resource).split("/")[0];
      return [statement, { Effect: statement.Effect, Action: "s3:DeleteObject", Resource }];
    }),
  };
}

/** A policy in an answer. moto writes those that a template made as Python does. */
function documentIn(answer: string, element: string): unknown {
  const text = decodeURIComponent(textOf(answer, element).replaceAll(/&(?:#39|#x27|apos|quot|#34);/g, '"'));
  return JSON.parse(text.replaceAll("'", '"').replaceAll("None", "null"));
}

function textOf(document: string, element: string): string {
  return new RegExp(`<${element}>([^<]+)</${element}>`).exec(document)?.[1] ?? "";
}
