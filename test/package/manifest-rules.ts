/** A JSON object, before anything is known of it. */
type Json = Readonly<Record<string, unknown>>;

/** The fields of an extension manifest, of its contributions, and of a service connection type: none besides is read. */
const fields = {
  manifest:
    "manifestVersion id publisher name description version public categories tags targets icons content files links " +
    "repository branding badges galleryFlags screenshots scopes demands contributions contributionTypes CustomerQnASupport",
  contribution: "id type description targets properties includes constraints",
  connection: "name displayName description helpMarkDown icon url inputDescriptors authenticationSchemes dataSources",
  url: "displayName helpText value isVisible dependsOn",
  scheme: "type displayName headers inputDescriptors",
  input: "id name description inputMode isConfidential groupName properties validation values",
  validation: "dataType isRequired minLength maxLength minValue maxValue pattern patternMismatchErrorMessage",
  values: "inputId defaultValue isDisabled isLimitedToPossibleValues possibleValues",
  choice: "value displayValue",
} as const;

/** The marketplace's limit. */
const MAX_DESCRIPTION = 200;

/** A longer label does not fit above its field. */
const MAX_LABEL_WORDS = 4;

/**
 * Why Azure DevOps would refuse a manifest, or would not show what it says.
 *
 * @returns a sentence for each mistake; none means that the manifest is accepted.
 */
export function manifestRefusals(manifest: Json): string[] {
  const contributions = objects(manifest.contributions);
  return [
    ...undeclared("The manifest", manifest, "manifest"),
    ...(String(manifest.description).length > MAX_DESCRIPTION
      ? [`The description of the manifest must have at most ${MAX_DESCRIPTION} characters.`]
      : []),
    ...repeated(contributions.map(({ id }) => String(id))).map((id) => `Contribution ${id} is declared twice.`),
    ...contributions.flatMap((contribution) =>
      undeclared(`Contribution ${contribution.id}`, contribution, "contribution"),
    ),
    ...contributions
      .filter(({ type }) => type === "ms.vss-endpoint.service-endpoint-type")
      .flatMap(({ properties }) => connectionRefusals(properties as Json)),
  ];
}

function connectionRefusals(connection: Json): string[] {
  const subject = `Connection type ${connection.name}`;
  const schemes = objects(connection.authenticationSchemes);
  const url = (connection.url ?? {}) as Json;
  const common = objects(connection.inputDescriptors);
  return [
    ...undeclared(subject, connection, "connection"),
    ...undeclared(`${subject}: url`, url, "url"),
    ...labelRefusals(`${subject}: url`, url.displayName),
    ...inputListRefusals(subject, common),
    ...schemes.flatMap((scheme) => {
      const inputs = objects(scheme.inputDescriptors);
      const clashes = inputs.filter(({ id }) => common.some((input) => input.id === id));
      return [
        ...undeclared(`${subject}, ${scheme.displayName}`, scheme, "scheme"),
        ...labelRefusals(`${subject}, ${scheme.type}`, scheme.displayName),
        ...clashes.map(({ id }) => `${subject}, ${scheme.displayName}: field ${id} is also a field of all schemes.`),
        ...inputListRefusals(`${subject}, ${scheme.displayName}`, inputs),
      ];
    }),
  ];
}

function inputListRefusals(subject: string, inputs: readonly Json[]): string[] {
  return [
    ...repeated(inputs.map(({ id }) => String(id))).map((id) => `${subject}: field ${id} is declared twice.`),
    ...inputs.flatMap((input, index) => inputRefusals(`${subject}: field ${input.id}`, input, inputs.slice(0, index))),
  ];
}

function inputRefusals(subject: string, input: Json, earlier: readonly Json[]): string[] {
  const values = (input.values ?? {}) as Json;
  const choices = objects(values.possibleValues);
  const isChoice = choices.length > 0;
  return [
    ...undeclared(subject, input, "input"),
    ...undeclared(`${subject}, validation`, (input.validation ?? {}) as Json, "validation"),
    ...undeclared(`${subject}, values`, values, "values"),
    ...choices.flatMap((choice) => undeclared(`${subject}, choice ${choice.value}`, choice, "choice")),
    ...labelRefusals(subject, input.name),
    ...(isChoice && values.inputId !== input.id ? [`${subject}: values.inputId must be ${input.id}.`] : []),
    ...(isChoice && !choices.some(({ value }) => value === values.defaultValue)
      ? [`${subject}: the default ${values.defaultValue} is not a choice.`]
      : []),
    ...visibleRuleRefusals(subject, (input.properties ?? {}) as Json, earlier),
  ];
}

/** The form compares one field, which it must have shown before, with one value. */
function visibleRuleRefusals(subject: string, { visibleRule }: Json, earlier: readonly Json[]): string[] {
  if (visibleRule === undefined) return [];
  const [, id] = /^(\w+) = [^&|()]+$/.exec(String(visibleRule)) ?? [];
  if (id === undefined) return [`${subject}: visibleRule "${visibleRule}" is not of the form: field = value.`];
  return earlier.some((input) => input.id === id)
    ? []
    : [`${subject}: visibleRule "${visibleRule}" names ${id}, which is not an earlier field of the same list.`];
}

function labelRefusals(subject: string, label: unknown): string[] {
  const count = String(label ?? "")
    .split(/\s+/)
    .filter(Boolean).length;
  return count >= 1 && count <= MAX_LABEL_WORDS
    ? []
    : [`${subject}: the label "${label}" must have 1 to ${MAX_LABEL_WORDS} words.`];
}

function undeclared(subject: string, value: Json, kind: keyof typeof fields): string[] {
  const known = fields[kind].split(" ");
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => `${subject} has an unknown field ${key}.`);
}

function repeated(ids: readonly string[]): string[] {
  return ids.filter((id, index) => ids.indexOf(id) < index);
}

function objects(list: unknown): readonly Json[] {
  return (list ?? []) as readonly Json[];
}
