import assert from "node:assert/strict";
import type { RoutingRule } from "@aws-sdk/client-s3";
import { noWebsites } from "../target.ts";
import { conformance } from "./conformance.ts";
import { index, openSite, pageAt, redirectAt, withErrorPage } from "./site.ts";

conformance(
  "redirects of websites",
  (behaves) => {
    behaves("sends those who leave out the slash of a folder there", async (subject) => {
      const site = await openSite(subject, { "docs/index.html": "docs", "a b/index.html": "spaced" });
      assert.deepEqual(await redirectAt(site, "/docs"), [302, "/docs/"]);
      assert.deepEqual(await redirectAt(site, "/a%20b"), [302, "/a%20b/"]);
    });

    behaves("sends visitors where an object sends them", async (subject) => {
      const site = await openSite(subject, {
        moved: { WebsiteRedirectLocation: "/new place?x#y" },
        "gone/index.html": { WebsiteRedirectLocation: "https://example.com/there" },
      });
      assert.deepEqual(await redirectAt(site, "/moved"), [301, "/new place?x#y"]);
      assert.deepEqual(await redirectAt(site, "/gone/"), [301, "https://example.com/there"]);
    });

    const rules: readonly (readonly [title: string, rule: RoutingRule, path: string, status: number, to: string])[] = [
      [
        "replaces the prefix of a key",
        { Condition: { KeyPrefixEquals: "docs/" }, Redirect: { ReplaceKeyPrefixWith: "documents/" } },
        "/docs/a.html",
        301,
        "/documents/a.html",
      ],
      [
        "encodes a key",
        { Condition: { KeyPrefixEquals: "docs/" }, Redirect: { ReplaceKeyPrefixWith: "documents/" } },
        "/docs/a%20b%3F.html",
        301,
        "/documents/a%20b%3F.html",
      ],
      [
        "replaces the prefix of a folder's key, and not of its index document's",
        { Condition: { KeyPrefixEquals: "docs/" }, Redirect: { ReplaceKeyPrefixWith: "documents/" } },
        "/docs/",
        301,
        "/documents/",
      ],
      [
        "replaces a key",
        {
          Condition: { KeyPrefixEquals: "docs/" },
          Redirect: { ReplaceKeyWith: "sorry.html", HttpRedirectCode: "302" },
        },
        "/docs/a.html",
        302,
        "/sorry.html",
      ],
      [
        "sends visitors to another host",
        { Condition: { KeyPrefixEquals: "docs/" }, Redirect: { HostName: "docs.example.com", Protocol: "https" } },
        "/docs/a.html",
        301,
        "https://docs.example.com/docs/a.html",
      ],
      [
        "redirects what is not there",
        {
          Condition: { HttpErrorCodeReturnedEquals: "404" },
          Redirect: { HostName: "old.example.com", ReplaceKeyPrefixWith: "report-404/", HttpRedirectCode: "307" },
        },
        "/absent.html",
        307,
        "http://old.example.com/report-404/absent.html",
      ],
      [
        "redirects what is not there under a prefix",
        {
          Condition: { KeyPrefixEquals: "blog/", HttpErrorCodeReturnedEquals: "404" },
          Redirect: { ReplaceKeyPrefixWith: "archive/" },
        },
        "/blog/post.html",
        301,
        "/archive/post.html",
      ],
      [
        "redirects to a place within a page",
        { Condition: { HttpErrorCodeReturnedEquals: "404" }, Redirect: { ReplaceKeyPrefixWith: "#!/" } },
        "/deep/link",
        301,
        "/#!/deep/link",
      ],
    ];
    for (const [title, rule, path, status, to] of rules) {
      behaves(`${title} by a routing rule`, async (subject) => {
        const site = await openSite(subject, { "404.html": "sorry" }, { ...withErrorPage, RoutingRules: [rule] });
        assert.deepEqual(await redirectAt(site, path), [status, to]);
      });
    }

    behaves("follows the first routing rule that fits, and none for what is there", async (subject) => {
      const RoutingRules = [
        { Condition: { KeyPrefixEquals: "a/b/" }, Redirect: { ReplaceKeyWith: "first" } },
        { Condition: { KeyPrefixEquals: "a/" }, Redirect: { ReplaceKeyWith: "second" } },
        { Condition: { HttpErrorCodeReturnedEquals: "404" }, Redirect: { ReplaceKeyWith: "third" } },
      ];
      const site = await openSite(subject, { "index.html": "home", "a/page": "hidden" }, { ...index, RoutingRules });
      assert.deepEqual(await redirectAt(site, "/a/b/c"), [301, "/first"]);
      assert.deepEqual(await redirectAt(site, "/a/page"), [301, "/second"]);
      assert.deepEqual(await redirectAt(site, "/b"), [301, "/third"]);
      assert.deepEqual(await pageAt(site, "/"), [200, "home"]);
    });

    behaves("applies a routing rule without a condition to all requests", async (subject) => {
      const RoutingRules = [{ Redirect: { HostName: "example.com", HttpRedirectCode: "302" } }];
      const site = await openSite(subject, { "index.html": "home" }, { ...index, RoutingRules });
      assert.deepEqual(await redirectAt(site, "/page"), [302, "http://example.com/page"]);
      assert.deepEqual(await redirectAt(site, "/"), [302, "http://example.com/"]);
    });

    behaves("redirects all requests to another host", async (subject) => {
      const website = { RedirectAllRequestsTo: { HostName: "www.example.com", Protocol: "https" as const } };
      const site = await openSite(subject, {}, website);
      assert.deepEqual(await redirectAt(site, "/"), [301, "https://www.example.com/"]);
      assert.deepEqual(await redirectAt(site, "/a/b"), [301, "https://www.example.com/a/b"]);
    });
  },
  noWebsites,
);
