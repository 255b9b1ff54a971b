import Files
import Foundation
import Testing

extension CommandTests {
  /// Times of training steps, and what another program needs to make the same step.
  @Suite struct Bench {
    private let run = [
      "bench", "vhp/pendulum", "--profile", "smoke", "--cell", "method=beta-1", "--set",
      "dataset.pendulum.images=64",
    ]

    @Test func timesSteps() throws {
      let project = try Project()
      let outcome = try project.start(run + ["--steps", "3"]).finish()
      #expect(outcome.code == 0, "\(outcome)")
      #expect(outcome.errors.isEmpty)
      let line = try #require(
        outcome.output.wholeMatch(
          of:
            /(\S+) ms a step \(median of 3, from (\S+) to (\S+)\), cpu, dense \w+, fp32, 1 thread\n/
        ))
      let times = [line.output.2, line.output.1, line.output.3].compactMap { Double($0) }
      #expect(times.count == 3 && times == times.sorted() && times[0] > 0)
      #expect(!project.exists("results"))
      // The plan has 12 steps, of which 10 are not timed.
      let short = try project.start(run + ["--steps", "20"]).finish()
      #expect(short.output.contains("(median of 2, "), "\(short)")
    }

    /// The losses are those of the first step of the run, which its record has.
    @Test func exportsTheFirstStep() throws {
      let project = try Project()
      let file = project.root + "/step.h5"
      let outcome = try project.start(
        run + ["--steps", "1", "--export", file, "--noise", "z=128x2", "--noise", "zeta=4x2,3"]
      ).finish()
      #expect(outcome.code == 0, "\(outcome)")
      let trained = try project.start(["run"] + run.dropFirst()).finish()
      #expect(trained.code == 0, "\(trained)")
      let records = try project.tree().filter { $0.key.hasSuffix("runs.jsonl") }.values
      let line = String(decoding: try #require(records.first), as: UTF8.self)
      let record = try #require(try json(line) as? [String: Any])
      let curves = try #require(
        (record["curves"] as? [String: Any])?["values"] as? [String: [Double]])
      let exported = try HDF5File(reading: file)
      for term in ["distortion", "rate"] {
        let loss = try exported.read(Double.self, at: "losses/\(term)").values
        let first = try #require(curves["loss/\(term)"]?.first)
        #expect(loss.count == 1 && abs(loss[0] - first) <= 1e-6 * abs(first), "\(term)")
      }
      #expect(try exported.shape(at: "noise/z/0") == [128, 2])
      #expect(try exported.shape(at: "noise/zeta/1") == [3])
      #expect(
        try exported.shape(at: "batch/image").first == exported.shape(at: "batch/angle").first)
      #expect(try exported.shape(at: "parameters/encoder/0/weight") == [256, 256])
      try exported.close()
    }

    /// A line of two times for each line; the graph is in a file for another program.
    @Test func timesTheGraph() throws {
      let project = try Project()
      let file = project.root + "/graph.h5"
      let outcome = try project.start(
        ["bench-graph", "--export", file], through: ["/bin/sh", "-c", #"echo 1 | "$0" "$@""#]
      ).finish()
      #expect(outcome.code == 0, "\(outcome)")
      let times = outcome.output.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
      #expect(times.count == 2 && times.allSatisfy { $0 > 0 }, "\(outcome)")
      let exported = try HDF5File(reading: file)
      #expect(try exported.shape(at: "points") == [10_000, 32])
      #expect(try exported.shape(at: "length") == [8])
      try exported.close()
    }

    @Test func wrongArguments() throws {
      let project = try Project()
      for (arguments, expected) in [
        (["--steps", "0"], "--steps must be at least 1"),
        (
          ["--set", "phases.train.until.steps=3", "--steps", "3"],
          "the run ends after 3 steps, and as many as --steps, at most ten, are not timed"
        ),
        (["--noise", "z"], "'z' is not of the form purpose=shape, such as z=128x2"),
        (["--noise", "z=2x0", "--export", "x"], "'z=2x0' is not of the form purpose=shape"),
      ] {
        let outcome = try project.start(run + arguments).finish()
        #expect(outcome.code == 2, "\(outcome)")
        #expect(outcome.complaints.count == 1 && outcome.errors.contains(expected), "\(outcome)")
      }
    }
  }
}
