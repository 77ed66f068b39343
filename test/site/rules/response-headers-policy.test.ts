import assert from "node:assert/strict";
import { parseHeadersFile } from "../../../src/site/rules/headers-file.ts";

const policies = (text: string, siteUrl?: string) =>
  parseHeadersFile(text, siteUrl === undefined ? undefined : new URL(siteUrl)).responseHeadersPolicies;

/** The one policy's parts, less its name and comment. */
function configOf(headers: string) {
  const [policy] = policies(`/*\n${headers}`);
  if (!policy) return undefined;
  const { Name: _name, Comment: _comment, ...parts } = policy.config;
  return parts;
}

describe("the response headers policies for a _headers file", () => {
  it("have for each path what the wider rules say too, the narrowest path first", () => {
    const text = `/secure/page
  X-Frame-Options: DENY
  X-Content-Type-Options: nosniff
  Referrer-Policy: no-referrer
/*
  X-Robots-Tag: noindex
  Cache-Control: no-cache
/movies/:title/*
  X-Robots-Tag: nosnippet
/static/*
  ! X-Robots-Tag
  Access-Control-Allow-Origin: *`;
    const robots = (Value: string) => ({ Quantity: 1, Items: [{ Header: "X-Robots-Tag", Value, Override: true }] });
    assert.deepEqual(policies(text), [
      {
        pathPattern: "/secure/page",
        config: {
          Name: "site-headers-line-1",
          Comment: "Made from _headers for /secure/page",
          SecurityHeadersConfig: {
            FrameOptions: { Override: true, FrameOption: "DENY" },
            ContentTypeOptions: { Override: true },
            ReferrerPolicy: { Override: true, ReferrerPolicy: "no-referrer" },
          },
          CustomHeadersConfig: robots("noindex"),
        },
      },
      {
        pathPattern: "/movies/*/*",
        config: {
          Name: "site-headers-line-8",
          Comment: "Made from _headers for /movies/*/*",
          CustomHeadersConfig: robots("noindex, nosnippet"),
        },
      },
      {
        pathPattern: "/static/*",
        config: {
          Name: "site-headers-line-10",
          Comment: "Made from _headers for /static/*",
          CorsConfig: {
            AccessControlAllowOrigins: { Quantity: 1, Items: ["*"] },
            AccessControlAllowHeaders: { Quantity: 1, Items: ["*"] },
            AccessControlAllowMethods: { Quantity: 2, Items: ["GET", "HEAD"] },
            AccessControlAllowCredentials: false,
            OriginOverride: true,
          },
          RemoveHeadersConfig: { Quantity: 1, Items: [{ Header: "X-Robots-Tag" }] },
        },
      },
      {
        pathPattern: "*",
        config: {
          Name: "site-headers-line-5",
          Comment: "Made from _headers for *",
          CustomHeadersConfig: robots("noindex"),
        },
      },
    ]);
  });

  it("begin with the path of the site, and escape what a URL cannot hold", () => {
    const found = policies("/*\n X-A: 1\n/caf\u00e9/*\n X-B: 2", "https://example.com/app/");
    assert.deepEqual(
      found.map(({ pathPattern }) => pathPattern),
      ["/app/caf%C3%A9/*", "/app/*"],
    );
  });

  const security: [header: string, config: object | undefined][] = [
    ["X-Frame-Options: sameorigin", { FrameOptions: { Override: true, FrameOption: "SAMEORIGIN" } }],
    ["X-Content-Type-Options: sniff", undefined],
    ["Referrer-Policy: no-referrer, origin", undefined],
    [
      "Content-Security-Policy: default-src 'self'",
      { ContentSecurityPolicy: { Override: true, ContentSecurityPolicy: "default-src 'self'" } },
    ],
    [
      "Strict-Transport-Security: max-age=31536000; includeSubDomains; preload",
      {
        StrictTransportSecurity: {
          Override: true,
          AccessControlMaxAgeSec: 31_536_000,
          IncludeSubdomains: true,
          Preload: true,
        },
      },
    ],
    ["Strict-Transport-Security: preload", undefined],
    ["X-XSS-Protection: 0", { XSSProtection: { Override: true, Protection: false } }],
    ["X-XSS-Protection: 1", { XSSProtection: { Override: true, Protection: true, ModeBlock: false } }],
    ["X-XSS-Protection: 1; mode=block", { XSSProtection: { Override: true, Protection: true, ModeBlock: true } }],
    [
      "X-XSS-Protection: 1; report=https://r.example/",
      { XSSProtection: { Override: true, Protection: true, ReportUri: "https://r.example/" } },
    ],
  ];
  for (const [header, config] of security) {
    it(`${config ? "hold" : "cannot hold"} ${header}`, () => {
      assert.deepEqual(configOf(header), config && { SecurityHeadersConfig: config });
    });
  }

  it("put the headers for other origins together", () => {
    assert.deepEqual(
      configOf(`Access-Control-Allow-Origin: https://a.example
Access-Control-Allow-Methods: get, post
Access-Control-Allow-Headers: X-One,X-Two
Access-Control-Expose-Headers: X-Three
Access-Control-Allow-Credentials: true
Access-Control-Max-Age: 600`),
      {
        CorsConfig: {
          AccessControlAllowOrigins: { Quantity: 1, Items: ["https://a.example"] },
          AccessControlAllowHeaders: { Quantity: 2, Items: ["X-One", "X-Two"] },
          AccessControlAllowMethods: { Quantity: 2, Items: ["GET", "POST"] },
          AccessControlAllowCredentials: true,
          AccessControlExposeHeaders: { Quantity: 1, Items: ["X-Three"] },
          AccessControlMaxAgeSec: 600,
          OriginOverride: true,
        },
      },
    );
  });

  const wrongCors = [
    "Access-Control-Allow-Methods: GET",
    "Access-Control-Allow-Origin: *\nAccess-Control-Allow-Credentials: true",
    "Access-Control-Allow-Origin: *\nAccess-Control-Allow-Methods: BREW",
    "Access-Control-Allow-Origin: *\nAccess-Control-Max-Age: long",
  ];
  for (const headers of wrongCors) {
    it(`have no part for ${headers.replace("\n", " with ")}`, () => {
      assert.equal(configOf(headers), undefined);
    });
  }
});
