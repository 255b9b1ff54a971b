import Foundation
import Testing

extension CommandTests {
  /// What is done with runs that are over: verified, shown, removed.
  @Suite struct StoredRuns {
    private let project: Project
    private let result = "results/vhp/table-1/smoke"

    init() throws {
      project = try SmokeTable.project()
    }

    @Test func verifies() throws {
      let outcome = try project.run("verify", result)
      #expect(outcome.code == 0, "\(outcome)")
      #expect(outcome.output == "all 45 rows follow from the 10 recorded runs\n")
    }

    /// A figure of a formula has no rows.
    @Test func verifiesWhatHasNoRuns() throws {
      let project = try Project(resultsOf: project)
      let made = try project.run("reproduce", "vhp/figures-1-and-10", "--profile", "smoke")
      #expect(made.code == 0, "\(made)")
      let outcome = try project.run("verify", "results/vhp/figures-1-and-10/smoke")
      #expect(outcome.code == 0)
      #expect(outcome.output == "all 0 rows follow from the 0 recorded runs\n")
    }

    @Test func trainsOneRunAgain() throws {
      let outcome = try project.run("verify", result, "--rerun", "0", "--cell", "method=geco")
      #expect(outcome.code == 0, "\(outcome)")
      let lines = outcome.output.split(separator: "\n")
      #expect(lines.filter { $0.hasPrefix("again equal: ") }.count >= 6)
      #expect(lines.contains { $0.hasPrefix("again equal: angle-error/global-radius = ") })
      #expect(!outcome.output.contains("again different"))
      #expect(project.records().count == 10)
      let unknown = try project.run("verify", result, "--rerun", "7")
      #expect(unknown.code == 2)
      #expect(unknown.errors.contains("the result has no run with seed 7"))
    }

    /// After a change of the manifest, the runs that are there are shown by it, and no other is made.
    @Test func drawsAndComparesWithoutTraining() throws {
      let project = try Project(resultsOf: project)
      let before = project.records()
      try project.edit("experiments/vhp/table-1.yaml", "value: 0.054", "value: 0.055")
      #expect(try project.run("verify", result).code == 1)
      let outcome = try project.run(
        "reproduce", "vhp/table-1", "--profile", "smoke", "--seeds", "7", "--no-training")
      #expect(outcome.code == 0, "\(outcome)")
      #expect(outcome.output.contains("0.055") && outcome.output.contains("(n = 2)"))
      #expect(project.records() == before)
      #expect(try project.run("verify", result).code == 0)
      let both = try project.run("reproduce", "vhp/table-1", "--no-training", "--retry-failed")
      #expect(both.code == 2 && both.errors.contains("but not both"), "\(both)")
    }

    @Test func findsAnAlteredResult() throws {
      let project = try Project(resultsOf: project)
      let file = result + "/comparison.json"
      let text = try project.text(file)
      // The value of a run, which follows its seed.
      let run = try #require(text.firstMatch(of: /"seed" : 0,\s+"value" : ([0-9.]+)\n/))
      let value = String(run.output.1)
      try project.write(
        text.replacingCharacters(
          in: run.range, with: run.output.0.replacing(value, with: "0.001")), to: file)
      let outcome = try project.run("verify", result)
      #expect(outcome.code == 1, "\(outcome)")
      #expect(outcome.output.contains("0.001"))
      #expect(outcome.output.contains(value))
      #expect(outcome.output.contains("1 of 45 rows do not follow from the records"))
      try project.edit(file, "\"title\" : \"OLS", "\"title\" : \"Our OLS")
      let title = try project.run("verify", result)
      #expect(
        title.output.hasSuffix("1 of 45 rows do not follow from the records, nor do: title\n"))
      let json = try project.run("verify", result, "--format", "json")
      #expect(json.code == 1)
      #expect(json.output.contains("\"discrepancies\""))
    }

    @Test func findsAMissingRecord() throws {
      let project = try Project(resultsOf: project)
      let records = project.records()
      try project.write(
        records.dropFirst().joined(separator: "\n") + "\n",
        to: "results/vhp/pendulum/runs/runs.jsonl")
      let outcome = try project.run("verify", result)
      #expect(outcome.code == 1)
      #expect(outcome.output.hasPrefix("no record of run "))
    }

    @Test func saysWhereItLooksInVain() throws {
      let elsewhere = try project.run("verify", result, "--results", "elsewhere")
      #expect(elsewhere.code == 2)
      #expect(elsewhere.output.isEmpty)
      #expect(
        elsewhere.errors
          == "error: elsewhere has no record of any of the 10 runs of \(result): is --results right? "
          + "(see 'priorlab help verify')\n")
      let cell = try project.run("verify", result, "--rerun", "0", "--cell", "nonsense")
      #expect(cell.code == 2)
      #expect(
        cell.errors
          == "error: the result has no cell 'nonsense': its cells are method=rewo; method=geco; "
          + "method=beta-1; method=warm-up-20; method=warm-up-200 (see 'priorlab help verify')\n")
    }

    /// Cells of several studies may have one label.
    @Test func theStudyOfACell() throws {
      let nonsense = try project.run("verify", result, "--rerun", "0", "--study", "nonsense")
      #expect(nonsense.code == 2)
      #expect(
        nonsense.errors.hasPrefix(
          "error: the result has no study 'nonsense': it has vhp/pendulum (see"))
      let project = try Project(resultsOf: project)
      let file = result + "/comparison.json"
      let text = try project.text(file)
      let first = try #require(text.range(of: #""study" : "vhp/pendulum""#))
      try project.write(
        text.replacingCharacters(in: first, with: #""study" : "vhp/other""#), to: file)
      let both = try project.run("verify", result, "--rerun", "99", "--cell", "method=rewo")
      #expect(both.code == 2)
      #expect(
        both.errors.hasPrefix(
          "error: several studies have the cell 'method=rewo': name one by --study, "
            + "vhp/other, vhp/pendulum (see"), "\(both.errors)")
      let named = try project.run(
        "verify", result, "--rerun", "99", "--cell", "method=rewo", "--study", "vhp/pendulum")
      #expect(!named.errors.contains("several studies"))
    }

    @Test func showsARun() throws {
      let record = try #require(try json(project.records()[0]) as? [String: Any])
      let identity = try #require(record["identity"] as? String)
      let outcome = try project.run("show", String(identity.prefix(10)))
      #expect(outcome.code == 0)
      #expect(outcome.output.hasPrefix("run \(identity)\n  vhp/pendulum, method="))
      #expect(outcome.output.contains("12 steps in "))
      #expect(outcome.output.contains("angle-error/global-radius = "))
      #expect(outcome.output.contains("event/constraint-first-met/rate = none"))
      #expect(outcome.output.contains("weights.h5"))
      let whole = try project.run("show", identity, "--format", "json")
      #expect((try json(whole.output) as? [String: Any])?["identity"] as? String == identity)
      #expect(whole.output.hasPrefix("{\n"))
      let finished = (try json(whole.output) as? [String: Any])?["finished"] as? String
      #expect(finished == record["finished"] as? String)
      let curves = try project.run("show", identity, "--format", "csv").output
        .split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
      let recorded = try #require(record["curves"] as? [String: Any])
      let values = try #require(recorded["values"] as? [String: [Any]])
      #expect(curves.first?.map(String.init) == ["step"] + values.keys.sorted())
      #expect(
        curves.dropFirst().compactMap { Int($0[0]) } == recorded["steps"] as? [Int])
      let rate = try #require(curves.first?.firstIndex(of: "weight/rate"))
      #expect(
        curves.dropFirst().compactMap { Double($0[rate]) } == values["weight/rate"] as? [Double])
      // The start of several says which.
      let all = try project.run("show", "")
      #expect(all.code == 2)
      #expect(all.errors.contains("'' fits 10 runs: "))
    }

    @Test func removesWeightsAndKeepsRecords() throws {
      let project = try Project(resultsOf: project)
      let dry = try project.run("clean", "--all", "--dry-run")
      #expect(dry.code == 0)
      #expect(dry.output.contains("would remove 10 run directories"))
      let stale = try project.run("clean", "--stale", "--dry-run")
      #expect(stale.output.contains("would remove 0 run directories"))
      let before = project.records()
      #expect(
        try project.run("plan", "vhp/figure-15", "--profile", "smoke").output.contains(
          "nothing to run"))
      let outcome = try project.run("clean", "vhp/pendulum")
      #expect(outcome.code == 0)
      #expect(outcome.output.hasPrefix("removed 10 run directories, "))
      #expect(project.records() == before)
      #expect(project.exists(result + "/result.h5"))
      // The table stands without weights; a figure that needs them says why it trains again.
      let table = try project.run("plan", "vhp/table-1", "--profile", "smoke")
      #expect(table.output.contains("nothing to run"))
      let figure = try project.run("plan", "vhp/figure-15", "--profile", "smoke")
      #expect(figure.output.contains("that a figure needs are not here"))
      // Of each method the run of median error, and no other.
      #expect(figure.output.contains("4 to run"))
      #expect(try project.run("clean", "--all").output == "removed 0 run directories, 0 bytes\n")
    }

    /// What was made of weights stays in a figure that is made again without them.
    @Test func figuresOutliveWeights() throws {
      let project = try Project(resultsOf: project)
      let figure = ["reproduce", "vhp/figure-15", "--profile", "smoke"]
      let picture = "results/vhp/figure-15/smoke/figure-15.png"
      let whole = try project.start(figure).finish()
      #expect(whole.code == 0, "\(whole)")
      let before = try project.data(picture)
      #expect(try project.run("clean", "--all").output.hasPrefix("removed 10 run directories"))
      #expect(
        try project.run("plan", "vhp/figure-15", "--profile", "smoke").output.contains(
          "nothing to run"))
      let again = try project.start(figure).finish()
      #expect(again.code == 0, "\(again)")
      #expect(again.output == whole.output)
      #expect(again.errors == whole.errors)
      #expect(try project.data(picture) == before)
    }

    /// A run that is trained again may come to other numbers than its record has, so that another one is
    /// selected: that is trained again too, and the figure is whole.
    @Test func aSelectionThatChanges() throws {
      let project = try Project(resultsOf: project)
      let cell = ["--profile", "smoke", "--only", "method = rewo", "--seeds", "3"]
      #expect(try project.start(["reproduce", "vhp/table-1"] + cell).finish().code == 0)
      let name = "angle-error/global-radius"
      let runs = try project.records().compactMap { line -> (line: String, value: Double)? in
        let record = try #require(try json(line) as? [String: Any])
        guard line.contains("\"rewo\""), let measures = record["measures"] as? [String: Any],
          let value = measures[name] as? Double
        else { return nil }
        return (line, value)
      }.sorted { $0.value < $1.value }
      try #require(runs.count == 3)
      // The record of the lowest value gets one right above the middle.
      let (low, middle, high) = (runs[0], runs[1].value, runs[2].value)
      let raised = low.line.replacing(
        try Regex("\"\(name)\":[-+.e0-9]+"), with: "\"\(name)\":\(middle + (high - middle) / 100)")
      try #require(raised != low.line)
      try project.edit("results/vhp/pendulum/runs/runs.jsonl", low.line, raised)
      #expect(try project.run("clean", "--all").code == 0)
      let outcome = try project.start(["reproduce", "vhp/figure-15"] + cell).finish()
      #expect(outcome.code == 0, "\(outcome)")
      #expect(
        outcome.errors.components(separatedBy: "vhp/figure-15: 1 runs").count == 3, "\(outcome)")
      let plan = try project.start(["plan", "vhp/figure-15"] + cell).finish()
      #expect(plan.output.contains("nothing to run"), "\(plan)")
    }

    /// A run that can go on is not made to start again.
    @Test func keepsUnfinishedRuns() throws {
      let project = try Project(resultsOf: project)
      let runs = "results/vhp/pendulum/runs"
      try project.write("{}", to: "\(runs)/0123456789abcdef/checkpoint-5.json")
      // What is left of a run that is finished since is no reason.
      let record = try #require(try json(project.records()[0]) as? [String: Any])
      let identity = try #require(record["identity"] as? String)
      try project.write("{}", to: "\(runs)/\(identity)/checkpoint-5.json")
      let outcome = try project.run("clean", "vhp/pendulum")
      #expect(outcome.code == 0)
      #expect(outcome.output.hasPrefix("removed 10 run directories, "), "\(outcome)")
      #expect(
        outcome.output.hasSuffix(
          "\nleft 1 unfinished, which go on from a checkpoint (--unfinished)\n"))
      #expect(project.checkpoints() == [5])
      let all = try project.run("clean", "vhp/pendulum", "--unfinished")
      #expect(all.output.hasPrefix("removed 1 run directories, "), "\(all)")
      #expect(project.checkpoints().isEmpty)
    }

    /// A recorded run is not trained again for nothing.
    @Test func alreadyFinished() throws {
      let project = try Project(resultsOf: project)
      _ = try project.run("clean", "--all")
      let arguments = [
        "run", "vhp/pendulum", "--cell", "method=geco", "--profile", "smoke", "--seed", "0",
      ]
      let outcome = try project.start(arguments).finish()
      #expect(outcome.code == 0)
      #expect(outcome.output.hasPrefix("already finished: run "), "\(outcome)")
      #expect(outcome.output.split(separator: "\n").count == 1)
      let again = try project.start(arguments + ["--weights"]).finish()
      #expect(again.output.contains("step 12 of 12"), "\(again)")
      let then = try project.start(arguments + ["--weights"]).finish()
      #expect(then.output.hasPrefix("already finished: run "))
    }

    /// A seed that the manifest does not declare, and a setting that a command replaced, make no stale run; a
    /// changed manifest does.
    @Test func keepsRunsOfOtherSeedsAndSettings() throws {
      let project = try Project(resultsOf: project)
      let run = [
        "run", "vhp/pendulum", "--cell", "method=geco", "--profile", "smoke", "--weights",
      ]
      let override = ["--seed", "7", "--set", "model.vhp.importance-samples=3"]
      #expect(try project.start(run + ["--seed", "7"]).finish().code == 0)
      #expect(try project.start(run + override).finish().code == 0)
      let kept = try project.run("clean", "--stale")
      #expect(kept.output.contains("removed 0 run directories"), "\(kept)")
      try project.edit("experiments/vhp/studies/pendulum.yaml", "images: 512", "images: 500")
      let changed = try project.run("clean", "--stale")
      #expect(changed.output.contains("\nremoved 12 run directories"), "\(changed)")
    }

    @Test func removesWhatNoManifestNames() throws {
      let project = try Project(resultsOf: project)
      try project.edit("experiments/vhp/studies/pendulum.yaml", "images: 512", "images: 500")
      let outcome = try project.run("clean", "--stale")
      #expect(outcome.output.contains("\nremoved 10 run directories"), "\(outcome)")
      // Of a study whose data are not here it cannot tell which runs are its.
      #expect(outcome.output.contains("vhp/omniglot"), "\(outcome)")
      // Nor is anything to be said of it where another one is asked for.
      let named = try project.run("clean", "vhp/pendulum", "--stale", "--dry-run")
      #expect(named.output == "would remove 0 run directories, 0 bytes\n", "\(named)")
    }
  }
}
