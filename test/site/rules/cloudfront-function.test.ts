import assert from "node:assert/strict";
import { createContext, runInContext } from "node:vm";
import { eventLoopTurns } from "../../../src/scheduling/event-loop-turns.ts";
import { compileRedirects, type RedirectContext } from "../../../src/site/rules/redirects.ts";
import { parseRedirectsFile } from "../../../src/site/rules/redirects-file.ts";

const CONTEXT: RedirectContext = {
  names: new Set(["index.html", "blog/index.html", "blog/kept.html", "caf\u00e9/menu.html"]),
  prefix: "site/",
  siteUrl: new URL("https://example.com/"),
  indexDocument: "index.html",
  hosting: "rest",
  routingRulesOfOthers: 0,
};

interface Answer {
  readonly uri?: string;
  readonly statusCode?: number;
  readonly headers?: { readonly location?: { readonly value: string } };
}

const turns = eventLoopTurns(new AbortController().signal);

async function sourceFor(text: string, context: Partial<RedirectContext> = {}): Promise<string | undefined> {
  return (await compileRedirects(parseRedirectsFile(text).rules, { ...CONTEXT, ...context }, turns)).cloudFrontFunction;
}

/** What the function for the rules makes of a request: "302 /new" or the path that CloudFront goes on with. */
async function ask(
  text: string,
  url: string,
  { context = {}, headers = {} }: { context?: Partial<RedirectContext>; headers?: Record<string, string> } = {},
): Promise<string> {
  const [uri = "", query = ""] = url.split("?");
  const querystring: Record<string, { value: string; multiValue?: { value: string }[] }> = {};
  for (const pair of query.split("&").filter((each) => each !== "")) {
    const [name = "", value = ""] = pair.split("=");
    const values = [...(querystring[name]?.multiValue ?? (querystring[name] ? [querystring[name]] : [])), { value }];
    querystring[name] = values.length === 1 ? { value } : { value, multiValue: values };
  }
  const given = Object.entries({ host: "example.com", ...headers }).map(([name, value]) => [name, { value }]);
  const event = { version: "1.0", request: { method: "GET", uri, querystring, headers: Object.fromEntries(given) } };
  const sandbox = createContext({ event });
  const answer: Answer = runInContext(`"use strict";${await sourceFor(text, context)}\nhandler(event)`, sandbox);
  return answer.statusCode === undefined ? `${answer.uri}` : `${answer.statusCode} ${answer.headers?.location?.value}`;
}

describe("the CloudFront function for a _redirects file", () => {
  const cases: [rules: string, url: string, answer: string][] = [
    ["/old /new", "/old", "301 /new"],
    ["/old /new", "/old/", "301 /new"],
    ["/old /new", "/older", "/older"],
    ["/old https://other.example/x 308", "/old?a=1&b&a=2", "308 https://other.example/x?a=1&a=2&b"],
    ["/old /new?from=old 302", "/old?a=1", "302 /new?from=old"],
    ["/news/* /archive/:splat 302", "/news", "302 /archive/"],
    ["/news/* /archive/:splat 302", "/news/a%20b/c", "302 /archive/a%20b/c"],
    ["/news/* /:splat", "/news//evil.example", "301 /evil.example"],
    ["/news/:year/:slug.html /:slug/:year/:month", "/news/2020/x.html", "301 /x/2020/:month"],
    ["/caf%C3%A9 /x", "/caf%C3%A9", "301 /x"],
    ["/100 /x", "/100%", "/100%"],
    ["/blog/* /archive/:splat", "/blog/kept.html", "/blog/kept.html"],
    ["/blog/* /archive/:splat", "/blog", "/blog"],
    ["/blog/* /archive/:splat", "/blog/", "/blog/"],
    ["/blog/* /archive/:splat", "/blog/gone.html", "301 /archive/gone.html"],
    ["/blog/* /archive/:splat 301!", "/blog/kept.html", "301 /archive/kept.html"],
    ["/caf%C3%A9/* /x", "/caf%C3%A9/menu.html", "/caf%C3%A9/menu.html"],
    ["/store id=:id /item/:id 302", "/store?id=a+b%2Fc", "302 /item/a%20b/c"],
    ["/store id=:id /item/:id 302", "/store", "/store"],
    ["/store id=:id /item/:id 302", "/store?id=1&page=2", "/store?id=1&page=2".split("?")[0] ?? ""],
    ["/store id=5 /five 302", "/store?id=5", "302 /five"],
    ["/store id=5 /five 302", "/store?id=6", "/store"],
    ["/path/* a=:one b=:two /:two/:one/:splat", "/path/x?b=2&a=1", "301 /2/1/x"],
    ["/app/* /shell/ 200", "/app/deep?x=1", "/shell/index.html"],
    ["/app/* /shell/:splat 200", "/app/deep", "/shell/deep"],
    ["/a /one\n/:any /two 302", "/a", "301 /one"],
    ["/a /one\n/:any /two/x 302", "/b", "302 /two/x"],
    ["https://old.example/* https://example.com/:splat 301!", "/x", "/x"],
  ];
  for (const [rules, url, answer] of cases) {
    it(`${rules.replace("\n", " then ")}: ${url} becomes ${answer}`, async () => {
      assert.equal(await ask(rules, url), answer);
    });
  }

  it("looks at the visitor's country and the host", async () => {
    const country = "/old /anz 302 Country=au,nz\n/old /all";
    assert.equal(await ask(country, "/old", { headers: { "cloudfront-viewer-country": "NZ" } }), "302 /anz");
    assert.equal(await ask(country, "/old", { headers: { "cloudfront-viewer-country": "FR" } }), "301 /all");
    assert.equal(await ask(country, "/old"), "301 /all");
    const host = "https://old.example/* https://example.com/:splat 301!";
    assert.equal(await ask(host, "/x", { headers: { host: "Old.example:8080" } }), "301 https://example.com/x");
  });

  it("leaves alone what is not of the site, where that has a path of its own", async () => {
    const context = { siteUrl: new URL("https://example.com/app/") };
    const answers = await Promise.all(
      ["/app/old", "/old", "/app", "/apple/old"].map((url) => ask("/old /new 302\n/ /home 302!", url, { context })),
    );
    assert.deepEqual(answers, ["302 /app/new", "/old", "302 /app/home", "/apple/old"]);
  });

  const bases: [pathname: string, url: string, answer: string][] = [
    ["/c%2B%2B/", "/c%2B%2B/old", "302 /c%2B%2B/new"],
    ["/c%2B%2B/", "/c++/old", "302 /c%2B%2B/new"],
    ["/a%3Fb%23/", "/a%3Fb%23/old", "302 /a%3Fb%23/new"],
    ["/caf%C3%A9/", "/caf%C3%A9/old", "302 /caf%C3%A9/new"],
    ["/100%/", "/100%/old", "302 /100%/new"],
  ];
  for (const [pathname, url, answer] of bases) {
    it(`knows its paths below ${pathname}: ${url} becomes ${answer}`, async () => {
      const context = { siteUrl: new URL(pathname, "https://example.com/") };
      assert.equal(await ask("/old /new 302", url, { context }), answer);
    });
  }

  it("knows its paths below a prefix where the site's URL is not known", async () => {
    const { siteUrl: _, ...withoutUrl } = CONTEXT;
    const text = "/old /new 302";
    const { cloudFrontFunction } = await compileRedirects(
      parseRedirectsFile(text).rules,
      { ...withoutUrl, prefix: "a?b#c++/" },
      turns,
    );
    assert.match(cloudFrontFunction ?? "", /^const base = "\/a\?b#c\+\+";$/m);
    assert.match(cloudFrontFunction ?? "", /"to":\["\/a%3Fb%23c%2B%2B\/new"\]/);
  });

  it("has for a website endpoint what S3 cannot do, and what must come before that", async () => {
    const rules = "/x /y\n/b/c.html /one\n/b/:id /two\n/z /other 302";
    const context: Partial<RedirectContext> = { hosting: "website" };
    assert.equal(await ask(rules, "/b/c.html", { context }), "301 /one");
    assert.equal(await ask(rules, "/b/d", { context }), "301 /two");
    assert.equal(await ask(rules, "/x", { context }), "/x");
    assert.equal(await ask("/a/* /b/ 200", "/a/c", { context }), "/b/");
  });

  it("is plain ASCII of the runtime's words, of 10 KB at most; what has no room is told", async () => {
    const rules = Array.from({ length: 200 }, (_, index) => `/caf\u00e9-${index} /new/${"x".repeat(50)} 302`);
    const { cloudFrontFunction = "", warnings } = await compileRedirects(
      parseRedirectsFile(rules.join("\n")).rules,
      CONTEXT,
      turns,
    );
    assert.match(cloudFrontFunction, /^[\n\x20-\x7e]*$/);
    assert.doesNotMatch(cloudFrontFunction, /\bfor \([^;]* of |\.\.\.(?! of)|\?\.|\?\?/);
    assert.ok(cloudFrontFunction.length <= 10_240 && cloudFrontFunction.length > 9_000);
    const without = warnings.filter(({ reason }) => reason.includes("would be larger than the 10 KB"));
    assert.ok(without.length > 0 && without.length < 200);
  });

  it("leaves out a later rule for the paths of one that has no room", async () => {
    const names = new Set(Array.from({ length: 900 }, (_, index) => `big/page-${index}.html`));
    const rules = "/big/* /x/:splat 302\n/:top/* /y/:splat 302!\n/other /z 302";
    assert.equal(await ask(rules, "/big/page-1.html", { context: { names } }), "/big/page-1.html");
    assert.equal(await ask(rules, "/small/a", { context: { names } }), "/small/a");
    assert.equal(await ask(rules, "/other", { context: { names } }), "302 /z");
  });
});
