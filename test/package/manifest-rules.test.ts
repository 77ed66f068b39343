import assert from "node:assert/strict";
import { manifestRefusals } from "./manifest-rules.ts";

const mode = {
  id: "mode",
  name: "Mode",
  values: { inputId: "mode", defaultValue: "own", possibleValues: [{ value: "own", displayValue: "Own" }] },
};

/** A manifest with one connection type. */
function manifest(properties: object, others: object = {}) {
  const type = "ms.vss-endpoint.service-endpoint-type";
  const connection = { name: "Example", url: { displayName: "Server URL" }, ...properties };
  return { id: "example", contributions: [{ id: "connection", type, properties: connection }], ...others };
}

const refused: readonly [mistake: string, manifest: Record<string, unknown>, says: string[]][] = [
  [
    "a description of more than 200 characters",
    manifest({}, { description: "x".repeat(201) }),
    ["The description of the manifest must have at most 200 characters."],
  ],
  [
    "a contribution that is declared twice",
    { contributions: [{ id: "upload" }, { id: "upload" }] },
    ["Contribution upload is declared twice."],
  ],
  [
    "unknown fields, at every level",
    {
      ...manifest({
        title: "Example",
        url: { displayName: "Server URL", help: "" },
        inputDescriptors: [
          {
            ...mode,
            visibleRule: "mode = own",
            validation: { required: true },
            values: { ...mode.values, choices: [], possibleValues: [{ value: "own", label: "Own" }] },
          },
        ],
        authenticationSchemes: [{ displayName: "Keys", secret: true }],
      }),
      tag: "s3",
    },
    [
      "The manifest has an unknown field tag.",
      "Connection type Example has an unknown field title.",
      "Connection type Example: url has an unknown field help.",
      "Connection type Example: field mode has an unknown field visibleRule.",
      "Connection type Example: field mode, validation has an unknown field required.",
      "Connection type Example: field mode, values has an unknown field choices.",
      "Connection type Example: field mode, choice own has an unknown field label.",
      "Connection type Example, Keys has an unknown field secret.",
    ],
  ],
  [
    "a field of a contribution that no contribution has",
    { contributions: [{ id: "upload", property: {} }] },
    ["Contribution upload has an unknown field property."],
  ],
  [
    "fields that share an id",
    manifest({
      inputDescriptors: [mode, mode],
      authenticationSchemes: [{ displayName: "Keys", inputDescriptors: [mode] }],
    }),
    [
      "Connection type Example: field mode is declared twice.",
      "Connection type Example, Keys: field mode is also a field of all schemes.",
    ],
  ],
  [
    "labels that are missing or too long",
    manifest({
      url: {},
      inputDescriptors: [{ id: "duration", name: "Duration of the session in seconds" }],
      authenticationSchemes: [{ type: "none", displayName: "With no secret stored here" }],
    }),
    [
      'Connection type Example: url: the label "undefined" must have 1 to 4 words.',
      'Connection type Example: field duration: the label "Duration of the session in seconds" must have 1 to 4 words.',
      'Connection type Example, none: the label "With no secret stored here" must have 1 to 4 words.',
    ],
  ],
  [
    "a choice that does not fit its field",
    manifest({ inputDescriptors: [{ ...mode, values: { ...mode.values, inputId: "kind", defaultValue: "none" } }] }),
    [
      "Connection type Example: field mode: values.inputId must be mode.",
      "Connection type Example: field mode: the default none is not a choice.",
    ],
  ],
  [
    "a visibleRule that the form does not understand, or that names a later field",
    manifest({
      inputDescriptors: [
        { id: "early", name: "Early", properties: { visibleRule: "mode = own" } },
        mode,
        { id: "late", name: "Late", properties: { visibleRule: "mode != own" } },
      ],
    }),
    [
      'Connection type Example: field early: visibleRule "mode = own" names mode, which is not an earlier field of the same list.',
      'Connection type Example: field late: visibleRule "mode != own" is not of the form: field = value.',
    ],
  ],
];

describe("The rules for a manifest", () => {
  it("accept one without a mistake", () =>
    assert.deepEqual(
      manifestRefusals(
        manifest({
          inputDescriptors: [mode, { id: "key", name: "Key", properties: { visibleRule: "mode = own" } }],
          authenticationSchemes: [{ displayName: "Keys", inputDescriptors: [{ id: "password", name: "Password" }] }],
        }),
      ),
      [],
    ));

  for (const [mistake, refusedManifest, says] of refused) {
    it(`refuse ${mistake}`, () => assert.deepEqual(manifestRefusals(refusedManifest), says));
  }
});
