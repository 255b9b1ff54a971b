import Foundation
import Testing

extension CommandTests {
  /// Results beside the paper's numbers and beside each other, without training.
  @Suite struct Compare {
    private let project: Project

    init() throws {
      project = try SmokeTable.project()
    }

    private let smoke = ["vhp/table-1", "--profile", "smoke"]

    @Test(arguments: [
      ("text", "vhp/table-1: OLS", "not comparable"), ("markdown", "# vhp/table-1", "| --- |"),
      ("csv", "study,cell,measure,statistic,unit,n,", "0:"),
      ("json", "{", "\"verdict\" : \"not comparable\""),
      ("latex", "% vhp/table-1", "\\begin{tabular}{llllll}"),
    ])
    func everyFormat(_ format: String, _ start: String, _ part: String) throws {
      let outcome = try project.start(["compare"] + smoke + ["--format", format]).finish()
      #expect(outcome.code == 0)
      #expect(outcome.errors.isEmpty)
      #expect(outcome.output.hasPrefix(start), "\(outcome)")
      #expect(outcome.output.contains(part))
      #expect(outcome.output.hasSuffix("\n"))
      #expect(!outcome.output.hasSuffix("\n\n"))
      if format == "json" {
        #expect(outcome.output == (try project.text("results/vhp/table-1/smoke/comparison.json")))
      }
    }

    @Test(arguments: ["text", "markdown", "csv", "json", "latex"])
    func againstItself(_ format: String) throws {
      let outcome = try project.start(
        ["compare"] + smoke + ["--against", "vhp/table-1", "--format", format]
      ).finish()
      #expect(outcome.code == 0, "\(outcome)")
      if format == "json" {
        let object = try #require(try json(outcome.output) as? [String: Any])
        let rows = try #require(object["rows"] as? [[String: Any]])
        #expect(rows.count >= 25)
        for row in rows {
          let difference = try #require(row["difference"] as? [String: Any])
          #expect(difference["estimate"] as? Double == 0)
          #expect((difference["n"] as? Int).map { $0 > 0 } == true)
        }
      } else {
        #expect(outcome.output.contains("paired"))
        #expect(outcome.output.contains("method=warm-up-200"))
      }
    }

    @Test func otherSeeds() throws {
      let outcome = try project.start(
        ["compare"] + smoke + ["--seeds", "0,", "--only", "method = geco", "--format", "csv"]
      ).finish()
      let rows = outcome.output.split(separator: "\n").dropFirst()
      #expect(rows.count == 9)
      for row in rows { #expect(row.contains("method=geco,"), "\(row)") }
      for row in rows where !row.contains("event/") { #expect(row.contains(",1,"), "\(row)") }
    }

    @Test func nothingToCompareWith() throws {
      let outcome = try project.start(
        ["compare"] + smoke + ["--against", "vhp/table-1", "--against-profile", "paper"]
      ).finish()
      #expect(outcome.code != 0)
      #expect(outcome.errors.contains("have no measure of a cell in common with finished runs"))
    }

    /// Five runs of the paper's own budget with an error far above the reported one.
    @Test func worseThanThePaper() throws {
      let project = try Project()
      let plan = try objects(
        try project.run("plan", "vhp/table-1", "--only", "method = rewo", "--format", "json").output
      )
      #expect(plan.count == 5)
      let pattern = try #require(
        try SmokeTable.project().records().first { $0.contains("\"value\":\"rewo\"") })
      var record = try #require(try json(pattern) as? [String: Any])
      record["profile"] = ["name": "paper", "overrides": [String]()]
      var lines = ""
      for item in plan {
        let seed = try #require(item["seed"] as? Int)
        record["identity"] = item["identity"]
        record["seed"] = seed
        var measures = try #require(record["measures"] as? [String: Any])
        measures["angle-error/global-radius"] = 0.7 + 0.001 * Double(seed)
        record["measures"] = measures
        let data = try JSONSerialization.data(withJSONObject: record)
        lines += String(decoding: data, as: UTF8.self) + "\n"
      }
      try project.write(lines, to: "results/vhp/pendulum/runs.jsonl")

      let plain = try project.run("compare", "vhp/table-1")
      #expect(plain.code == 0)
      #expect(plain.output.contains("worse"), "\(plain)")
      #expect(plain.output.contains("Profile paper: the paper's budget."))
      let strict = try project.run("compare", "vhp/table-1", "--fail-on-worse")
      #expect(strict.code == 1)
      #expect(strict.output == plain.output)
      #expect(strict.errors == "error: a number is worse than the paper's\n")
      // A row that cannot be judged is not worse.
      let other = try project.run(
        "compare", "vhp/table-1", "--only", "method = geco", "--seeds", "7,", "--fail-on-worse")
      #expect(other.code == 0, "\(other)")
      // The plan counts them as finished, and the catalogue knows what they cost.
      let after = try project.run("plan", "vhp/table-1", "--only", "method = rewo")
      #expect(after.output.contains("nothing to run"))
      let catalogue = try objects(try project.run("list", "vhp", "--format", "json").output)
      let table = try #require(catalogue.first { $0["id"] as? String == "vhp/table-1" })
      #expect((table["seconds"] as? Double).map { $0 > 0 } == true)
    }
  }
}
