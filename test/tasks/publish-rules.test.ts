import assert from "node:assert/strict";
import { amount } from "../amounts.ts";
import { publishBench } from "./publish-bench.ts";
import { outcomeOf } from "./upload-bench.ts";

describe("AwsS3PublishSite, lines of _headers and _redirects that others support and S3 does not,", () => {
  const bench = publishBench("embedded");

  it("are a warning with the line, those of a kind in one, and the publish goes on", async () => {
    bench.source.write({
      "index.html": "home",
      _headers: [
        "https://:project.pages.dev/*",
        "  X-Robots-Tag: noindex",
        "https://other.example.com/*",
        "  Cache-Control: no-store",
        "/*",
        "  X-Frame-Options: DENY",
        "/docs/*",
        "  X-Content-Type-Options: nosniff",
        "/*.html",
        "  Cache-Control: max-age=5",
      ].join("\n"),
      _redirects: [
        "/gone /x 410",
        "/barred /x 451",
        "/search?q=1 /x",
        "/*/items/* /x",
        "/admin/* /admin/:splat 200 Role=admin",
        "/admin2/* 200! Role=admin",
        "/api/* https://api.example.com/:splat 200! Sign=TOKEN",
        "/en /de 302 Language=de",
        "/fr /de 302 Language=fr",
        "/old.html /new",
      ].join("\n"),
    });
    const { result, errors, warnings } = outcomeOf(await bench.publish({ verify: "false" }));
    assert.deepEqual([result, errors], ["Succeeded", undefined]);
    const inPolicy =
      "S3 does not keep this header with an object. Behind CloudFront, use the response headers policy in the plan file.";
    const statuses = "is not supported. Use one of 200, 301, 302, 303, 307, 308, 404.";
    const ofVisitor =
      "S3 does not know a visitor's country, language, role or cookies. A CloudFront function cannot do it either.";
    assert.deepEqual(
      warnings?.map((warning) => warning.replace(" [site-rule-skipped]", "")),
      [
        "_headers, line 1: the rule for https://:project.pages.dev/* is skipped: hosts with placeholders are not supported.",
        "_headers, line 3: the rule for https://other.example.com/* is skipped: an object has the same headers for all hosts.",
        `_headers, lines 6, 8: X-Frame-Options, X-Content-Type-Options are skipped: ${inPolicy}`,
        `_redirects, line 1: the rule for /gone is skipped: the status 410 ${statuses}`,
        `_redirects, line 2: the rule for /barred is skipped: the status 451 ${statuses}`,
        "_redirects, line 3: the rule for /search?q=1 is skipped: a query in the path is not supported.",
        "_redirects, line 4: the rule for /*/items/* is skipped: more than one * is not supported. Use placeholders, for example :name.",
        `_redirects, lines 5, 8, 9: the rules for /admin/*, /en, /fr are skipped: ${ofVisitor}`,
        "_redirects, line 6: the rule for /admin2/* is skipped: a rule without a target is not supported.",
        "_redirects, line 7: the rule for /api/* is skipped: the condition Sign is not supported.",
      ],
    );
    assert.deepEqual(await bench.keys(), ["index.html", "old.html"]);
    assert.equal((await bench.head("index.html")).CacheControl, "max-age=5");
  });

  it("are told in one line where there are thousands", async () => {
    const lines = Array.from(
      { length: amount(45_000, 4_500) },
      (_, index) => `/base/some-${index} /base/another-${index} 302`,
    );
    bench.source.write({ "index.html": "home", _redirects: lines.join("\n") });
    const { warnings = [], result } = outcomeOf(await bench.publish({ dryRun: "true" }));
    assert.deepEqual([result, warnings.length], ["Succeeded", 2]);
    assert.match(
      warnings[0] ?? "",
      /^_redirects, lines 1, 2, .* and [\d,]+ more: the rules for \/base\/some-0, \/base\/some-1, \/base\/some-2 and [\d,]+ more are skipped: S3 redirects one path only with a 301/,
    );
  });
});
