import Foundation
import Testing

extension CommandTests {
  /// Several commands at the same study, and commands that are killed without a warning.
  @Suite struct Sharing {
    /// Two commands that start together train each run once, and write one result.
    @Test func twoCommandsAtOnce() throws {
      let project = try Project()
      let arguments =
        ["reproduce", "vhp/table-1", "--profile", "smoke", "--only", "method = geco"]
        + ["--seeds", "2", "--jobs", "1"] + Small.settings(steps: 40)
      let commands = try (0..<2).map { _ in try project.start(arguments) }
      let outcomes = commands.map { $0.finish() }
      for outcome in outcomes { #expect(outcome.code == 0, "\(outcome)") }
      #expect(outcomes[0].output == outcomes[1].output)
      #expect(outcomes[0].output.contains("(n = 2)"))
      let identities = try project.records().map {
        try #require(try json($0) as? [String: Any])["identity"] as? String
      }
      #expect(identities.count == 2 && Set(identities).count == 2)
      // What one command alone comes to.
      let alone = try Project()
      #expect(try alone.start(arguments).finish().code == 0)
      let names = try alone.tree().keys.sorted()
      #expect(try project.tree().keys.sorted() == names)
      for (name, data) in try alone.tree() where name.hasSuffix("weights.h5") {
        #expect(try project.data("results/\(name)") == data)
      }
    }

    /// A few of the kills that the script makes by the dozen.
    @Test func killedAtRandomMoments() throws {
      let project = try Project()
      let outcome = try project.startScript(
        "torture",
        [
          "--kills", "3", "--seed", "5", "--command", Project.executable, "--only", "method = geco",
        ]
      ).finish()
      #expect(outcome.code == 0, "\(outcome)")
      #expect(outcome.output.contains("3 kills ("), "\(outcome)")
      #expect(outcome.output.contains(": 2 runs and the table equal"))
    }

    /// Cleaning leaves a run alone that is going on, and touches neither records nor results.
    @Test func cleaningBesideARun() throws {
      let project = try Project(resultsOf: try SmokeTable.project(), weights: false)
      let records = try project.text("results/vhp/pendulum/runs/runs.jsonl")
      try project.write(records, to: "results/vhp/pendulum/runs.jsonl")
      let before = try project.tree().filter { !$0.key.hasPrefix("vhp/pendulum/runs/") }
      #expect(before.count >= 8)
      let running = try project.start(
        [
          "run", "vhp/pendulum", "--cell", "method=beta-1", "--profile", "smoke",
          "--checkpoint-seconds", "0",
        ] + Small.settings(steps: 1_000_000))
      running.wait { !project.checkpoints().isEmpty }
      let outcome = try project.run("clean", "--all", "--unfinished")
      #expect(outcome.code == 0, "\(outcome)")
      let lines = outcome.output.split(separator: "\n")
      #expect(lines.count == 2)
      #expect(lines.first?.hasPrefix("in use, left alone: results/vhp/pendulum/runs/") == true)
      #expect(lines.last?.hasPrefix("removed 10 run directories, ") == true)
      #expect(running.isRunning)
      running.send(SIGINT)
      #expect(running.finish().code == 130)
      #expect(!project.checkpoints().isEmpty)
      let after = try project.tree().filter { !$0.key.hasPrefix("vhp/pendulum/runs/") }
      #expect(after == before)
      #expect(try project.text("results/vhp/pendulum/runs/runs.jsonl") == records)
      // Stopped, it can go on, which takes another word to give up.
      let kept = try project.run("clean", "vhp/pendulum", "--dry-run")
      #expect(kept.output.contains("would remove 0 run directories"), "\(kept)")
      #expect(kept.output.contains("left 1 unfinished"), "\(kept)")
      let rest = try project.run("clean", "vhp/pendulum", "--unfinished", "--dry-run")
      #expect(rest.output.contains("would remove 1 run directories"), "\(rest)")
    }
  }
}

/// Settings under which a step takes a millisecond or two.
enum Small {
  static func settings(steps: Int) -> [String] {
    let network = "{mlp: {hidden: [16]}}"
    let parts = ["encoder", "decoder", "prior-encoder", "prior-decoder"]
    return
      (parts.map { "model.vhp.\($0)=\(network)" }
      + ["dataset.pendulum.images=64", "phases.train.until={steps: \(steps)}"])
      .flatMap { ["--set", $0] }
  }
}
