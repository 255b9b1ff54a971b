import Foundation
import Testing

extension CommandTests {
  /// Missing programs, devices and places: said before anything is trained.
  @Suite struct Surroundings {
    private let table = ["reproduce", "vhp/table-1", "--profile", "smoke", "--seeds", "1"]

    @Test func withoutGnuplot() throws {
      let project = try Project(resultsOf: try SmokeTable.project(), weights: false)
      let before = try project.tree()
      let arguments = table.dropLast(1) + ["3"]
      let outcome = try project.start(
        Array(arguments), environment: ["PATH": project.root]
      ).finish()
      #expect(outcome.code == 1)
      #expect(outcome.output.isEmpty)
      #expect(outcome.errors == "error: gnuplot is not installed: run 'make setup'\n")
      #expect(try project.tree() == before)
    }

    @Test func resultsThatCannotBeWritten() throws {
      let project = try Project(resultsOf: try SmokeTable.project(), weights: false)
      let before = try project.tree()
      try project.write("a file", to: "taken")
      let outcome = try project.start(table + ["--results", "taken/below"]).finish()
      #expect(outcome.code == 2)
      #expect(outcome.output.isEmpty)
      #expect(outcome.errors.contains("taken/below"))
      #expect(outcome.errors.contains("--results"), "\(outcome)")
      // Said once, and not for each run.
      #expect(outcome.complaints.count == 1, "\(outcome)")
      #expect(try project.text("taken") == "a file")
      #expect(try project.tree() == before)
    }

    /// Text that stays in a buffer until the end is no written text.
    @Test(arguments: [["list"], ["show", "--help"], ["--help"], ["compare", "vhp/table-1"]])
    func outputThatCannotBeWritten(_ command: [String]) throws {
      let project = try Project(resultsOf: try SmokeTable.project(), weights: false)
      let before = try project.tree()
      for place in ["> /dev/full", ">&-"] {
        let outcome = try project.start(
          command, through: ["sh", "-c", "exec \"$@\" \(place)", "sh"]
        ).finish()
        #expect(outcome.code == 1, "\(outcome)")
        #expect(outcome.complaints.count == 1, "\(outcome)")
        #expect(
          outcome.errors.hasPrefix("error: the output could not be written in full"), "\(outcome)")
      }
      #expect(try project.tree() == before)
    }

    @Test(
      .enabled(
        if: !FileManager.default.fileExists(atPath: "/dev/nvidiactl"), "this machine has a GPU"),
      arguments: ["cuda", "cuda:1"])
    func withoutAGPU(_ device: String) throws {
      let project = try Project()
      for command in [
        table, ["run", "vhp/pendulum", "--profile", "smoke", "--cell", "method=geco"],
      ] {
        let outcome = try project.start(command + ["--device", device]).finish()
        #expect(outcome.code == 2)
        #expect(outcome.output.isEmpty)
        #expect(outcome.complaints.count == 1, "\(outcome)")
        #expect(outcome.errors.hasPrefix("error: the device 'cuda' "))
        #expect(outcome.errors.hasSuffix("use --device cpu\n"))
        #expect(!project.exists("results"))
      }
    }

    @Test func unknownDevice() throws {
      let project = try Project()
      let outcome = try project.start(table + ["--device", "gpu"]).finish()
      #expect(outcome.code == 2)
      #expect(outcome.errors == "error: unknown device 'gpu': expected cpu, cuda or cuda:N\n")
      #expect(!project.exists("results"))
    }

    /// Manifests and results may be anywhere.
    @Test func anotherPlaceForManifestsAndResults() throws {
      let project = try Project()
      try FileManager.default.moveItem(
        atPath: project.root + "/experiments", toPath: project.root + "/manifests")
      let outcome = try project.run(
        "run", "vhp/pendulum", "--cell", "method=geco", "--profile", "smoke", "--set",
        "dataset.pendulum.images=64", "--experiments", "manifests", "--results", "elsewhere")
      #expect(outcome.code == 0, "\(outcome)")
      #expect(outcome.output.contains("step 12 of 12"))
      #expect(!project.exists("results"))
      let names = try FileManager.default.contentsOfDirectory(
        atPath: project.root + "/elsewhere/vhp/pendulum/runs")
      #expect(names.count == 2 && names.contains("runs.jsonl"))
    }
  }
}
