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
      let planned = try project.run("validate", "fmp/table-1")
      #expect(planned.code == 2)
      #expect(planned.errors.contains("fmp/table-1 is planned"))
    }

    @Test func brokenManifest() throws {
      let project = try Project(resultsOf: try SmokeTable.project(), weights: false)
      let before = try project.tree()
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
      // What does not use it is as good as before.
      #expect(outcome.output.contains("ok  vhp/figure-2\n") == false)
      #expect(outcome.output.contains("ok  vhp/static-mnist\n"))
      #expect(outcome.output.contains("ok  gmvae/table-1"))
      #expect(outcome.errors.contains(/manifests (is|are) wrong/))
      // The other commands point there too.
      for command in ["plan", "reproduce", "compare"] {
        let outcome = try project.run(command, "vhp/table-1")
        #expect(outcome.code == 2)
        #expect(outcome.output.isEmpty)
        #expect(outcome.complaints.first?.hasPrefix("error: " + expected) == true, "\(outcome)")
      }
      #expect(try project.tree() == before)
    }

    /// One file is wrong, however many use it.
    @Test func oneMistakeIsSaidOnce() throws {
      let project = try Project()
      let file = "experiments/vhp/studies/pendulum.yaml"
      try project.edit(file, "\nseeds: 5\n", "\nsedes: 5\n")
      let outcome = try project.run("validate")
      #expect(outcome.code == 2)
      let errors = outcome.output.split(separator: "\n").filter { $0.hasPrefix("error: ") }
      #expect(errors.count == 1, "\(outcome)")
      #expect(errors.first?.contains("unknown key 'sedes'; did you mean 'seeds'?") == true)
      #expect(
        outcome.errors.contains(
          /^error: 1 of \d+ manifests is wrong, and 9 more cannot be used for that reason\n$/),
        "\(outcome)")
      // A program is told of each.
      let lines = try objects(try project.run("validate", "--format", "json").output)
      #expect(lines.filter { $0["problem"] != nil }.count == 10)
    }

    @Test func manifestThatIsNoYAML() throws {
      let project = try Project()
      try project.write("study: a\ntitle: \"open", to: "experiments/broken.yaml")
      let outcome = try project.run("validate")
      #expect(outcome.code == 2)
      #expect(outcome.output.contains("error: experiments/broken.yaml:2:"), "\(outcome)")
      #expect(outcome.output.contains("not valid YAML"))
      #expect(outcome.output.contains("ok  vhp/pendulum\n"))
      // It is nobody else's fault, but nothing is taken for stale that it may name.
      let plan = try project.run("plan", "vhp/table-1", "--profile", "smoke")
      #expect(plan.code == 0 && plan.output.contains("10 to run"), "\(plan)")
      #expect(plan.errors.isEmpty, "\(plan)")
      let list = try project.run("list")
      #expect(list.code == 0)
      #expect(list.errors.hasPrefix("warning: left out: experiments/broken.yaml:2:"), "\(list)")
      // What is not found may be in that file.
      let missing = try project.run("plan", "vhp/table-9")
      #expect(missing.code == 2)
      #expect(missing.errors.hasPrefix("error: experiments/broken.yaml:2:"), "\(missing)")
      let clean = try project.run("clean", "--stale")
      #expect(clean.code == 2 && clean.errors.contains("experiments/broken.yaml:2:"), "\(clean)")
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

    private static let cells =
      "method=rewo; method=geco; method=beta-1; method=warm-up-20; method=warm-up-200"

    @Test(arguments: [
      (
        "plan vhp/tabel-1",
        "there is no table or figure 'vhp/tabel-1'; did you mean 'vhp/table-1'? (see 'priorlab list')"
      ),
      (
        "compare vhp/pendulum",
        "'vhp/pendulum' is a study, not a table or figure: name what is made of its runs, vhp/figure-11, "
          + "vhp/figure-15, vhp/figure-18, vhp/figure-2, vhp/figures-12-14, vhp/figures-16-17, vhp/figures-3-4, "
          + "vhp/table-1"
      ),
      (
        "run vhp/table-1",
        "'vhp/table-1' is a table or figure, not a study: name the study, vhp/pendulum"
      ),
      (
        "plan fmp/table-1",
        "fmp/table-1 is planned: it has no manifest yet (see 'priorlab list' for what can be "
          + "reproduced)"
      ),
      (
        "reproduce --table 8",
        "fmp/table-1 is planned: it has no manifest yet (see 'priorlab list' for what can be "
          + "reproduced)"
      ),
      ("plan --table 10", "there is no table 10: the tables are 1, 2, 3, 4, 5, 6, 7, 8, 9"),
      (
        "plan",
        "name a table or figure, or a table's number with --table (see 'priorlab help plan')"
      ),
      (
        "plan vhp/table-1 --profile smok",
        "experiments/vhp/studies/pendulum.yaml:2:1: profiles: unknown name 'smok'; did you mean "
          + "'smoke'? Expected one of paper, quick, short, smoke"
      ),
      (
        "plan vhp/table-1 --set model.vhp.latnt=4",
        "--set model.vhp.latnt=4: model.vhp: unknown key 'latnt'; did you mean 'latent'? Valid keys: "
          + "latent, encoder, decoder, likelihood, initial, prior-encoder, prior-decoder, "
          + "importance-samples, log-variance"
      ),
      (
        "plan vhp/table-1 --set model.vhp.latent=x",
        "--set model.vhp.latent=x: model.vhp.latent: expected a whole number, found 'x'"
      ),
      (
        "plan vhp/table-1 --set model.vhp.latent=1000000",
        "--set model.vhp.latent=1000000: model.vhp: latent must be from 1 to 65536"
      ),
      (
        "plan vhp/table-1 --set phases.train.batch=9223372036854775807",
        "--set phases.train.batch=9223372036854775807: phases.train: batch must be from 1 to 10⁹"
      ),
      (
        "plan vhp/table-1 --set model.vhp.likelihood.gaussian.scale=.inf",
        "--set model.vhp.likelihood.gaussian.scale=.inf: model.vhp.likelihood.gaussian.scale: expected "
          + "a number, found '.inf'"
      ),
      (
        "plan vhp/table-1 --set study=../../x",
        "--set study=../../x: study: the study's id cannot be overridden"
      ),
      (
        "plan vhp/table-1 --set model.vhp.latent",
        "--set model.vhp.latent: 'model.vhp.latent' is not an override; write path=value, such as "
          + "model.vhp.latent=4"
      ),
      (
        "plan vhp/table-1 --only method=reno",
        "--only: the axis 'method' has no value 'reno'; did you mean 'rewo'?"
      ),
      (
        "plan vhp/table-1 --only method",
        "'method' selects no cells: write 'axis = value' or 'axis in value, value', joined by 'and'"
      ),
      (
        "plan vhp/table-1 --seeds 0",
        "--seeds takes a count above 0 (10) or a list without repeats (0,3,7; seed 3 alone is 3,) "
          + "(see 'priorlab help plan')"
      ),
      (
        "plan vhp/table-1 --seeds 1,1",
        "--seeds takes a count above 0 (10) or a list without repeats (0,3,7; seed 3 alone is 3,) "
          + "(see 'priorlab help plan')"
      ),
      (
        "plan gmvae/table-1 --datasets nowhere",
        "there is no directory 'nowhere': name that of the data sets' manifests with --datasets (see "
          + "'priorlab help plan')"
      ),
      (
        "plan vhp/table-1 --seeds 3,,",
        "--seeds takes a count above 0 (10) or a list without repeats (0,3,7; seed 3 alone is 3,) "
          + "(see 'priorlab help plan')"
      ),
      (
        "plan vhp/table-1 --set profiles.smoke.seeds=3",
        "--set profiles.smoke.seeds=3: profiles.smoke.seeds: an override of 'profiles' would change "
          + "nothing here: replace a setting of the runs"
      ),
      (
        "compare vhp/table-1 --against-profile nope --against-set garbage",
        "--against-profile and --against-set are of the result that --against names: name one, or leave "
          + "them out (see 'priorlab help compare')"
      ),
      (
        "verify results/vhp/table-1/smoke --cell method=rewo",
        "--cell and --study are of the run that --rerun trains again: say its seed, or leave them out "
          + "(see 'priorlab help verify')"
      ),
      (
        "run vhp/pendulum --cell method=rewo --seed=-1",
        "--seed must be at least 0 (see 'priorlab help run')"
      ),
      (
        "reproduce vhp/table-1 --jobs 0",
        "--jobs must be at least 1 (see 'priorlab help reproduce')"
      ),
      (
        "reproduce vhp/table-1 --threads 0",
        "--threads must be from 1 to 1024 (see 'priorlab help reproduce')"
      ),
      (
        "reproduce vhp/table-1 --dense fast",
        "The value 'fast' is invalid for '--dense <dense>'. Please provide one of 'auto', 'onednn' or "
          + "'aten'. (see 'priorlab help reproduce')"
      ),
      (
        "reproduce vhp/table-1 --fast",
        "Unknown option '--fast'. Did you mean '--all'? (see 'priorlab help reproduce')"
      ),
      (
        "compare vhp/table-1 --format html",
        "The value 'html' is invalid for '--format <format>'. Please provide one of 'text', "
          + "'markdown', 'csv', 'json' or 'latex'. (see 'priorlab help compare')"
      ),
      (
        "run vhp/pendulum",
        "--cell is needed; the cells of vhp/pendulum are \(cells) (see 'priorlab help run')"
      ),
      (
        "run vhp/pendulum --cell method=reno",
        "there is no cell 'method=reno'; the cells of vhp/pendulum are \(cells) (see 'priorlab help "
          + "run')"
      ),
      (
        "run vhp/pendulm --cell method=rewo",
        "there is no study 'vhp/pendulm'; did you mean 'vhp/pendulum'? (see 'priorlab list --studies')"
      ),
      ("run nope", "there is no study 'nope' (see 'priorlab list --studies')"),
      (
        "validate vhp/pendulm",
        "there is no study, table or figure 'vhp/pendulm'; did you mean 'vhp/pendulum'? (see 'priorlab "
          + "list' and 'priorlab list --studies')"
      ),
      (
        "run vhp/pendulum --cell method=rewo --seed -1",
        "--seed must be at least 0 (see 'priorlab help run')"
      ),
      (
        "bench vhp/pendulum --cell method=rewo --steps -5",
        "--steps must be at least 1 (see 'priorlab help bench')"
      ),
      (
        "plan vhp/table-1 --seeds -1",
        "--seeds takes a count above 0 (10) or a list without repeats (0,3,7; seed 3 alone is 3,) "
          + "(see 'priorlab help plan')"
      ),
      (
        "show zzzz",
        "no recorded run has an identity that starts with 'zzzz' (see 'priorlab plan')"
      ),
      (
        "clean vhp/pendulm",
        "there are no runs of 'vhp/pendulm' in results (see 'priorlab help clean')"
      ),
      (
        "clean",
        "name the studies whose runs are to go, or say --all (see 'priorlab help clean')"
      ),
      (
        "clean --all vhp/pendulum",
        "name studies, or say --all, but not both (see 'priorlab help clean')"
      ),
      (
        "reproduce --all vhp/table-1",
        "say --all, or name tables and figures, but not both (see 'priorlab help reproduce')"
      ),
      (
        "contact-sheet --profile slow",
        "there are no pictures in results of profile slow: make some with 'priorlab reproduce' "
          + "(see 'priorlab help contact-sheet')"
      ),
      ("reproduse", "Unexpected argument 'reproduse' (see 'priorlab help')"),
    ])
    func wrongArguments(_ arguments: String, _ expected: String) throws {
      let outcome = try project.start(arguments.split(separator: " ").map(String.init)).finish()
      #expect(outcome.code == 2, "\(outcome)")
      #expect(outcome.output.isEmpty)
      #expect(outcome.errors == "error: \(expected)\n")
    }

    @Test func placesOfDataThatAreNotThere() throws {
      let places = ["PRIORLAB_DATA": "\(project.root):/no/such:elsewhere"]
      for command in [["plan", "vhp/table-1"], ["data", "list"]] {
        let outcome = try project.start(command, environment: places).finish()
        #expect(outcome.code == 0, "\(outcome)")
        #expect(
          outcome.complaints
            == ["/no/such", "elsewhere"].map {
              "warning: PRIORLAB_DATA names '\($0)', and there is no such directory: correct the variable"
            })
      }
      // Not by each run of a command.
      let run = try project.run(
        "run", "vhp/pendulum", "--cell", "method=nope", "--events", environment: places)
      #expect(run.complaints.count == 1 && run.errors.hasPrefix("error: "), "\(run)")
    }

    /// As many runs at a time as this process has cores.
    @Test func aPartOfTheCores() throws {
      let plan = try project.start(
        ["plan", "vhp/table-1", "--profile", "quick"], through: ["taskset", "-c", "0"]
      ).finish()
      #expect(plan.code == 0, "\(plan)")
      #expect(plan.output.contains("while 1 at a time train"), "\(plan)")
    }

    /// What is wrong with an override is wrong for `validate`'s manifests, too.
    @Test func impossibleNumbersAreNotValid() throws {
      let project = try Project()
      try project.edit(
        "experiments/vhp/studies/pendulum.yaml", "batch: 128", "batch: 9223372036854775807")
      let outcome = try project.run("validate", "vhp/pendulum")
      #expect(outcome.code == 2)
      #expect(outcome.output.contains("phases.train: batch must be from 1 to 10⁹"), "\(outcome)")
    }

    /// A result that is not there is no failed run.
    @Test func nothingToVerify() throws {
      let outcome = try project.run("verify", "results/vhp/table-1/paper")
      #expect(outcome.code == 2)
      #expect(
        outcome.errors
          == "error: results/vhp/table-1/paper/comparison.json is not there: reproduce the table or "
          + "figure first\n")
    }
  }
}
