import Files
import Foundation
import Testing

extension CommandTests {
  /// A table and its figures from manifests to files.
  @Suite struct Reproduce {
    private let project: Project

    init() throws {
      project = try SmokeTable.project()
    }

    private let directory = "results/vhp/table-1/smoke"

    @Test func tableEndsWell() throws {
      let outcome = try SmokeTable.outcome()
      #expect(outcome.code == 0, "\(outcome)")
      #expect(outcome.output.contains("not comparable"))
      #expect(outcome.output.hasPrefix("vhp/table-1: OLS regression"))
      #expect(outcome.output.contains("Profile smoke: a test of the whole path in seconds."))
      for name in ["result.h5", "comparison.md", "angle-error.png", "training.png"] {
        #expect(outcome.output.contains("\(directory)/\(name)"))
      }
      #expect(outcome.errors.contains("vhp/table-1: 10 runs, 2 at a time"))
      #expect(outcome.errors.contains("[10/10] vhp/pendulum method="))
    }

    @Test func filesAreThere() throws {
      for name in ["angle-error.png", "training.png"] {
        let size = try #require(pictureSize(try project.data("\(directory)/\(name)")))
        #expect(size.width > 200 && size.height > 200)
      }
      let comparison = try json(try project.text(directory + "/comparison.json"))
      let rows = try #require((comparison as? [String: Any])?["rows"] as? [[String: Any]])
      #expect(rows.count == 45)
      for row in rows {
        let values = (row["runs"] as? [Any])?.count ?? 0
        #expect(values + (row["withoutValue"] as? Int ?? 0) == 2)
        #expect((row["failed"] as? [Any])?.isEmpty == true)
      }
      #expect(try project.text(directory + "/comparison.csv").split(separator: "\n").count == 46)
      #expect(try project.text(directory + "/comparison.md").contains("| cell | measure |"))
      #expect(try project.text(directory + "/manifest.yaml").contains("importance-samples: 2"))
      #expect(project.records().count == 10)
      // Nothing of a smoke run goes where results are committed.
      #expect(!project.exists("results/vhp/pendulum/runs.jsonl"))
      #expect(project.checkpoints().isEmpty)
    }

    @Test func arraysAreThere() throws {
      let file = try HDF5File(reading: "\(project.root)/\(directory)/result.h5")
      #expect(
        try file.read(String.self, at: "cells/label").values
          == ["rewo", "geco", "beta-1", "warm-up-20", "warm-up-200"].map { "method=\($0)" })
      let cell = "runs/vhp/pendulum/method=geco"
      #expect(try file.read(Int.self, at: cell + "/seeds").values == [0, 1])
      #expect(try file.read(Double.self, at: cell + "/seed-1/curves/step").values == [1, 4, 8, 12])
      #expect(
        try file.attribute("caveat", as: String.self)
          == "profile smoke: not the paper's budget")
      // The same number in the file for programs and in the record.
      let errors = try file.read(Double.self, at: cell + "/measures/angle-error.global-radius")
      for (seed, error) in errors.values.enumerated() {
        #expect(
          project.records().contains { record in
            record.contains("\"value\":\"geco\"") && record.contains("\"seed\":\(seed)")
              && record.contains("\"angle-error/global-radius\":\(error)")
          })
      }
    }

    /// Figures draw from the runs of the table: nothing is trained for them.
    @Test func figuresWithoutTraining() throws {
      let project = try Project(resultsOf: project)
      let before = project.records()
      let figures = ["vhp/figure-2", "vhp/figure-15", "vhp/figures-12-14"]
      let plan = try project.start(["plan"] + figures + ["--profile", "smoke"]).finish()
      #expect(plan.code == 0)
      #expect(plan.output.split(separator: "\n").filter { $0 == "  nothing to run" }.count == 3)
      let outcome = try project.start(["reproduce"] + figures + ["--profile", "smoke"]).finish()
      #expect(outcome.code == 0, "\(outcome)")
      #expect(outcome.errors.isEmpty)
      #expect(project.records() == before)
      for name in [
        "figure-2/smoke/figure-2-rewo", "figure-2/smoke/figure-2-geco",
        "figure-15/smoke/figure-15", "figures-12-14/smoke/figures-12-14-beta-1",
        "figures-12-14/smoke/figures-12-14-warm-up-20",
        "figures-12-14/smoke/figures-12-14-warm-up-200",
      ] {
        let data = try project.data("results/vhp/\(name).png")
        #expect(pictureSize(data) != nil, "\(name)")
      }
    }

    @Test func asJSON() throws {
      let project = try Project(resultsOf: project)
      let outcome = try project.run(
        "reproduce", "vhp/table-1", "--profile", "smoke", "--format", "json")
      #expect(outcome.code == 0)
      #expect(try objects(outcome.output).map { $0["artefact"] as? String } == ["vhp/table-1"])
      // The same numbers as before, to the last bit.
      let again = try project.text(directory + "/comparison.json")
      #expect(try again == self.project.text(directory + "/comparison.json"))
    }

    /// More seeds join those that are there; a cell alone leaves the others as they are.
    @Test func seedsAndCells() throws {
      let project = try Project(resultsOf: project)
      let before = project.records().count
      let plan = try project.run(
        "plan", "vhp/table-1", "--profile", "smoke", "--seeds", "0,3", "--only",
        "method in geco, beta-1")
      #expect(plan.output.contains("2 to run"))
      #expect(plan.output.split(separator: "\n").filter { $0.hasSuffix("finished") }.count == 2)
      let outcome = try project.run(
        "reproduce", "vhp/table-1", "--profile", "smoke", "--seeds", "0,3", "--only",
        "method in geco, beta-1")
      #expect(outcome.code == 0, "\(outcome)")
      #expect(project.records().count == before + 2)
      let comparison = try json(try project.text(directory + "/comparison.json"))
      let rows = try #require((comparison as? [String: Any])?["rows"] as? [[String: Any]])
      #expect(rows.count == 45)
      let seeds = rows.filter { $0["measure"] as? String == "final/weight/rate" }.map { row in
        (row["runs"] as? [[String: Any]] ?? []).compactMap { $0["seed"] as? Int }
      }
      // Cells that were left out are shown with the runs that they have.
      #expect(seeds == [[0], [0, 3], [0, 3], [0], [0]])
    }

    @Test func overridesAreKeptApart() throws {
      let project = try Project()
      let arguments = [
        "reproduce", "vhp/figure-15", "--profile", "smoke", "--seeds", "1", "--only",
        "method = geco", "--set", "dataset.pendulum.images=64",
      ]
      let outcome = try project.start(arguments).finish()
      #expect(outcome.code == 0, "\(outcome)")
      let names = try FileManager.default.contentsOfDirectory(
        atPath: project.root + "/results/vhp/figure-15")
      #expect(names.count == 1)
      #expect(names[0].hasPrefix("smoke+"))
      #expect(outcome.output.contains("Overridden: dataset.pendulum.images=64."))
      let plan = try project.run(
        "plan", "vhp/figure-15", "--profile", "smoke", "--seeds", "1", "--only", "method = geco")
      #expect(plan.output.contains("1 to run"))
    }

    /// The example of the command's own help.
    @Test func anotherLatentDimension() throws {
      let project = try Project()
      let outcome = try project.run(
        "reproduce", "vhp/table-1", "--profile", "smoke", "--seeds", "1", "--only",
        "method = geco", "--set", "model.vhp.latent=4", "--set", "dataset.pendulum.images=64")
      #expect(outcome.code == 0, "\(outcome)")
      #expect(outcome.output.contains("none in 1"))
      #expect(project.records().count == 1)
    }
  }
}
