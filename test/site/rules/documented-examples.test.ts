import assert from "node:assert/strict";
import { eventLoopTurns } from "../../../src/scheduling/event-loop-turns.ts";
import { parseHeadersFile } from "../../../src/site/rules/headers-file.ts";
import { describeWarnings } from "../../../src/site/rules/line-message.ts";
import { compileRedirects } from "../../../src/site/rules/redirects.ts";
import { parseRedirectsFile } from "../../../src/site/rules/redirects-file.ts";

/** What becomes of a line: an object or a routing rule on S3, the function for CloudFront, or nothing. */
type Outcome = "S3" | "function" | "nothing";

/** "Redirect options" and "Rewrites and proxies" in the Netlify Docs. */
const NETLIFY: Readonly<Record<string, Outcome>> = {
  "/home /": "S3",
  "/blog/my-post.php /blog/my-post": "S3",
  "/news /blog": "S3",
  "/google https://www.google.com": "S3",
  "/my-redirect / 302": "function",
  "/pass-through /page 200": "function",
  "/ecommerce /store-closed 404": "nothing",
  "/news/* /blog/:splat": "S3",
  "/news/:month/:date/:year/:slug /blog/:year/:month/:date/:slug": "function",
  "/articles id=:id tag=:tag /posts/:tag/:id 301": "function",
  "/store id=:id /blog/:id 301": "function",
  "/path/* param1=:value1 /otherpath/:value1/:splat 301": "function",
  "/en/* /en/404.html 404": "nothing",
  "/*/items/* /shop/:splat": "nothing",
  "/* /index.html 200": "nothing",
  "/app/* /app/index.html 200!": "function",
  "/api/* https://api.example.com/:splat 200": "nothing",
  "/api/* https://api.example.com/:splat 200! signed=API_SIGNATURE_TOKEN": "nothing",
  "/ /anz 302! Country=au,nz": "function",
  "/china/* /zh-cn/:splat 302 Language=zh": "nothing",
  "/israel/* /israel/he/:splat 302 Country=il Language=he": "nothing",
  "/* /preview/:splat 302 Cookie=is_staff,my_cookie": "nothing",
  "/admin/* 200! Role=admin": "nothing",
  "/member/* /member/:splat 200 Role=admin,member": "nothing",
  "http://blog.yoursite.com/* https://www.yoursite.com/blog/:splat 301!": "function",
  "https://project.netlify.app/* https://www.example.com/:splat 301!": "function",
};

/** "Redirects" in the Cloudflare Pages docs. */
const CLOUDFLARE: Readonly<Record<string, Outcome>> = {
  "/home301 / 301": "S3",
  "/home302 / 302": "function",
  "/querystrings /?query=string 301": "S3",
  "/twitch https://twitch.tv": "S3",
  "/trailing /trailing/ 301": "nothing",
  "/notrailing/ /nottrailing 301": "S3",
  "/page/ /page2/#fragment 301": "S3",
  "/blog/* https://blog.my.domain/:splat": "S3",
  "/products/:code/:name /products?code=:code&name=:name": "function",
  "/blog/* /blog/404.html 404": "nothing",
  "/blog/:year/:month/:date/:slug /news/:year/:month/:date/:slug": "function",
  "/movies/:title /media/:title": "function",
  "/shop id=:id /blog/:id 301": "function",
  "/blog/* /news/:splat 200": "function",
  "workers.example.com/* workers.example.com/blog/:splat 301": "nothing",
  "/ /us 302 Country=us": "nothing",
  "/* /preview/:splat 302 Cookie=preview": "nothing",
  "/a /b 200": "function",
  "/about/faq/* /about/faqs 200": "function",
};

for (const [host, examples] of Object.entries({ Netlify: NETLIFY, "Cloudflare Pages": CLOUDFLARE })) {
  describe(`a documented redirect of ${host}`, () => {
    for (const [line, outcome] of Object.entries(examples)) {
      it(`${line} is for ${outcome}, and stops no publish`, async () => {
        const { rules, problems, warnings } = parseRedirectsFile(line);
        const context = {
          names: new Set(["index.html"]),
          prefix: "",
          indexDocument: "index.html",
          hosting: "website" as const,
          routingRulesOfOthers: 0,
          siteUrl: new URL("https://www.example.com/"),
        };
        const compiled = await compileRedirects(rules, context, eventLoopTurns(new AbortController().signal));
        const isOnS3 = compiled.objects.length + compiled.routingRules.length > 0;
        const told = [...warnings, ...compiled.warnings];
        const got = isOnS3 ? "S3" : compiled.cloudFrontFunction === undefined ? "nothing" : "function";
        assert.deepEqual([problems, got, told.length], [[], outcome, outcome === "S3" ? 0 : 1]);
      });
    }
  });
}

/** "Custom headers" in the Netlify Docs, "Headers" in the Cloudflare Pages docs: what an object gets, by path, and what is told. */
const HEADERS: readonly {
  readonly text: string;
  readonly objects: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly warnings: readonly string[];
}[] = [
  {
    text: "/*\n  Cache-Control: max-age=0\n  Cache-Control: no-cache\n  Cache-Control: no-store\n  Cache-Control: must-revalidate",
    objects: { "/": { "cache-control": "max-age=0, no-cache, no-store, must-revalidate" } },
    warnings: [],
  },
  {
    text: "/templates/index.html\n  X-Frame-Options: DENY\n/templates/index2.html\n  X-Frame-Options: SAMEORIGIN",
    objects: { "/templates/index.html": {} },
    warnings: ["lines 2, 4: X-Frame-Options is skipped"],
  },
  {
    text: "/secure/page\n  X-Frame-Options: DENY\n  X-Content-Type-Options: nosniff\n  Referrer-Policy: no-referrer\nhttps://myproject.pages.dev/*\n  X-Robots-Tag: noindex",
    objects: { "/secure/page": {} },
    warnings: [
      "lines 2, 3, 4: X-Frame-Options, X-Content-Type-Options, Referrer-Policy are skipped",
      "line 5: the rule for https://myproject.pages.dev/* is skipped",
    ],
  },
  {
    text: "https://:project.pages.dev/*\n  Access-Control-Allow-Origin: https://staging.:project.pages.dev/",
    objects: { "/": {} },
    warnings: ["line 1: the rule for https://:project.pages.dev/* is skipped"],
  },
  {
    text: "/*\n  Content-Language: en\n/*.jpg\n  ! Content-Language",
    objects: { "/a.html": { "content-language": "en" }, "/a.jpg": {} },
    warnings: [],
  },
  {
    text: '/movies/:title\n  x-movie-name: You are watching ":title"',
    objects: { "/movies/alien": {} },
    warnings: ["line 2: x-movie-name is skipped"],
  },
];

describe("documented headers of Netlify and Cloudflare Pages", () => {
  for (const { text, objects, warnings } of HEADERS) {
    it(`${text.split("\n")[0]}: ${text.split("\n")[1]?.trim()}, and stop no publish`, () => {
      const file = parseHeadersFile(text, new URL("https://www.example.com/"));
      const got = Object.keys(objects).map((path) => [path, file.headersFor([path]).set]);
      const told = describeWarnings("", file.warnings).map((warning) =>
        warning.replace(/^, /, "").replace(/: [^:]*$/, ""),
      );
      assert.deepEqual(
        [file.problems, Object.fromEntries(got), told.map((each) => each.split(" skipped")[0])],
        [[], objects, warnings.map((each) => each.split(" skipped")[0])],
      );
    });
  }
});
