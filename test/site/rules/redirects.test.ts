import assert from "node:assert/strict";
import { eventLoopTurns } from "../../../src/scheduling/event-loop-turns.ts";
import { describeWarnings } from "../../../src/site/rules/line-message.ts";
import { compileRedirects, type RedirectContext } from "../../../src/site/rules/redirects.ts";
import { parseRedirectsFile } from "../../../src/site/rules/redirects-file.ts";

const CONTEXT: RedirectContext = {
  names: new Set(["index.html", "about.html", "blog/index.html"]),
  prefix: "",
  indexDocument: "index.html",
  hosting: "website",
  routingRulesOfOthers: 0,
};

async function compile(text: string, context: Partial<RedirectContext> = {}) {
  const { rules, problems } = parseRedirectsFile(text);
  assert.deepEqual(problems, []);
  const turns = eventLoopTurns(new AbortController().signal);
  const { cloudFrontFunction, warnings, ...hosted } = await compileRedirects(rules, { ...CONTEXT, ...context }, turns);
  return {
    ...hosted,
    warnings: warnings.flatMap((warning) => describeWarnings("", [warning]).map((text) => text.replace(", line ", ""))),
    hasFunction: cloudFrontFunction !== undefined,
  };
}

const objectsOf = async (text: string, context: Partial<RedirectContext> = {}) =>
  (await compile(text, context)).objects.map(({ name, location }) => `${name} -> ${location}`);
const rulesOf = async (text: string, context: Partial<RedirectContext> = {}) =>
  (await compile(text, context)).routingRules;
const warningsOf = async (text: string, context: Partial<RedirectContext> = {}) =>
  (await compile(text, context)).warnings;

const IN_FUNCTION = "Behind CloudFront, use the function in the plan file.";

describe("redirects from one path", () => {
  it("become objects, for the path with and without a slash at its end", async () => {
    assert.deepEqual(await compile("/old /new\n/gone/ https://example.com/x?y#z 308"), {
      objects: [
        { name: "old", location: "/new", line: 1 },
        { name: "old/index.html", location: "/new", line: 1 },
        { name: "gone", location: "https://example.com/x?y#z", line: 2 },
        { name: "gone/index.html", location: "https://example.com/x?y#z", line: 2 },
      ],
      routingRules: [],
      warnings: [],
      hasFunction: false,
    });
  });

  const cases: [rule: string, objects: string[], context?: Partial<RedirectContext>][] = [
    ["/feed.xml /rss", ["feed.xml -> /rss"]],
    ["/ /about 301!", ["index.html -> /about"]],
    ["/about.html /team 301!", ["about.html -> /team"]],
    ["/caf%C3%A9.html /x", ["caf\u00e9.html -> /x"]],
    ["/a/%2A /x", ["a/* -> /x", "a/*/index.html -> /x"]],
    ["/%3Aa.b /x", [":a.b -> /x"]],
    ["/a.b /c", ["a.b -> /docs/v1/c"], { prefix: "docs/v1/" }],
    ["/a.b /c", ["a.b -> /c"], { prefix: "docs/v1/", siteUrl: new URL("https://example.com/") }],
    ["https://example.com/a.b /c", ["a.b -> /c"], { siteUrl: new URL("https://example.com/") }],
  ];
  for (const [rule, objects, context] of cases) {
    it(`${rule} becomes ${objects.join(", ")}`, async () => {
      assert.deepEqual(await objectsOf(rule, context), objects);
    });
  }

  it("are not made where the site has a file, unless they are forced", async () => {
    const advice = "the site has a file there. To redirect anyway, write a ! after the status, for example 301!";
    const text = "/blog /x\n/about.html /x\n/index.html /x 301!";
    assert.deepEqual(await objectsOf(text), ["index.html -> /x"]);
    assert.deepEqual(await warningsOf(text), [
      `1: the rule for /blog has no effect: ${advice}`,
      `2: the rule for /about.html has no effect: ${advice}`,
    ]);
  });

  it("are refused with another status, which S3 would send for more paths than this one", async () => {
    assert.deepEqual(await compile("/app /login 302"), {
      objects: [],
      routingRules: [],
      warnings: [
        `1: the rule for /app is skipped: S3 redirects one path only with a 301, and not with a 302. ${IN_FUNCTION}`,
      ],
      hasFunction: true,
    });
  });
});

describe("redirects from a folder", () => {
  it("become routing rules for what is missing, whatever the status of a missing object", async () => {
    const redirect = { replaceKeyPrefixWith: "news/", httpRedirectCode: "302" };
    assert.deepEqual(await compile("/blog/* /news/:splat 302"), {
      objects: [],
      routingRules: [
        { condition: { keyPrefix: "blog/", httpErrorCode: "404" }, redirect },
        { condition: { keyPrefix: "blog/", httpErrorCode: "403" }, redirect },
      ],
      warnings: [],
      hasFunction: false,
    });
  });

  const forced: [rule: string, routingRule: object, context?: Partial<RedirectContext>][] = [
    [
      "/a/* /b/c 303!",
      { condition: { keyPrefix: "a/" }, redirect: { replaceKeyWith: "b/c", httpRedirectCode: "303" } },
    ],
    [
      "/a/* / 302!",
      { condition: { keyPrefix: "a/" }, redirect: { replaceKeyWith: "index.html", httpRedirectCode: "302" } },
    ],
    [
      "/a/* /:splat 307!",
      { condition: { keyPrefix: "a/" }, redirect: { replaceKeyPrefixWith: "", httpRedirectCode: "307" } },
    ],
    [
      "/* https://new.example.com:8443/:splat 301!",
      {
        condition: {},
        redirect: { protocol: "https", hostName: "new.example.com:8443", httpRedirectCode: "301" },
      },
    ],
    [
      "/a/* http://new.example.com/x?from=a/:splat 308!",
      {
        condition: { keyPrefix: "site/a/" },
        redirect: {
          protocol: "http",
          hostName: "new.example.com",
          replaceKeyPrefixWith: "x?from=a/",
          httpRedirectCode: "308",
        },
      },
      { prefix: "site/" },
    ],
    [
      "/a/* /b/:splat 302!",
      {
        condition: { keyPrefix: "site/a/" },
        redirect: {
          protocol: "https",
          hostName: "example.com",
          replaceKeyPrefixWith: "app/b/",
          httpRedirectCode: "302",
        },
      },
      { prefix: "site/", siteUrl: new URL("https://example.com/app/") },
    ],
    [
      "/a/* /b/:splat 302!",
      {
        condition: { keyPrefix: "site/a/" },
        redirect: { replaceKeyPrefixWith: "site/b/", httpRedirectCode: "302" },
      },
      { prefix: "site/" },
    ],
  ];
  for (const [rule, routingRule, context] of forced) {
    it(`become a routing rule before the objects where they are forced: ${rule}`, async () => {
      assert.deepEqual(await rulesOf(rule, context), [routingRule]);
    });
  }

  it("have an object for the folder itself, where they are permanent", async () => {
    assert.deepEqual(await objectsOf("/old/* /news/:splat"), ["old -> /news/"]);
    assert.deepEqual(await objectsOf("/blog/* /news/:splat"), []);
    assert.deepEqual(await objectsOf("/blog/* /news/:splat 301!"), ["blog -> /news/"]);
    assert.deepEqual(await objectsOf("/old/* /news/:splat 302"), []);
  });

  const refused: [rule: string, why: string][] = [
    ["/a/* /b/:splat.html", "S3 supports :splat only at the end of the target"],
    ["/a/* /b%20c/:splat", "S3 does not support escaped characters in the target of a rule"],
    ["/a/* https://:splat.example.com/", "S3 does not support placeholders in a host"],
    ["/a/* https://example.com", "S3 cannot redirect a whole folder to the root of another host"],
    ["/a/:id /b/:id", "S3 does not support placeholders, and a * only after a / at the end"],
    ["/a*z /b", "S3 does not support placeholders, and a * only after a / at the end"],
    ["/store id=:id /b/:id", "S3 does not look at query parameters"],
    ["/a /b 200", "S3 does not rewrite paths"],
    ["https://other.example.com/a /b", "S3 does not look at the host"],
  ];
  for (const [rule, why] of refused) {
    it(`are refused where S3 cannot do it, and left to a function: ${rule}`, async () => {
      const { objects, routingRules, warnings, hasFunction } = await compile(rule);
      assert.deepEqual([objects, routingRules, hasFunction], [[], [], true]);
      assert.equal(warnings.length, 1);
      assert.match(warnings[0] ?? "", new RegExp(`^1: the rule for .* is skipped: .*\\. ${IN_FUNCTION}$`));
      assert.ok(warnings[0]?.includes(`: ${why}. `), warnings[0]);
    });
  }
});

describe("rules that neither S3 nor a function can follow", () => {
  const cases: [rule: string, warning: string][] = [
    ["/* /index.html 200", "S3 does not rewrite paths. Set singlePageApp instead."],
    ["/* / 200", "S3 does not rewrite paths. Set singlePageApp instead."],
    [
      "/api/* https://api.example.com/:splat 200",
      "S3 is not a proxy. Behind CloudFront, add an origin and a cache behavior for it.",
    ],
    ["/en/* /en/404.html 404", "S3 has one error document for all paths. A CloudFront function cannot do it either."],
    [
      "/ /anz 302! Language=en",
      "S3 does not know a visitor's country, language, role or cookies. A CloudFront function cannot do it either.",
    ],
  ];
  for (const [rule, warning] of cases) {
    it(rule, async () => {
      const { warnings, hasFunction } = await compile(rule);
      assert.deepEqual(warnings, [`1: the rule for ${rule.split(" ")[0]} is skipped: ${warning}`]);
      assert.equal(hasFunction, false);
    });
  }

  it("those for countries are for a function that is told the country", async () => {
    assert.deepEqual(await warningsOf("/old /us 302 Country=us"), [
      "1: the rule for /old is skipped: S3 does not know a visitor's country, language, role or cookies. Behind CloudFront, use the function in the plan file, with CloudFront-Viewer-Country in an origin request policy.",
    ]);
  });
});

describe("the order of redirects", () => {
  it("lets the first that holds win", async () => {
    const text = "/a /one\n/a/ /two\n/b/* /three/:splat\n/b/c /four\n/b/:id /five\n/b/* /six 302!";
    const { objects, routingRules, warnings } = await compile(text);
    assert.deepEqual(
      objects.map(({ name, location }) => `${name} -> ${location}`),
      ["a -> /one", "a/index.html -> /one", "b -> /three/"],
    );
    assert.equal(routingRules.length, 2);
    assert.deepEqual(warnings, [
      "2: the rule for /a has no effect: line 1 comes first.",
      "4: the rule for /b/c has no effect: line 3 comes first.",
      "5: the rule for /b/:id has no effect: line 3 comes first.",
      `6: the rule for /b/* is skipped: S3 would follow it before line 3. ${IN_FUNCTION}`,
    ]);
  });

  it("lets an exception come before the rule for its folder", async () => {
    const { objects, routingRules, warnings } = await compile("/b/c.html /x\n/b/* /y/:splat 302\n/* /z/404-page 302");
    assert.deepEqual(objects, [{ name: "b/c.html", location: "/x", line: 1 }]);
    assert.deepEqual(
      routingRules.map(({ condition }) => condition),
      [
        { keyPrefix: "b/", httpErrorCode: "404" },
        { keyPrefix: "b/", httpErrorCode: "403" },
      ],
    );
    assert.deepEqual(warnings, [
      "3: the rule for /* has no effect: it leads to a path that it matches itself, without end.",
    ]);
  });

  it("does not let a forced rule for a folder take what an earlier line means", async () => {
    assert.deepEqual(await warningsOf("/b/c.html /x\n/b/* /y/:splat 302!"), [
      `2: the rule for /b/* is skipped: S3 would follow it before line 1. ${IN_FUNCTION}`,
    ]);
  });

  for (const rule of ["/a /a/", "/a/* /a/b/:splat", "/:x /same", "/a https://example.com/a"]) {
    it(`does not send visitors round: ${rule}`, async () => {
      const { objects, routingRules, warnings, hasFunction } = await compile(rule, {
        siteUrl: new URL("https://example.com/"),
      });
      assert.deepEqual([objects, routingRules, hasFunction], [[], [], false]);
      assert.match(warnings.join(), /^1: the rule for \S+ has no effect: it leads to a path that it matches itself/);
    });
  }
});

describe("more rules than S3 takes", () => {
  const lines = (count: number, status = "302") =>
    Array.from({ length: count }, (_, index) => `/f${index}/* /g/${index}/:splat ${status}`);

  it("become one each where a folder has no objects, the site's or a redirect's", async () => {
    const names = new Set(["index.html", "f1/a.html"]);
    const found = await compile(["/f0/x.html /y", ...lines(40)].join("\n"), { names });
    assert.deepEqual(found.warnings, []);
    assert.equal(found.routingRules.length, 42);
    assert.deepEqual(
      found.routingRules.slice(0, 5).map(({ condition }) => condition),
      [
        { keyPrefix: "f0/", httpErrorCode: "404" },
        { keyPrefix: "f0/", httpErrorCode: "403" },
        { keyPrefix: "f1/", httpErrorCode: "404" },
        { keyPrefix: "f1/", httpErrorCode: "403" },
        { keyPrefix: "f2/" },
      ],
    );
  });

  it("lose the last ones to the function, and no objects", async () => {
    const found = await compile([...lines(52, "302!"), "/a.b /c"].join("\n"));
    assert.equal(found.routingRules.length, 50);
    assert.deepEqual(
      found.warnings,
      [51, 52].map(
        (line) =>
          `${line}: the rule for /f${line - 1}/* is skipped: S3 allows 50 routing rules, and earlier rules use all of them. ${IN_FUNCTION}`,
      ),
    );
    assert.deepEqual(found.objects, [{ name: "a.b", location: "/c", line: 53 }]);
  });
});

it("before a REST endpoint all redirects are the function's", async () => {
  assert.deepEqual(await compile("/a /b\n/* /index.html 200", { hosting: "rest" }), {
    objects: [],
    routingRules: [],
    warnings: [
      `1: the rule for /a is skipped: without a website endpoint, S3 does not redirect. ${IN_FUNCTION}`,
      "2: the rule for /* is skipped: without a website endpoint, S3 does not redirect. Set singlePageApp instead.",
    ],
    hasFunction: true,
  });
});
