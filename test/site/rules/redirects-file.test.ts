import assert from "node:assert/strict";
import { describeWarnings } from "../../../src/site/rules/line-message.ts";
import { parseRedirectsFile } from "../../../src/site/rules/redirects-file.ts";

/** The rules with only what differs from a plain line, and without the machinery of the pattern. */
function read(text: string) {
  const { rules, problems, warnings } = parseRedirectsFile(text);
  const told = rules.map(({ line, from, query, to, status, force, conditions }) => ({
    line,
    from: from.path,
    to,
    status,
    ...(from.host === undefined ? {} : { host: from.host }),
    ...(force ? { force } : {}),
    ...(Object.keys(query).length > 0 ? { query } : {}),
    ...(Object.keys(conditions).length > 0 ? { conditions } : {}),
  }));
  return { rules: told, problems, warnings: describeWarnings("", warnings) };
}

describe("a _redirects file", () => {
  const lines: [line: string, rule: object][] = [
    ["/home / 301", { from: "/home", to: "/", status: 301 }],
    ["/home  /", { from: "/home", to: "/", status: 301 }],
    ["\t/my-redirect /a/  302  # why", { from: "/my-redirect", to: "/a/", status: 302 }],
    ["/a#top /b#top", { from: "/a", to: "/b#top", status: 301 }],
    ["/pass-through /index.html 200", { from: "/pass-through", to: "/index.html", status: 200 }],
    ["/ecommerce /store-closed 404", { from: "/ecommerce", to: "/store-closed", status: 404 }],
    ["/news/* /blog/:splat 308", { from: "/news/*", to: "/blog/:splat", status: 308 }],
    [
      "/news/:month/:date/:year/:slug /blog/:year/:month/:date/:slug 303",
      { from: "/news/:month/:date/:year/:slug", to: "/blog/:year/:month/:date/:slug", status: 303 },
    ],
    ["/app/* /app/index.html 200!", { from: "/app/*", to: "/app/index.html", status: 200, force: true }],
    ["/store id=:id /blog/:id 307", { from: "/store", query: { id: ":id" }, to: "/blog/:id", status: 307 }],
    ["/ page=news /news", { from: "/", query: { page: "news" }, to: "/news", status: 301 }],
    [
      "/ /anz 302 Country=au,nz Language=en",
      { from: "/", to: "/anz", status: 302, conditions: { country: ["au", "nz"], language: ["en"] } },
    ],
    ["/old /new Role=admin", { from: "/old", to: "/new", status: 301, conditions: { role: ["admin"] } }],
    [
      "http://blog.Example.com/* https://www.example.com/blog/:splat 301!",
      {
        from: "/*",
        host: "blog.example.com",
        to: "https://www.example.com/blog/:splat",
        status: 301,
        force: true,
      },
    ],
    ["/caf%C3%A9 /\u00fcber-uns", { from: "/caf\u00e9", to: "/%C3%BCber-uns", status: 301 }],
  ];
  for (const [line, rule] of lines) {
    it(`reads ${line.trim()}`, () => {
      assert.deepEqual(read(line), { rules: [{ line: 1, ...rule }], problems: [], warnings: [] });
    });
  }

  it("tells all malformed lines, and leaves out no others", () => {
    const { rules, problems } = read(`# comment

/a
/b /c 999
no-slash /c
/d /e 301 Planet mars
/f page /g
/h to
/ok /k`);
    assert.deepEqual(problems, [
      {
        line: 3,
        code: "site-file-invalid",
        message:
          'the rule for "/a" has no target. Write a path that starts with /, or a URL that starts with http:// or https://.',
      },
      {
        line: 4,
        code: "site-file-invalid",
        message: '"999" is not a status. Use one of 200, 301, 302, 303, 307, 308, 404.',
      },
      { line: 5, code: "site-file-invalid", message: '"no-slash" is not a path. Write one that starts with /.' },
      { line: 6, code: "site-file-invalid", message: '"Planet" is not of the form name=value.' },
      { line: 7, code: "site-file-invalid", message: '"page" is not of the form name=value.' },
      {
        line: 8,
        code: "site-file-invalid",
        message:
          'the rule for "/h" has no target. Write a path that starts with /, or a URL that starts with http:// or https://.',
      },
    ]);
    assert.deepEqual(rules, [{ line: 9, from: "/ok", to: "/k", status: 301 }]);
  });

  const unsupported: readonly (readonly [line: string, warning: string])[] = [
    [
      "/a /b 410",
      "the rule for /a is skipped: the status 410 is not supported. Use one of 200, 301, 302, 303, 307, 308, 404.",
    ],
    [
      "/a /b 451!",
      "the rule for /a is skipped: the status 451 is not supported. Use one of 200, 301, 302, 303, 307, 308, 404.",
    ],
    [
      "/a /b 500",
      "the rule for /a is skipped: the status 500 is not supported. Use one of 200, 301, 302, 303, 307, 308, 404.",
    ],
    ["/a?b=c /d", "the rule for /a?b=c is skipped: a query in the path is not supported."],
    [
      "/*/a/* /b",
      "the rule for /*/a/* is skipped: more than one * is not supported. Use placeholders, for example :name.",
    ],
    [
      "/api/* https://api.example.com/:splat 200! Sign=SECRET",
      "the rule for /api/* is skipped: the condition Sign is not supported.",
    ],
    [
      "/api/* https://api.example.com/:splat 200! signed=SECRET",
      "the rule for /api/* is skipped: the condition signed is not supported.",
    ],
    ["/a /b 301 Planet=mars", "the rule for /a is skipped: the condition Planet is not supported."],
    ["/admin/* 200! Role=admin", "the rule for /admin/* is skipped: a rule without a target is not supported."],
    [
      "https://:project.pages.dev/* /a",
      "the rule for https://:project.pages.dev/* is skipped: hosts with placeholders are not supported.",
    ],
    [
      "https://*.example.com/* /a",
      "the rule for https://*.example.com/* is skipped: hosts with placeholders are not supported.",
    ],
    [
      "workers.example.com/* workers.example.com/blog/:splat 301",
      "the rule for workers.example.com/* is skipped: rules for hosts start with http:// or https://.",
    ],
  ];
  for (const [line, warning] of unsupported) {
    it(`goes on without ${line}`, () => {
      assert.deepEqual(read(`${line}\n/ok /k`), {
        rules: [{ line: 2, from: "/ok", to: "/k", status: 301 }],
        problems: [],
        warnings: [`, line 1: ${warning}`],
      });
    });
  }
});
