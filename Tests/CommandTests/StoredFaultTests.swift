import Foundation
import Testing

extension CommandTests {
  /// Manifests, checkpoints and results that something is wrong with.
  @Suite struct StoredFaults {
    private let table = ["reproduce", "vhp/table-1", "--profile", "smoke"]
    private let artefact = "experiments/vhp/table-1.yaml"
    private static let study = "experiments/vhp/studies/pendulum.yaml"

    /// Type, value, reference, and what would go round in a circle, each with a result there.
    @Test(arguments: [
      (study, "size: 16\n", "size: wide\n", ": dataset.pendulum.size: expected a whole number"),
      (study, "batch: 128", "batch: 0", "batch must be from 1 to 10⁹"),
      (study, "minimise: elbo", "minimise: elbow", "did you mean 'elbo'?"),
      (
        "experiments/vhp/table-1.yaml", "study: vhp/pendulum", "study: vhp/pendulun",
        "there is no study 'vhp/pendulun'; did you mean 'vhp/pendulum'?"
      ),
      // An artefact uses studies, and a study uses nothing: there is no circle to be in.
      (
        "experiments/vhp/table-1.yaml", "study: vhp/pendulum", "study: vhp/table-1",
        "'vhp/table-1' is a table or figure, not a study"
      ),
      (study, "batch: 128", "batch: &batch [*batch]", "not valid YAML: found undefined alias"),
    ])
    func wrongManifest(_ file: String, _ old: String, _ new: String, _ expected: String) throws {
      let project = try Project(resultsOf: try SmokeTable.project(), weights: false)
      let before = try project.tree()
      try project.edit(file, old, new)
      let outcome = try project.start(table).finish()
      #expect(outcome.code == 2, "\(outcome)")
      #expect(outcome.output.isEmpty)
      #expect(outcome.complaints.count == 1, "\(outcome)")
      #expect(outcome.errors.hasPrefix("error: \(file):"), "\(outcome)")
      #expect(outcome.errors.contains(expected), "\(outcome)")
      #expect(try project.tree() == before)
    }

    /// A run is stopped three times; each time something happens to its newest checkpoint.
    @Test func damagedCheckpoints() throws {
      let arguments =
        table + ["--only", "method = geco", "--seeds", "1"] + Small.settings(steps: 300)
      let whole = try Project()
      #expect(try whole.start(arguments).finish().code == 0)
      let project = try Project()
      try project.write("{}", to: "results/vhp/table-1/smoke/comparison.json")
      let reasons = [
        "its contents do not match its checksum", "its note is torn or altered",
        "it has format 99, this version reads 1",
      ]
      var damaged: Int?
      for (index, reason) in reasons.enumerated() {
        let from = project.checkpoints().last ?? 0
        let running = try project.start(arguments + ["--checkpoint-seconds", "0"])
        running.wait { project.checkpoints().count >= 2 && project.checkpoints()[0] > from }
        running.send(SIGINT)
        let outcome = running.finish()
        #expect(outcome.code == 130, "\(outcome)")
        if index > 0 {
          let step = try #require(damaged)
          #expect(
            outcome.errors.contains(
              "checkpoint at step \(step) is passed over: \(reasons[index - 1])"), "\(outcome)")
        }
        #expect(try project.text("results/vhp/table-1/smoke/comparison.json") == "{}")
        damaged = project.checkpoints().last
        try damage(project, try #require(damaged), reason)
      }
      let last = try project.start(arguments).finish()
      #expect(last.code == 0, "\(last)")
      #expect(last.errors.contains("is passed over: \(reasons[2])"), "\(last)")
      let expected = try whole.tree().filter { $0.key.hasSuffix(".h5") }
      #expect(expected.count == 4)
      #expect(try project.tree().filter { $0.key.hasSuffix(".h5") } == expected)
    }

    private func damage(_ project: Project, _ step: Int, _ reason: String) throws {
      let names = try project.tree().keys
      func name(_ suffix: String) throws -> String {
        "results/" + (try #require(names.first { $0.hasSuffix("/checkpoint-\(step).\(suffix)") }))
      }
      switch reason {
      case let reason where reason.contains("checksum"):
        var data = try project.data(try name("h5"))
        data[data.count / 2] ^= 1
        try data.write(to: URL(fileURLWithPath: "\(project.root)/\(try name("h5"))"))
      case let reason where reason.contains("torn"):
        try project.write(String(try project.text(try name("json")).prefix(30)), to: name("json"))
      default: try project.write(#"{"format":99,"place":[1]}"#, to: name("json"))
      }
    }

    /// Records that a later version wrote are named, not used and not lost.
    @Test func recordsOfAnotherVersion() throws {
      let project = try Project(resultsOf: try SmokeTable.project(), weights: false)
      let file = "results/vhp/pendulum/runs/runs.jsonl"
      let first = try #require(project.records().first)
      try project.edit(file, first, #"{"format":2,"run":{"identity":"1"}}"#)
      let lines = project.records()
      let warning =
        "warning: \(file):1: the record is passed over: it has format 2, this version reads 1"
      let plan = try project.start(["plan"] + table.dropFirst()).finish()
      #expect(plan.code == 0)
      #expect(plan.complaints == [warning])
      #expect(plan.output.contains("1 to run"), "\(plan)")
      let outcome = try project.start(table).finish()
      #expect(outcome.code == 0, "\(outcome)")
      #expect(outcome.complaints.contains(warning))
      #expect(Array(project.records().prefix(10)) == lines)
      #expect(project.records().count == 11)
    }

    /// Whatever reads the records of a study says which of them are passed over, once.
    @Test(arguments: [
      ["plan", "vhp/table-1", "--profile", "smoke"],
      ["compare", "vhp/table-1", "--profile", "smoke", "--against", "vhp/table-1"],
      ["verify", "results/vhp/table-1/smoke"], ["show", "IDENTITY"], ["list"],
      ["clean", "--all", "--dry-run"], ["clean", "vhp/pendulum", "--stale", "--dry-run"],
      ["reproduce", "vhp/table-1", "--profile", "smoke", "--no-training"],
    ])
    func aTornRecordIsNamed(_ command: [String]) throws {
      let project = try Project(resultsOf: try SmokeTable.project(), weights: false)
      let file = "results/vhp/pendulum/runs/runs.jsonl"
      let first = try #require(project.records().first)
      try project.edit(file, first, String(first.prefix(first.count / 2)))
      let last = try #require(project.records().last)
      let record = try #require(try json(last) as? [String: Any])
      let identity = try #require(record["identity"] as? String)
      let outcome = try project.start(command.map { $0 == "IDENTITY" ? identity : $0 }).finish()
      // The stored result does not follow from the records, and is not given up for one that lacks the run.
      let isRefused = ["verify", "reproduce"].contains(command[0])
      #expect(outcome.code == (isRefused ? 1 : 0), "\(outcome)")
      let warning = "warning: \(file):1: the record is passed over: it is torn or altered"
      #expect(outcome.complaints.filter { $0 == warning }.count == 1, "\(outcome)")
    }

    /// Records that are there and cannot be read are said, and not taken for none.
    @Test(arguments: ["results/vhp/pendulum/runs.jsonl", "results/vhp/pendulum/runs/runs.jsonl"])
    func recordsThatCannotBeRead(_ file: String) throws {
      let project = try Project(resultsOf: try SmokeTable.project(), weights: false)
      let path = "\(project.root)/\(file)"
      if project.exists(file) { try FileManager.default.removeItem(atPath: path) }
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
      func names() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: project.root).sorted()
      }
      let before = try project.tree()
      let namesBefore = try names()
      let sentence =
        "\(file) cannot be read (Is a directory): change its permissions, or move it away to begin "
        + "without what it holds"
      let plan = ["plan", "vhp/table-1", "--profile", "smoke"]
      for command in [plan, table, table + ["--no-training"]] {
        let outcome = try project.start(command).finish()
        #expect(outcome.code == 2, "\(command): \(outcome)")
        #expect(outcome.output.isEmpty, "\(command)")
        #expect(outcome.complaints == ["error: " + sentence], "\(command): \(outcome)")
      }
      #expect(try project.tree() == before)
      #expect(try names() == namesBefore)
      // What is made of other studies is listed all the same.
      let list = try project.run("list")
      #expect(list.code == 0, "\(list)")
      let lines = list.output.split(separator: "\n").map(String.init)
      let unread = try #require(lines.firstIndex { $0.hasPrefix("  vhp/table-1 ") })
      #expect(lines[unread + 1].hasSuffix("; cannot be read: " + sentence), "\(list)")
      let other = try #require(lines.firstIndex { $0.hasPrefix("  gmvae/figures-2c-2f ") })
      #expect(lines[other + 1].hasSuffix("; no results yet"), "\(list)")
    }

    /// A record whose curves have no value at a step is passed over, and not shown.
    @Test func recordsWithTornCurves() throws {
      let project = try Project(resultsOf: try SmokeTable.project(), weights: false)
      let file = "results/vhp/pendulum/runs/runs.jsonl"
      let first = try #require(project.records().first)
      let record = try #require(try json(first) as? [String: Any])
      let identity = try #require(record["identity"] as? String)
      let whole = try project.run("show", identity, "--format", "csv")
      #expect(whole.code == 0, "\(whole)")
      let firsts = whole.output.split(separator: "\n").map { line in
        String(line.prefix { $0 != "," })
      }
      #expect(firsts == ["step", "1", "4", "8", "12"], "\(whole)")
      let steps = #""curves":{"steps":[1,4,8,12"#
      try project.edit(file, first, first.replacing(steps, with: steps + ",16"))
      try #require(project.records().first != first)
      let warning = "warning: \(file):1: the record is passed over: it is torn or altered"
      let outcome = try project.run("show", identity, "--format", "csv")
      #expect(outcome.code == 2, "\(outcome)")
      #expect(outcome.output.isEmpty)
      #expect(
        outcome.complaints == [
          warning,
          "error: no recorded run has an identity that starts with '\(identity)' (see 'priorlab "
            + "plan')",
        ], "\(outcome)")
      let plan = try project.run("plan", "vhp/table-1", "--profile", "smoke")
      #expect(plan.code == 0, "\(plan)")
      #expect(plan.complaints == [warning], "\(plan)")
      #expect(plan.output.contains("1 to run"), "\(plan)")
    }

    /// A figure of damaged weights is not made, and the sentence says what to remove.
    @Test func damagedWeights() throws {
      let project = try Project(resultsOf: try SmokeTable.project())
      for name in try project.tree().keys where name.hasSuffix("/weights.h5") {
        try project.write("noise", to: "results/" + name)
      }
      let outcome = try project.run("reproduce", "vhp/figure-15", "--profile", "smoke")
      #expect(outcome.code == 1, "\(outcome)")
      let sentence = try #require(
        outcome.complaints.last?.wholeMatch(
          of: /error: (.+)\/weights\.h5 is damaged: remove the directory (.+), so that .+ needed/),
        "\(outcome)")
      #expect(sentence.output.1 == sentence.output.2)
      #expect(project.exists(String(sentence.output.2)))
    }

    /// A comparison that cannot be read is named; what else there is, is shown.
    @Test(arguments: [
      (#"{"format":2,"artefact":"vhp/tab"#, " is torn or altered: reproduce the table or figure"),
      (#"{"format":99,"tables":[]}"#, " has format 99, and this version reads "),
    ])
    func comparisonsThatCannotBeRead(_ text: String, _ words: String) throws {
      let project = try Project(resultsOf: try SmokeTable.project(), weights: false)
      let results = "\(project.root)/results/vhp/table-1"
      try FileManager.default.copyItem(atPath: results + "/smoke", toPath: results + "/copy")
      let file = "results/vhp/table-1/smoke/comparison.json"
      try project.write(text, to: file)
      let list = try project.run("list")
      #expect(list.code == 0, "\(list)")
      let lines = list.output.split(separator: "\n").map(String.init)
      let entry = try #require(lines.firstIndex { $0.hasPrefix("  vhp/table-1 ") })
      #expect(lines[entry + 1].contains("; copy: 5 not comparable"), "\(list)")
      #expect(lines[entry + 1].contains("; smoke: \(file)\(words)"), "\(list)")

      let nothing = try project.run("contact-sheet", "--profile", "smoke")
      #expect(nothing.code == 2, "\(nothing)")
      #expect(nothing.output.isEmpty)
      try #require(nothing.complaints.count == 2, "\(nothing)")
      #expect(nothing.complaints[0].hasPrefix("warning: left out: \(file)\(words)"), "\(nothing)")
      #expect(
        nothing.complaints[1].hasPrefix(
          "error: there are no pictures in results of profile smoke: make some with 'priorlab "),
        "\(nothing)")
      #expect(!project.exists("results/contact-sheet.html"))

      let sheet = try project.run("contact-sheet")
      #expect(sheet.code == 0, "\(sheet)")
      #expect(sheet.output == "2 pictures: results/contact-sheet.html\n")
      #expect(sheet.complaints == [nothing.complaints[0]], "\(sheet)")
      let page = try project.text("results/contact-sheet.html")
      #expect(page.contains("src=\"vhp/table-1/copy/angle-error.png\""))
      #expect(page.contains("src=\"vhp/table-1/copy/training.png\""))
      #expect(!page.contains("vhp/table-1/smoke/"))
    }

    /// A result that a later version wrote is refused; it is replaced whole by the next command.
    @Test func resultsOfAnotherVersion() throws {
      let project = try Project(resultsOf: try SmokeTable.project(), weights: false)
      let directory = "results/vhp/table-1/smoke"
      let before = try project.tree(directory)
      try project.write(#"{"format":99,"tables":[]}"#, to: directory + "/comparison.json")
      let verify = try project.run("verify", directory)
      #expect(verify.code == 2, "\(verify)")
      #expect(
        verify.errors.hasPrefix(
          "error: \(directory)/comparison.json has format 99, and this version"),
        "\(verify)")
      #expect(verify.complaints.count == 1)
      try project.write("not HDF5", to: directory + "/result.h5")
      let outcome = try project.start(table).finish()
      #expect(outcome.code == 0, "\(outcome)")
      #expect(try project.tree(directory) == before)
    }

    /// Files and records from a time that is still to come, as after a clock was set back.
    @Test func aClockThatWasSetBack() throws {
      let project = try Project(resultsOf: try SmokeTable.project(), weights: false)
      let file = "results/vhp/pendulum/runs/runs.jsonl"
      let text = try project.text(file)
      let later = text.replacing(/"finished":"\d{4}/, with: "\"finished\":\"2199")
      #expect(later != text)
      try project.write(later, to: file)
      let running = try project.start(
        [
          "reproduce", "vhp/table-1", "--profile", "smoke", "--only", "method = geco", "--seeds",
          "3",
        ]
          + ["--checkpoint-seconds", "0"])
      running.wait { !project.checkpoints().isEmpty }
      running.send(SIGINT)
      #expect(running.finish().code == 130)
      let step = try #require(project.checkpoints().last)
      for name in try FileManager.default.subpathsOfDirectory(atPath: project.root) {
        try FileManager.default.setAttributes(
          [.modificationDate: Date(timeIntervalSinceNow: 1e9)],
          ofItemAtPath: "\(project.root)/\(name)")
      }
      let plan = try project.start(["plan"] + table.dropFirst() + ["--seeds", "3"]).finish()
      #expect(plan.output.contains("goes on from step \(step)"), "\(plan)")
      #expect(plan.output.split(separator: "\n").filter { $0.hasSuffix(": finished") }.count == 10)
      let outcome = try project.start(table + ["--only", "method = geco", "--seeds", "3"]).finish()
      #expect(outcome.code == 0, "\(outcome)")
      #expect(outcome.output.contains("(n = 3)"))
      #expect(!outcome.errors.contains("passed over"))
      // The last line of a run counts, whatever its time.
      let last = try #require(project.records().last { $0.contains("\"seed\":2") })
      try project.write(
        try project.text(file)
          + last.replacing(/"finished":"\d{4}/, with: "\"finished\":\"1999").replacing(
            /"final\/weight\/rate":[0-9.e-]+/, with: "\"final/weight/rate\":7") + "\n", to: file)
      let compare = try project.run(
        "compare", "vhp/table-1", "--profile", "smoke", "--only", "method = geco", "--seeds", "2,",
        "--format", "csv")
      #expect(compare.output.contains("2:7"), "\(compare)")
    }
  }
}
