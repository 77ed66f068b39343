import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Form, FormField } from "./form.ts";

interface Descriptor {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly inputMode: string;
  readonly validation: { readonly isRequired: boolean };
  readonly values?: {
    readonly defaultValue: string;
    readonly possibleValues: readonly { readonly value: string; readonly displayValue: string }[];
  };
}

interface ConnectionType {
  readonly displayName: string;
  readonly url: { readonly displayName: string; readonly helpText: string; readonly value: string };
  readonly inputDescriptors: readonly Descriptor[];
  readonly authenticationSchemes: readonly {
    readonly displayName: string;
    readonly inputDescriptors: readonly Descriptor[];
  }[];
  readonly helpMarkDown: string;
}

/**
 * The form of a new service connection.
 *
 * @param root the repository's folder.
 * @param scheme the display name of the authentication method that is chosen.
 * @param values what is entered, by the ids of the fields.
 */
export function connectionForm(
  root: string,
  scheme: string,
  values: Readonly<Record<string, string>>,
  showsHelp = false,
): Form {
  const { displayName, url, inputDescriptors, authenticationSchemes, helpMarkDown } = connectionType(root);
  const chosen = authenticationSchemes.find((each) => each.displayName === scheme);
  const fields = (descriptors: readonly Descriptor[]) => descriptors.map((each) => fieldOf(each, values));
  return {
    title: `New ${displayName} service connection`,
    subtitle: "Project settings › Service connections",
    showsHelp,
    groups: [
      {
        isOpen: true,
        fields: [
          {
            label: "Authentication method",
            kind: "radio",
            value: scheme,
            choices: authenticationSchemes.map((each) => each.displayName),
            isRequired: false,
            help: helpMarkDown,
          },
          {
            label: url.displayName,
            kind: "text",
            value: values.url ?? url.value,
            isRequired: false,
            help: url.helpText,
          },
          ...fields(chosen?.inputDescriptors ?? []),
          ...fields(inputDescriptors),
          {
            label: "Service connection name",
            kind: "text",
            value: values.connectionName ?? "",
            isRequired: true,
            help: "The name that pipelines use.",
          },
        ],
      },
    ],
  };
}

function connectionType(root: string): ConnectionType {
  const { contributions } = JSON.parse(readFileSync(join(root, "vss-extension.json"), "utf8"));
  return contributions.find(({ type }: { type: string }) => type === "ms.vss-endpoint.service-endpoint-type")
    .properties;
}

function fieldOf(descriptor: Descriptor, entered: Readonly<Record<string, string>>): FormField {
  const { id, name, description, inputMode, validation, values } = descriptor;
  const kinds: Readonly<Record<string, FormField["kind"]>> = {
    combo: "choice",
    passwordbox: "password",
    checkbox: "box",
  };
  const value = entered[id] ?? values?.defaultValue ?? "";
  const choice = values?.possibleValues.find((each) => each.value === value)?.displayValue;
  return {
    label: name,
    kind: kinds[inputMode] ?? "text",
    value: choice ?? value,
    isRequired: validation.isRequired,
    help: description,
  };
}
