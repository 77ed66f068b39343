import assert from "node:assert/strict";
import { departingTitle } from "../../scripts/servers/departures.ts";
import { withStoreColumns } from "../../scripts/servers/store-table.ts";

const page = (...rows: string[]) =>
  ["Before", "<!-- The table below is written by a run: begin -->", "", ...rows, "", "<!-- end -->", "After"].join(
    "\n",
  );

describe("The table of compatible stores", () => {
  const operations = [
    { group: "Downloads", title: "downloads" },
    { group: "Uploads", title: "uploads" },
    { group: "Uploads", title: departingTitle("keeps tags", { server: "minimal", reason: "has none" }) },
  ];

  it("says what a store can do, and why it cannot do the rest", () => {
    assert.equal(
      withStoreColumns(page(), [{ server: "minimal", version: "1.0", operations }]),
      page(
        "|  | minimal 1.0 |",
        "| --- | --- |",
        "| **Uploads** |  |",
        "| uploads | yes |",
        "| keeps tags | no: has none |",
        "| **Downloads** |  |",
        "| downloads | yes |",
        "| **Websites** |  |",
      ),
    );
  });

  it("keeps what it says of other stores, and replaces what it said of this one", () => {
    const before = page(
      "|  | minimal 0.9 | other 2.0 |",
      "| --- | --- | --- |",
      "| **Uploads** |  |  |",
      "| uploads | no: was broken | no: read only |",
    );
    const rows = withStoreColumns(before, [{ server: "minimal", version: "1.0", operations }]).split("\n");
    assert.deepEqual(rows.slice(3, 8), [
      "|  | minimal 1.0 | other 2.0 |",
      "| --- | --- | --- |",
      "| **Uploads** |  |  |",
      "| uploads | yes | no: read only |",
      "| keeps tags | no: has none | ? |",
    ]);
  });

  it("says so if the page has no place for it", () => {
    assert.throws(() => withStoreColumns("Before", [{ server: "a", version: "1", operations }]), /has no place/);
  });
});
