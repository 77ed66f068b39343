import assert from "node:assert/strict";
import { parseHeadersFile } from "../../../src/site/rules/headers-file.ts";
import { describeWarnings } from "../../../src/site/rules/line-message.ts";

const SITE = new URL("https://www.example.com/");

describe("a _headers file", () => {
  it("gives an object the headers of all rules for any of its paths, which S3 keeps", () => {
    const { headersFor, problems, warnings } = parseHeadersFile(`# a comment
/*
  Cache-Control: public
  Cache-Control: max-age=60

/docs/
  Content-Language: en
/docs/index.html
Content-Disposition: inline
/news/:year/*
\tExpires: 2030-01-02
  content-type: text/plain
/news/2020/*
  Content-Type: text/html; charset=utf-8
  Cache-Control: stale-if-error=5
`);
    assert.deepEqual({ problems, warnings }, { problems: [], warnings: [] });
    assert.deepEqual(headersFor(["/docs/index.html", "/docs/", "/docs"]), {
      set: { "cache-control": "public, max-age=60", "content-language": "en", "content-disposition": "inline" },
      detached: [],
    });
    assert.deepEqual(headersFor(["/news/2020/a"]), {
      set: {
        "cache-control": "public, max-age=60, stale-if-error=5",
        expires: "Wed, 02 Jan 2030 00:00:00 GMT",
        "content-type": "text/html; charset=utf-8",
      },
      detached: [],
    });
    assert.deepEqual(headersFor(["/a.html"]).set, { "cache-control": "public, max-age=60" });
  });

  it("has no wildcard in an escape, and no CloudFront policy for a path with an asterisk", () => {
    const text = "/assets/%2A\n  Cache-Control: no-store\n  X-Robots-Tag: none\n/a/%3Aid%3F\n  X-Robots-Tag: none\n";
    const { headersFor, warnings, responseHeadersPolicies } = parseHeadersFile(text);
    assert.deepEqual(headersFor(["/assets/app.js"]).set, {});
    assert.deepEqual(headersFor(["/assets/*"]).set, { "cache-control": "no-store" });
    assert.deepEqual(
      responseHeadersPolicies.map(({ pathPattern }) => pathPattern),
      ["/a/:id%3F"],
    );
    assert.deepEqual(
      warnings.map(({ line, reason }) => [line, reason.includes("use the response headers policy")]),
      [
        [3, false],
        [5, true],
      ],
    );
  });

  it("takes off what a rule detaches, before it sets what the rule names", () => {
    const { headersFor } = parseHeadersFile(`/*
  Cache-Control: max-age=60
  Content-Language: en
/static/*
  Cache-Control: immutable
  ! Cache-Control
/raw/*
  ! cache-control
  ! X-Robots-Tag
/raw/*
  ! content-language
  Content-Language: de`);
    assert.deepEqual(headersFor(["/static/a.js"]), {
      set: { "cache-control": "immutable", "content-language": "en" },
      detached: [],
    });
    assert.deepEqual(headersFor(["/raw/a"]), { set: { "content-language": "de" }, detached: ["cache-control"] });
  });

  it("holds for one host where the pattern is a URL", () => {
    const text = `https://myproject.pages.dev/*
  Content-Language: de
https://WWW.example.com/*
  Content-Language: en`;
    const { headersFor, warnings } = parseHeadersFile(text, SITE);
    assert.deepEqual(headersFor(["/"]).set, { "content-language": "en" });
    assert.deepEqual(describeWarnings("", warnings), [
      ", line 1: the rule for https://myproject.pages.dev/* is skipped: an object has the same headers for all hosts.",
    ]);
  });

  it("tells all malformed lines, and leaves out no others", () => {
    const { headersFor, problems } = parseHeadersFile(`  X-Early: 1
/a%
  Cache-Control: no-store
/ok
  no colon
  Content-Language:
  Expires: soon
  Content-Disposition: attachment; filename="\u00e9"
  Cache-Control: no-cache`);
    assert.deepEqual(problems, [
      {
        line: 1,
        code: "site-file-invalid",
        message: '"X-Early" has no path above it. Write the path of its pages first.',
      },
      {
        line: 2,
        code: "site-file-invalid",
        message: '"/a%" has a % that is not part of an escape. Write %25 for a % character.',
      },
      {
        line: 5,
        code: "site-file-invalid",
        message: '"no colon" is neither a path nor a header. Write /path, Name: value or ! Name.',
      },
      {
        line: 6,
        code: "site-file-invalid",
        message: "Content-Language has no value. To detach a header, write ! Content-Language.",
      },
      {
        line: 7,
        code: "site-file-invalid",
        message:
          '"soon" is not a date for Expires. Write one, for example Wed, 21 Oct 2026 07:28:00 GMT, 2026-10-21 or 2026-10-21T07:28:00Z.',
      },
      {
        line: 8,
        code: "site-file-invalid",
        message:
          'the value of Content-Disposition has a character that is not allowed in a header: "\u00e9". Use plain ASCII.',
      },
    ]);
    assert.deepEqual(headersFor(["/ok"]).set, { "cache-control": "no-cache" });
  });

  it("warns of each line that S3 cannot honour, and shows no value", () => {
    const { headersFor, warnings } = parseHeadersFile(`/*
  Content-Encoding: br
  X-Frame-Options: ALLOW-FROM https://example.com
  X-Frame-Options-Report: yes
  Basic-Auth: someuser:somepassword`);
    assert.deepEqual(headersFor(["/"]), { set: {}, detached: [] });
    assert.deepEqual(describeWarnings("", warnings), [
      ", line 2: Content-Encoding is skipped: the input compress sets it.",
      ", lines 3, 5: X-Frame-Options, Basic-Auth are skipped: S3 does not keep this header with an object. CloudFront's response headers policies cannot hold it either.",
      ", line 4: X-Frame-Options-Report is skipped: S3 does not keep this header with an object. Behind CloudFront, use the response headers policy in the plan file.",
    ]);
  });

  for (const pattern of ["https://:project.pages.dev/*", "https://*.example.com/*", "/a?b", "/*/a/*"]) {
    it(`goes on without the rule for ${pattern}, and its headers belong to no other`, () => {
      const { headersFor, problems, warnings } = parseHeadersFile(
        `/*\n  Content-Language: en\n${pattern}\n  Cache-Control: no-store`,
      );
      assert.deepEqual(
        [problems, warnings.map(({ line, subject }) => `${line}: ${subject.name}`)],
        [[], [`3: ${pattern}`]],
      );
      assert.deepEqual(headersFor(["/a"]).set, { "content-language": "en" });
    });
  }
});
