import { publishBench } from "./publish-bench.ts";
import { DeleteBucketCommand, GetBucketPolicyCommand, GetBucketWebsiteCommand } from "@aws-sdk/client-s3";
describe("try", () => {
  const bench = publishBench();
  const files = {
      "index.html": "<h1>home</h1>", "about.html": "about", "docs/index.html": "docs", "404.html": "sorry",
      "app.3f2a1b9c0d4e5f6a7b8c.js": "app()", "style.css": "p { color: red }\n".repeat(200), "logo.svg": "<svg/>",
      _headers: "/*.svg\n  Cache-Control: max-age=5\n  X-Frame-Options: DENY\n",
      _redirects: "/old.html /about.html 301\n/blog/* /docs/:splat 301\n/shop/* https://shop.example.com/:splat 302\n",
    };
  it("x", async () => {
    await bench.target.client().send(new DeleteBucketCommand({ Bucket: bench.bucket }));
    bench.source.write(files);
    const dry = await bench.publish({ configureWebsite: "true", publicRead: "true", compress: "gzip", dryRun: "true" });
    console.log(dry.log.join("\n"), bench.operations());
    const r = await bench.publish({ configureWebsite: "true", publicRead: "true", compress: "gzip" });
    console.log(r.log.slice(6).join("\n"));
    console.log(bench.operations());
    console.log(await bench.pages("/", "/docs", "/docs/", "/nope", "/old.html", "/blog/a", "/blog", "/blog/", "/shop/b", "/about"));
    console.log(await bench.visit("/style.css"));
    console.log((await bench.visit("/.s3-site.json")).body);
    console.log((await bench.target.client().send(new GetBucketPolicyCommand({ Bucket: bench.bucket }))).Policy);
    console.log(JSON.stringify(await bench.target.client().send(new GetBucketWebsiteCommand({ Bucket: bench.bucket }))));
    const again = await bench.publish({ configureWebsite: "true", publicRead: "true", compress: "gzip", verify: "false" });
    console.log(again.log.slice(6).join("\n"));
    console.log(bench.operations());
  }).timeout(120000);
  it("private", async () => {
    bench.source.write(files);
    const r = await bench.publish({ configureWebsite: "true" }, bench.withoutWaiting());
    console.log(r.log.slice(6).join("\n"));
    const r2 = await bench.publish({ configureWebsite: "true", publicRead: "true", siteUrl: bench.siteUrl + "wrong/" }, bench.withoutWaiting());
    console.log(r2.log.slice(6).join("\n"));
    console.log((await bench.publish({ configureWebsite: "true", publicRead: "true", siteUrl: "http://127.0.0.1:1/" }, bench.withoutWaiting())).log.slice(6).join("\n"));
    console.log((await bench.publish({ configureWebsite: "true", publicRead: "true", targetFolder: "sub", singlePageApp: "true", siteUrl: bench.siteUrl + "sub/" }, bench.withoutWaiting())).log.slice(6).join("\n"));
  });
});
