import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isShown } from "../../local/pipeline/task-rules.ts";
import type { Form, FormField, FormGroup } from "./form.ts";

interface TaskJson {
  readonly friendlyName: string;
  readonly description: string;
  readonly groups: readonly {
    readonly name: string;
    readonly displayName: string;
    readonly isExpanded: boolean;
    readonly visibleRule?: string;
  }[];
  readonly inputs: readonly TaskInput[];
}

interface TaskInput {
  readonly name: string;
  readonly type: string;
  readonly label: string;
  readonly required?: boolean;
  readonly defaultValue?: string | boolean | number;
  readonly helpMarkDown: string;
  readonly groupName?: string;
  readonly visibleRule?: string;
  readonly options?: Readonly<Record<string, string>>;
  readonly properties?: Readonly<Record<string, string | boolean>>;
}

/**
 * The form of a task, with the fields that its rules show for some values.
 *
 * @param root the repository's folder.
 * @param values what is entered, by the names of the inputs; the others have their defaults.
 * @param opensAll whether all groups are open; otherwise those that are open at first.
 */
export function taskForm(
  root: string,
  task: string,
  values: Readonly<Record<string, string>>,
  { opensAll = false, showsHelp = false }: { readonly opensAll?: boolean; readonly showsHelp?: boolean } = {},
): Form {
  const { friendlyName, description, groups, inputs }: TaskJson = JSON.parse(
    readFileSync(join(root, "tasks", task, "task.json"), "utf8"),
  );
  const presentValue = (name: string) =>
    values[name] ?? String(inputs.find((input) => input.name === name)?.defaultValue ?? "");
  const fieldsOf = (group: string | undefined): FormField[] =>
    inputs
      .filter(({ groupName, visibleRule }) => groupName === group && isShown(visibleRule, presentValue))
      .map((input) => fieldOf(input, presentValue(input.name)));
  const shownGroups = groups
    .filter(({ visibleRule }) => isShown(visibleRule, presentValue))
    .map(
      ({ name, displayName, isExpanded }): FormGroup => ({
        title: displayName,
        isOpen: opensAll || isExpanded,
        fields: fieldsOf(name),
      }),
    );
  return {
    title: friendlyName,
    subtitle: description,
    groups: [{ isOpen: true, fields: fieldsOf(undefined) }, ...shownGroups],
    showsHelp,
  };
}

function fieldOf(
  { type, label, required = false, options, properties, helpMarkDown }: TaskInput,
  value: string,
): FormField {
  const kinds: Readonly<Record<string, FormField["kind"]>> = { boolean: "box", multiLine: "lines", pickList: "choice" };
  const kind = type.startsWith("connectedService:") ? "choice" : (kinds[type] ?? "text");
  return {
    label,
    kind,
    value: options?.[value] ?? value,
    isRequired: required,
    rows: Number(properties?.rows ?? 1),
    help: helpMarkDown,
  };
}
