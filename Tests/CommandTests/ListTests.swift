import Foundation
import Testing

extension CommandTests {
  /// What there is, and what each command takes.
  @Suite struct List {
    private let project: Project

    init() throws {
      project = try SmokeTable.project()
    }

    @Test func asText() throws {
      let outcome = try project.run("list")
      #expect(outcome.code == 0)
      #expect(outcome.errors.isEmpty)
      let lines = outcome.output.split(separator: "\n").map(String.init)
      let table = try #require(lines.firstIndex { $0.hasPrefix("  vhp/table-1 ") })
      #expect(lines[table].contains("table 1"))
      #expect(lines[table + 1].contains("data: pendulum (generated)"))
      #expect(lines[table + 1].contains("smoke: 5 not comparable"))
      let planned = try #require(lines.firstIndex { $0.hasPrefix("  fmp/table-1 ") })
      #expect(lines[planned + 1].hasSuffix("cost: unknown; planned"))
      // Each paper, and each numbered table.
      #expect(lines.filter { $0.contains("arXiv") }.count == 5)
      for number in 1...9 {
        #expect(lines.filter { $0.contains(" table \(number) ") }.count == 1)
      }
    }

    /// What `run` takes.
    @Test func studies() throws {
      let all = try project.run("list", "--studies")
      #expect(all.code == 0 && all.errors.isEmpty, "\(all)")
      let lines = all.output.split(separator: "\n")
      #expect(lines.contains { $0.hasPrefix("vhp/pendulum  ") && $0.contains("rendered pendulum") })
      #expect(lines.contains { $0.hasPrefix("gmvae/mnist  ") })
      #expect(!all.output.contains("table-1"))
      let some = try objects(
        try project.run("list", "gmvae", "--studies", "--format", "json").output)
      #expect(
        some.compactMap { $0["id"] as? String } == ["gmvae/arcs", "gmvae/mnist", "gmvae/svhn"])
      let none = try project.run("list", "vph", "--studies")
      #expect(none.code == 2)
      #expect(none.errors.contains("there are no studies of 'vph': there are some of gmvae"))
    }

    /// What is wrong with one manifest is said in its line.
    @Test func aBrokenStudy() throws {
      let project = try Project()
      try project.edit("experiments/gmvae/studies/arcs.yaml", "clusters: 8", "clusters: 0")
      let outcome = try project.run("list")
      #expect(outcome.code == 0, "\(outcome)")
      let lines = outcome.output.split(separator: "\n").map(String.init)
      let figure = try #require(lines.firstIndex { $0.hasPrefix("  gmvae/figures-2c-2f ") })
      #expect(lines[figure + 1].contains("cannot be read: experiments/gmvae/studies/arcs.yaml:"))
      let table = try #require(lines.firstIndex { $0.hasPrefix("  vhp/table-1 ") })
      #expect(lines[table + 1].hasSuffix("no results yet"))
    }

    @Test func asJSON() throws {
      let all = try objects(try project.run("list", "--format", "json").output)
      let table = try #require(all.first { $0["id"] as? String == "vhp/table-1" })
      #expect(table["number"] as? Int == 1)
      #expect(table["kind"] as? String == "table")
      // What it costs is known when the paper's own budget has been run.
      #expect(table["seconds"] == nil)
      #expect(table["cost"] as? String == "unknown")
      #expect(all.filter { $0["number"] != nil }.count == 9)
      let some = try objects(try project.run("list", "fmp", "gmvae", "--format", "json").output)
      #expect(
        Set(some.compactMap { ($0["id"] as? String)?.split(separator: "/").first }) == [
          "fmp", "gmvae",
        ])
      #expect(some.count < all.count)
    }

    @Test func unknownPaper() throws {
      let outcome = try project.run("list", "vph")
      #expect(outcome.code == 2)
      #expect(outcome.errors.contains("there is no paper 'vph': there are gmvae, mfcvae"))
    }

    /// Only a project has manifests; outside of one, a sentence says so.
    @Test(arguments: ["list", "plan", "reproduce", "compare", "validate", "run", "verify"])
    func outsideAProject(_ command: String) throws {
      let arguments = [
        "list": [], "validate": [], "run": ["vhp/pendulum"],
        "verify": [project.root + "/results/vhp/table-1/smoke"],
      ]
      let outcome = try project.start(
        [command] + (arguments[command] ?? ["vhp/table-1"]), directory: NSTemporaryDirectory()
      ).finish()
      #expect(outcome.code == 2, "\(outcome)")
      #expect(outcome.output.isEmpty)
      #expect(
        outcome.complaints.first
          == "error: there is no directory 'experiments' here: run from the project's directory, or "
          + "name it with --experiments (see 'priorlab help \(command)')")
      #expect(!FileManager.default.fileExists(atPath: NSTemporaryDirectory() + "results"))
    }

    private static let profile = ["--profile", "--set"]
    private static let place = ["--experiments", "--results"]
    private static let engine = ["--threads", "--dense", "--device"]
    private static let selection = ["--seeds", "--only"]

    @Test(arguments: [
      ("list", ["--studies", "--format"] + place),
      ("plan", ["--table", "--format"] + selection + profile + place),
      (
        "reproduce",
        [
          "--table", "--jobs", "--no-training", "--replace", "--retry-failed", "--fail-on-worse",
          "--format",
        ] + selection + profile + engine + place
      ),
      (
        "compare",
        ["--format", "--against", "--against-profile", "--against-set", "--fail-on-worse"]
          + selection + profile + place
      ),
      ("validate", ["--format"] + place),
      ("verify", ["--rerun", "--cell", "--study", "--format"] + engine + place),
      ("show", ["--format"] + place),
      ("clean", ["--all", "--stale", "--unfinished", "--dry-run"] + place),
      ("run", ["--cell", "--seed", "--weights", "--snapshots"] + profile + engine + place),
    ])
    func helpNamesTheOptions(_ command: String, _ options: [String]) throws {
      let outcome = try project.run(command, "--help")
      #expect(outcome.code == 0)
      #expect(outcome.errors.isEmpty)
      #expect(outcome.output.contains("USAGE: priorlab \(command)"))
      for option in options {
        #expect(
          outcome.output.contains("  \(option) ") || outcome.output.contains(" \(option)\n")
            || outcome.output.contains(", \(option) "), "\(option)")
      }
      // What is for the project's own processes is not offered.
      for hidden in ["--checkpoint-seconds", "--identity", "--events"] {
        #expect(!outcome.output.contains(hidden))
      }
    }

    @Test func helpOfAll() throws {
      let outcome = try project.run("--help")
      #expect(outcome.code == 0)
      for command in [
        "list", "plan", "reproduce", "compare", "validate", "verify", "show", "clean", "run",
      ] {
        #expect(outcome.output.contains("\n  \(command) "))
      }
      #expect(outcome.output.contains("130 interrupted"))
    }

    @Test func versionIsTheCitations() throws {
      let citation = try String(contentsOfFile: Project.sources + "/CITATION.cff", encoding: .utf8)
      let version = try #require(citation.firstMatch(of: /\nversion: (\S+)\n/)).1
      let outcome = try project.run("--version")
      #expect(outcome.code == 0 && outcome.output == version + "\n", "\(outcome)")
    }
  }
}
