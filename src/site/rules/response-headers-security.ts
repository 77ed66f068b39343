/** "ResponseHeadersPolicySecurityHeadersConfig" in the Amazon CloudFront API Reference. */
export interface ResponseHeadersSecurityConfig {
  readonly ContentSecurityPolicy?: { readonly Override: boolean; readonly ContentSecurityPolicy: string };
  readonly ContentTypeOptions?: { readonly Override: boolean };
  readonly FrameOptions?: { readonly Override: boolean; readonly FrameOption: string };
  readonly ReferrerPolicy?: { readonly Override: boolean; readonly ReferrerPolicy: string };
  readonly StrictTransportSecurity?: {
    readonly Override: boolean;
    readonly AccessControlMaxAgeSec: number;
    readonly IncludeSubdomains: boolean;
    readonly Preload: boolean;
  };
  readonly XSSProtection?: {
    readonly Override: boolean;
    readonly Protection: boolean;
    readonly ModeBlock?: boolean;
    readonly ReportUri?: string;
  };
}

const REFERRER_POLICIES = new Set([
  "no-referrer",
  "no-referrer-when-downgrade",
  "origin",
  "origin-when-cross-origin",
  "same-origin",
  "strict-origin",
  "strict-origin-when-cross-origin",
  "unsafe-url",
]);

/** By lower-case name: each parses a value, or returns undefined if CloudFront cannot express it. */
const SECURITY_HEADERS: Readonly<Record<string, (value: string) => ResponseHeadersSecurityConfig | undefined>> = {
  "content-security-policy": (value) => ({
    ContentSecurityPolicy: { Override: true, ContentSecurityPolicy: value },
  }),
  "x-content-type-options": (value) =>
    value.toLowerCase() === "nosniff" ? { ContentTypeOptions: { Override: true } } : undefined,
  "x-frame-options": (value) => {
    const FrameOption = value.toUpperCase();
    return FrameOption === "DENY" || FrameOption === "SAMEORIGIN"
      ? { FrameOptions: { Override: true, FrameOption } }
      : undefined;
  },
  "referrer-policy": (value) => {
    const ReferrerPolicy = value.toLowerCase();
    return REFERRER_POLICIES.has(ReferrerPolicy) ? { ReferrerPolicy: { Override: true, ReferrerPolicy } } : undefined;
  },
  "strict-transport-security": transportSecurity,
  "x-xss-protection": xssProtection,
};

/** Whether CloudFront treats the header as a security header, and so not as a custom header. */
export function isSecurityHeader(lowerCaseName: string): boolean {
  return Object.hasOwn(SECURITY_HEADERS, lowerCaseName);
}

/** @returns undefined if the header is no security header, or CloudFront cannot send this value of it. */
export function securityHeaderConfig(lowerCaseName: string, value: string): ResponseHeadersSecurityConfig | undefined {
  return isSecurityHeader(lowerCaseName) ? SECURITY_HEADERS[lowerCaseName]?.(value) : undefined;
}

function transportSecurity(value: string): ResponseHeadersSecurityConfig | undefined {
  const directives = value
    .toLowerCase()
    .split(";")
    .map((directive) => directive.trim());
  const [, seconds] = /^max-age="?(\d+)"?$/.exec(directives.find((each) => each.startsWith("max-age")) ?? "") ?? [];
  if (seconds === undefined) return undefined;
  return {
    StrictTransportSecurity: {
      Override: true,
      AccessControlMaxAgeSec: Number(seconds),
      IncludeSubdomains: directives.includes("includesubdomains"),
      Preload: directives.includes("preload"),
    },
  };
}

function xssProtection(value: string): ResponseHeadersSecurityConfig | undefined {
  const [, flag, option] = /^([01])(?:\s*;\s*(mode=block|report=\S+))?$/i.exec(value) ?? [];
  if (flag === undefined || (flag === "0" && option !== undefined)) return undefined;
  if (flag === "0") return { XSSProtection: { Override: true, Protection: false } };
  const block = option === undefined || /^mode/i.test(option);
  return {
    XSSProtection: {
      Override: true,
      Protection: true,
      ...(block ? { ModeBlock: option !== undefined } : { ReportUri: option.slice("report=".length) }),
    },
  };
}
