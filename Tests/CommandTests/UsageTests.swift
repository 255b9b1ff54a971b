import Foundation
import Testing

extension CommandTests {
  /// Wrong manifests and wrong arguments: code 2, and a sentence that says what to write.
  @Suite struct Usage {
    private let project: Project

    init() throws {
      project = try SmokeTable.project()
    }

    @Test func validManifests() throws {
      let outcome = try project.run("validate")
      #expect(outcome.code == 0, "\(outcome)")
      let lines = outcome.output.split(separator: "\n").map(String.init)
      #expect(lines.contains("ok  vhp/pendulum"))
      #expect(lines.allSatisfy { $0.hasPrefix("ok  ") })
      let one = try project.run("validate", "vhp/table-1")
      #expect(one.output == "ok  vhp/table-1\n")
      let planned = try project.run("validate", "gmvae/table-1")
      #expect(planned.code == 2)
      #expect(planned.errors.contains("gmvae/table-1 is planned"))
    }

    @Test func brokenManifest() throws {
      let project = try Project()
      let file = "experiments/vhp/studies/pendulum.yaml"
      try project.edit(file, "importance-samples: 16", "importance-sample: 16")
      let text = try project.text(file)
      let line =
        try #require(
          text.split(separator: "\n", omittingEmptySubsequences: false)
            .firstIndex { $0.contains("importance-sample:") }) + 1
      let expected =
        "\(file):\(line):5: model.vhp: unknown key 'importance-sample'; did you mean "
        + "'importance-samples'?"
      let outcome = try project.run("validate")
      #expect(outcome.code == 2)
      #expect(outcome.output.contains("error: " + expected), "\(outcome)")
      #expect(outcome.output.contains("ok  ") == false)
      #expect(outcome.errors.contains("manifests are wrong"))
      // The other commands point there too.
      for command in ["plan", "reproduce", "compare"] {
        let outcome = try project.run(command, "vhp/table-1")
        #expect(outcome.code == 2)
        #expect(outcome.output.isEmpty)
        #expect(outcome.complaints.first?.hasPrefix("error: " + expected) == true, "\(outcome)")
      }
      #expect(!project.exists("results"))
    }

    @Test func manifestThatIsNoYAML() throws {
      let project = try Project()
      try project.write("study: a\ntitle: \"open", to: "experiments/broken.yaml")
      let outcome = try project.run("validate")
      #expect(outcome.code == 2)
      #expect(outcome.errors.contains("error: experiments/broken.yaml:2:"), "\(outcome)")
      #expect(outcome.errors.contains("not valid YAML"))
    }

    @Test func manifestsInJSON() throws {
      let project = try Project()
      try project.edit("experiments/vhp/table-1.yaml", "title:", "titel:")
      let outcome = try project.run("validate", "--format", "json")
      #expect(outcome.code == 2)
      let lines = try objects(outcome.output)
      let broken = lines.filter { $0["problem"] != nil }
      #expect(broken.compactMap { $0["id"] as? String } == ["vhp/table-1"])
      #expect(
        (broken[0]["problem"] as? String)?.contains("experiments/vhp/table-1.yaml:2:1") == true)
    }

    @Test(arguments: [
      (
        ["plan", "vhp/tabel-1"],
        "there is no table or figure 'vhp/tabel-1'; did you mean 'vhp/table-1'?"
      ),
      (["compare", "vhp/pendulum"], "there is no table or figure 'vhp/pendulum'"),
      (["plan", "mfcvae/table-1"], "mfcvae/table-1 is planned: it has no manifest yet"),
      (["reproduce", "--table", "2"], "vhp/table-2 is planned"),
      (
        ["plan", "--table", "10"], "there is no table 10: the tables are 1, 2, 3, 4, 5, 6, 7, 8, 9"
      ),
      (["plan"], "name a table or figure, or a table's number with --table"),
      (["plan", "vhp/table-1", "--profile", "smok"], "unknown name 'smok'; did you mean 'smoke'?"),
      (["plan", "vhp/table-1", "--set", "model.vhp.latnt=4"], "did you mean 'latent'?"),
      (
        ["plan", "vhp/table-1", "--set", "model.vhp.latent=x"], "expected a whole number, found 'x'"
      ),
      (["plan", "vhp/table-1", "--set", "model.vhp.latent"], "write path=value"),
      (
        ["plan", "vhp/table-1", "--only", "method = reno"],
        "has no value 'reno'; did you mean 'rewo'?"
      ),
      (["plan", "vhp/table-1", "--only", "method"], "write 'axis = value'"),
      (["plan", "vhp/table-1", "--seeds", "0"], "--seeds takes a count above 0 (10)"),
      (["plan", "vhp/table-1", "--seeds", "1,1"], "--seeds takes a count above 0 (10)"),
      (["reproduce", "vhp/table-1", "--jobs", "0"], "--jobs must be at least 1"),
      (["reproduce", "vhp/table-1", "--threads", "0"], "--threads must be at least 1"),
      (["reproduce", "vhp/table-1", "--dense", "fast"], "'--dense <dense>'"),
      (["reproduce", "vhp/table-1", "--fast"], "Unknown option '--fast'"),
      (["compare", "vhp/table-1", "--format", "html"], "'--format <format>'"),
      (["run", "vhp/pendulum"], "--cell is needed; the cells of vhp/pendulum are method=rewo;"),
      (["run", "vhp/pendulum", "--cell", "method=reno"], "there is no cell 'method=reno'"),
      (["run", "vhp/pendulm", "--cell", "method=rewo"], "did you mean 'vhp/pendulum'?"),
      (["show", "zzzz"], "no recorded run has an identity that starts with 'zzzz'"),
      (["clean", "vhp/pendulm"], "there are no runs of 'vhp/pendulm' in results"),
      (["reproduse"], "'reproduse'"),
    ])
    func wrongArguments(_ arguments: [String], _ expected: String) throws {
      let outcome = try project.start(arguments).finish()
      #expect(outcome.code == 2, "\(outcome)")
      #expect(outcome.output.isEmpty)
      #expect(outcome.errors.contains(expected), "\(outcome)")
    }

    /// A result that is not there is no failed run.
    @Test func nothingToVerify() throws {
      let outcome = try project.run("verify", "results/vhp/table-1/paper")
      #expect(outcome.code != 0)
      #expect(outcome.errors.contains("is not there: reproduce the table or figure first"))
    }
  }
}
