import { marked } from "marked";
import { escapeHtml, page } from "./picture.ts";

/** One input of a form. */
export interface FormField {
  readonly label: string;
  readonly kind: "text" | "lines" | "choice" | "box" | "password" | "radio";
  /** As it is shown; a box is on if it is `true`. */
  readonly value: string;
  readonly isRequired: boolean;
  /** Of radio buttons: their labels. */
  readonly choices?: readonly string[];
  readonly rows?: number;
  /** In Markdown: what the sign beside the label shows. */
  readonly help: string;
}

export interface FormGroup {
  /** Absent above the first group. */
  readonly title?: string;
  readonly isOpen: boolean;
  readonly fields: readonly FormField[];
}

export interface Form {
  readonly title: string;
  readonly subtitle: string;
  readonly groups: readonly FormGroup[];
  /** Whether help is written below each field, which Azure DevOps shows one at a time. */
  readonly showsHelp: boolean;
}

const CSS = `
body { padding: 20px 24px; }
h1 { font-size: 18px; margin: 0; } .subtitle { color: #666; margin: 2px 0 14px; font-size: 12px; }
.field { margin: 0 0 12px; } .label { display: block; margin-bottom: 3px; }
.required { color: #a4262c; } .info { display: inline-block; width: 13px; height: 13px; border: 1px solid #767676; border-radius: 7px; color: #767676; font: 9px/12px serif; text-align: center; margin-left: 6px; vertical-align: 1px; }
.input { border: 1px solid #c8c8c8; border-radius: 2px; padding: 5px 8px; min-height: 32px; white-space: pre-wrap; position: relative; }
.choice::after { content: "⌄"; position: absolute; right: 10px; top: 1px; font-size: 18px; }
.box { display: inline-block; width: 15px; height: 15px; border: 1px solid #666; border-radius: 2px; vertical-align: -2px; margin-right: 7px; text-align: center; line-height: 13px; font-size: 12px; }
.on { background: #0078d4; border-color: #0078d4; color: #fff; } .round { border-radius: 8px; } .round.on { box-shadow: inset 0 0 0 3px #fff; }
.group { font-weight: 600; border-top: 1px solid #eaeaea; margin: 0 -24px 0; padding: 8px 24px; } .group::before { content: "›"; display: inline-block; width: 16px; }
.group.open::before { content: "⌄"; } .help { color: #555; font-size: 12px; margin: 2px 0 0; max-width: 640px; } .help p, .help pre { margin: 2px 0; }
`;

/** A form as Azure DevOps shows it. */
export function renderForm({ title, subtitle, groups, showsHelp }: Form): string {
  const parts = groups.map(({ title: heading, isOpen, fields }) => {
    const head = heading ? `<div class="group${isOpen ? " open" : ""}">${escapeHtml(heading)}</div>` : "";
    return head + (isOpen ? fields.map((field) => renderField(field, showsHelp)).join("\n") : "");
  });
  const head = `<h1>${escapeHtml(title)}</h1><div class="subtitle">${escapeHtml(subtitle)}</div>`;
  return page(title, `${head}\n${parts.join("\n")}`, CSS);
}

function renderField(field: FormField, showsHelp: boolean): string {
  const { kind, label, value, isRequired, help } = field;
  const mark = `${isRequired ? ' <span class="required">*</span>' : ""}<span class="info">i</span>`;
  const name = escapeHtml(label) + mark;
  const body =
    kind === "box"
      ? `<span class="label">${tick(value === "true")}${name}</span>`
      : `<span class="label">${name}</span>${renderValue(field)}`;
  const text = showsHelp ? `<div class="help">${marked.parse(help, { async: false })}</div>` : "";
  return `<div class="field">${body}${text}</div>`;
}

function renderValue({ kind, value, choices = [], rows = 1 }: FormField): string {
  if (kind === "radio")
    return choices
      .map((choice) => `<span style="margin-right:20px">${tick(choice === value, "round")}${escapeHtml(choice)}</span>`)
      .join("");
  const height = kind === "lines" ? ` style="min-height:${14 + 18 * rows}px"` : "";
  const shown = kind === "password" ? value.replace(/./gs, "•") : value;
  return `<div class="input ${kind}"${height}>${escapeHtml(shown)}</div>`;
}

function tick(isOn: boolean, shape = ""): string {
  return `<span class="box ${shape}${isOn ? " on" : ""}">${isOn && shape === "" ? "✓" : ""}</span>`;
}
