import Foundation
import Testing

extension CommandTests {
  /// Runs that are stopped, killed, or diverge.
  @Suite struct Interruption {
    /// A budget of many steps, each kept as a checkpoint, for the method that trains fastest.
    private func long(_ project: Project, steps: Int) throws -> Running {
      try project.start([
        "reproduce", "vhp/table-1", "--profile", "smoke", "--only", "method = beta-1",
        "--seeds", "1", "--set", "phases.train.until={steps: \(steps)}",
        "--checkpoint-seconds", "0",
      ])
    }

    /// The end of a command that was asked to stop, which many steps later it is made to.
    private func ending(
      of running: Running, _ project: Project, below directory: String = Project.runs
    ) -> Outcome {
      let step = project.checkpoints(below: directory).last ?? 0
      running.wait { (project.checkpoints(below: directory).last ?? 0) > step + 200 }
      if running.isRunning {
        Issue.record("the command goes on training")
        running.end()
      }
      return running.finish()
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func stopsWithACheckpointAndGoesOn(_ signal: Int32) throws {
      let project = try Project()
      let running = try long(project, steps: 100_000)
      running.wait { (project.checkpoints().last ?? 0) >= 2 }
      running.send(signal)
      let outcome = ending(of: running, project)
      #expect(outcome.code == 130, "\(outcome)")
      #expect(
        outcome.errors.hasSuffix("error: stopped; the same command goes on from the checkpoints\n"))
      #expect(outcome.output.isEmpty)
      #expect(project.records().isEmpty)
      let step = try #require(project.checkpoints().last)
      #expect(step >= 2)
      let plan = try project.run(
        "plan", "vhp/table-1", "--profile", "smoke", "--only", "method = beta-1", "--seeds", "1",
        "--set", "phases.train.until={steps: 100000}")
      #expect(plan.output.contains("goes on from step \(step)"), "\(plan)")
      #expect(!project.exists("results/vhp/table-1"))
    }

    /// A signal that comes before the first step is not lost: the run would go on for hours.
    @Test func stopsAtOnce() throws {
      let project = try Project()
      let running = try long(project, steps: 1_000_000)
      running.wait { !running.workers.isEmpty }
      running.send(SIGINT)
      let outcome = ending(of: running, project)
      #expect(outcome.code == 130, "\(outcome)")
      #expect(project.records().isEmpty)
    }

    /// A second signal waits for no step to end; the next command goes on from what is there.
    @Test func aSecondSignalEndsAtOnce() throws {
      let project = try Project()
      // Of so many images and samples a step takes about half a second.
      let settings = [
        "dataset.pendulum.images=2048", "phases.train.batch=2048",
        "model.vhp.importance-samples=16", "phases.train.until={steps: 1000}",
      ].flatMap { ["--set", $0] }
      let arguments =
        ["run", "vhp/pendulum", "--cell", "method=beta-1", "--profile", "smoke"] + settings
        + ["--checkpoint-seconds", "0"]
      let running = try project.start(arguments)
      // The last two are kept.
      running.wait { (project.checkpoints().first ?? 0) >= 2 }
      running.send(SIGINT)
      // Until then a second one would be the same as the first.
      running.wait { !running.isPending(SIGINT) }
      running.send(SIGINT)
      let outcome = running.finish()
      #expect(outcome.code == 130, "\(outcome)")
      // At the end of a step it would say at which it was stopped.
      #expect(outcome.errors.isEmpty, "\(outcome)")
      #expect(project.records().isEmpty)

      let step = try #require(project.checkpoints().last)
      let plan = try project.start(
        ["plan", "vhp/table-1", "--profile", "smoke", "--only", "method = beta-1", "--seeds", "1"]
          + settings
      ).finish()
      #expect(plan.output.contains("goes on from step \(step)"), "\(plan)")
      let next = try project.start(arguments)
      var lowest = step
      next.wait {
        let steps = project.checkpoints()
        lowest = min(lowest, steps.first ?? step)
        return (steps.last ?? 0) > step
      }
      next.send(SIGINT)
      // From the start it would have kept step 1 again.
      #expect(lowest >= 2)
      let second = ending(of: next, project)
      #expect(second.code == 130, "\(second)")
      let last = try #require(project.checkpoints().last)
      #expect(last > step)
      // No checkpoint is passed over.
      #expect(second.complaints == ["error: stopped at step \(last)"], "\(second)")
    }

    /// Training again is stopped as training is; nothing is left in the temporary place.
    @Test func trainingAgainIsStopped() throws {
      let project = try Project()
      let settings = Small.settings(steps: 1_000_000)
      let options =
        ["vhp/table-1", "--profile", "smoke", "--only", "method = geco", "--seeds", "1"] + settings
      let plan = try objects(
        try project.start(["plan"] + options + ["--format", "json"]).finish().output)
      // The record of a short run stands for that of one which would take half an hour.
      let pattern = try #require(
        try SmokeTable.project().records().first { $0.contains("\"value\":\"geco\"") })
      var record = try #require(try json(pattern) as? [String: Any])
      record["identity"] = try #require(plan.first?["identity"] as? String)
      record["seed"] = 0
      record["profile"] =
        ["name": "smoke", "overrides": settings.filter { $0 != "--set" }] as [String: Any]
      let line = String(
        decoding: try JSONSerialization.data(withJSONObject: record), as: UTF8.self)
      try project.write(line + "\n", to: Project.runs + "/runs.jsonl")
      let made = try project.start(["reproduce", "--no-training"] + options).finish()
      #expect(made.code == 0, "\(made)")
      let results = try FileManager.default.contentsOfDirectory(
        atPath: project.root + "/results/vhp/table-1")
      try #require(results.count == 1)
      let before = try project.tree()

      let temporary = project.root + "/tmp"
      try FileManager.default.createDirectory(
        atPath: temporary, withIntermediateDirectories: false)
      let running = try project.start(
        [
          "verify", "results/vhp/table-1/\(results[0])", "--rerun", "0", "--cell", "method=geco",
          "--checkpoint-seconds", "0",
        ], environment: ["TMPDIR": temporary])
      running.wait { !project.checkpoints(below: "tmp").isEmpty }
      running.send(SIGINT)
      let outcome = ending(of: running, project, below: "tmp")
      #expect(outcome.code == 130, "\(outcome)")
      #expect(outcome.output.isEmpty)
      let last = try #require(outcome.complaints.last)
      #expect(
        last.wholeMatch(of: /error: training again was stopped at step [1-9]\d*/) != nil,
        "\(outcome)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: temporary).isEmpty)
      #expect(try project.tree() == before)
    }

    /// Most of a step is spent in kernels on whose stack nothing else may write: a handler that ran there
    /// ended every third run in a crash.
    @Test(arguments: 0..<6)
    func stopsWhileKernelsCompute(_ seed: Int) throws {
      let project = try Project()
      let running = try project.start([
        "run", "vhp/pendulum", "--cell", "method=beta-1", "--seed", "\(seed)", "--profile", "paper",
      ])
      running.wait { project.exists("results/vhp/pendulum/runs") }
      Thread.sleep(forTimeInterval: 3 + 0.13 * Double(seed))
      running.send(SIGINT)
      let outcome = running.finish()
      #expect(outcome.code == 130, "\(outcome)")
      #expect(outcome.errors.hasPrefix("error: stopped at step "), "\(outcome)")
    }

    /// A killed process is one failed run; the others finish, and the next command makes it up.
    @Test func aKilledRunIsCounted() throws {
      let project = try Project()
      let arguments = [
        "reproduce", "vhp/table-1", "--profile", "smoke", "--only", "method = geco", "--seeds", "3",
        "--jobs", "1",
      ]
      let running = try project.start(arguments)
      var worker: Int32?
      running.wait {
        worker = running.workers.first
        return worker != nil
      }
      kill(try #require(worker), SIGKILL)
      let outcome = running.finish()
      #expect(outcome.code == 1, "\(outcome)")
      #expect(outcome.errors.contains("seed 0 failed: its process was ended by signal 9"))
      #expect(outcome.errors.contains("[3/3]"))
      #expect(outcome.output.contains("(n = 2), 1 failed"), "\(outcome)")
      #expect(project.records().count == 2)
      let again = try project.start(arguments).finish()
      #expect(again.code == 0, "\(again)")
      #expect(again.output.contains("(n = 3)"))
    }

    /// A diverging method is recorded as failed, counted, and not trained again.
    @Test func aDivergingRunIsCounted() throws {
      let project = try Project(resultsOf: try SmokeTable.project(), weights: false)
      let before = try project.tree()
      let old = project.records()
      let arguments = [
        "reproduce", "vhp/table-1", "--profile", "smoke", "--only", "method in beta-1, geco",
        "--seeds", "2", "--set", "dataset.pendulum.images=64", "--set",
        "axes.method.beta-1={phases.train.updates.0.optimiser.adam.rate: 1e20}",
      ]
      let outcome = try project.start(arguments).finish()
      #expect(outcome.code == 1, "\(outcome)")
      #expect(outcome.errors.contains("is not a finite number at step"))
      #expect(outcome.errors.contains("[4/4]"))
      let lines = outcome.output.split(separator: "\n").map(String.init)
      #expect(lines.contains { $0.hasPrefix("  method=beta-1") && $0.contains("2 failed") })
      #expect(lines.contains { $0.hasPrefix("  method=geco") && $0.contains("(n = 2)") })
      #expect(project.records().filter { $0.contains("\"failure\":") }.count == 2)
      // The table of other settings is a table of its own.
      for (name, data) in before where !name.hasSuffix("runs.jsonl") {
        #expect(project.file("results/\(name)") == data, "\(name)")
      }
      #expect(Array(project.records().prefix(old.count)) == old)
      let again = try project.start(arguments).finish()
      #expect(again.code == 1)
      #expect(again.errors.contains("a run failed before and is not tried again (--retry-failed)"))
      #expect(!again.errors.contains("runs, "))
      #expect(again.output == outcome.output)
      #expect(project.records().count == old.count + 4)
    }
  }
}
