import Foundation
import Testing

extension CommandTests {
  /// Disks that are full, limited or read-only, and libraries that are not there: a sentence, an exit
  /// code, and all that was there before.
  @Suite struct StorageFaults {
    private let table = [
      "reproduce", "vhp/table-1", "--profile", "smoke", "--only", "method = geco",
    ]
    /// The superuser may write anywhere, so the right to do so is laid down.
    private let asAnyone =
      geteuid() == 0
      ? ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-all"] : []

    private func protect(_ path: String, _ mode: String) throws {
      let process = try Process.run(
        URL(fileURLWithPath: "/bin/chmod"), arguments: ["-R", mode, path])
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
    }

    @Test(arguments: [
      (
        "results", "2", 2,
        "error: the directory results cannot be written to: change its permissions, or name another "
          + "place with --results\n"
      ),
      (
        "results/vhp/table-1", "2", 1,
        "error: Could not create the directory results/vhp/table-1/.smoke.new: Permission denied. "
          + "Change its permissions, or choose another place.\n"
      ),
      ("results/vhp/pendulum", "3", 1, "cannot be made: check that its parent exists, is writable"),
    ])
    func readOnlyResults(
      _ place: String, _ seeds: String, _ code: Int32, _ expected: String
    ) throws {
      let project = try Project(resultsOf: try SmokeTable.project(), weights: false)
      let before = try project.tree()
      try protect("\(project.root)/\(place)", "a-w")
      defer { try? protect("\(project.root)/\(place)", "u+w") }
      let outcome = try project.start(table + ["--seeds", seeds], through: asAnyone).finish()
      #expect(outcome.code == code, "\(outcome)")
      #expect(outcome.errors.contains(expected), "\(outcome)")
      var after = try project.tree()
      if place.hasSuffix("pendulum") {
        // The new run failed, and the table says so.
        #expect(outcome.output.contains("(n = 2), 1 failed"))
        after = after.filter { !$0.key.hasPrefix("vhp/table-1/") }
        #expect(after == before.filter { !$0.key.hasPrefix("vhp/table-1/") })
      } else {
        #expect(outcome.output.isEmpty)
        #expect(after == before)
      }
    }

    /// What may not be read is not taken for missing: everything would be trained again.
    @Test(arguments: ["results/vhp/pendulum", "results/vhp/pendulum/runs"])
    func resultsThatMayNotBeRead(_ place: String) throws {
      let project = try Project(resultsOf: try SmokeTable.project(), weights: false)
      let before = try project.tree()
      try protect("\(project.root)/\(place)", "a-rwx")
      defer { try? protect("\(project.root)/\(place)", "u+rwx") }
      for command in [
        ["plan", "vhp/table-1", "--profile", "smoke"], ["clean", "--all", "--dry-run"],
        ["compare", "vhp/table-1", "--profile", "smoke"], table, table + ["--no-training"],
      ] {
        let outcome = try project.start(command, through: asAnyone).finish()
        #expect(outcome.code == 2, "\(command): \(outcome)")
        #expect(outcome.output.isEmpty, "\(command): \(outcome)")
        #expect(outcome.complaints.count == 1, "\(command): \(outcome)")
        #expect(outcome.errors.hasPrefix("error: \(place)"), "\(command): \(outcome)")
        #expect(
          outcome.errors.contains(" cannot be read (Permission denied): change its permissions"),
          "\(command): \(outcome)")
      }
      try protect("\(project.root)/\(place)", "u+rwx")
      #expect(try project.tree() == before)
    }

    @Test func aComparisonThatMayNotBeRead() throws {
      let project = try Project(resultsOf: try SmokeTable.project(), weights: false)
      let file = "results/vhp/table-1/smoke/comparison.json"
      try protect("\(project.root)/\(file)", "a-r")
      let sentence = "\(file) cannot be read (Permission denied): change its permissions"
      let verify = try project.start(
        ["verify", "results/vhp/table-1/smoke"], through: asAnyone
      ).finish()
      #expect(verify.code == 2 && verify.errors.hasPrefix("error: " + sentence), "\(verify)")
      let list = try project.start(["list", "vhp"], through: asAnyone).finish()
      #expect(list.code == 0 && list.output.contains("smoke: " + sentence), "\(list)")
    }

    @Test func dataSetsThatMayNotBeListed() throws {
      let project = try Project()
      try protect("\(project.root)/datasets", "a-rwx")
      defer { try? protect("\(project.root)/datasets", "u+rwx") }
      for command in [["data", "list"], ["validate"], ["plan", "vhp/table-1"]] {
        let outcome = try project.start(command, through: asAnyone).finish()
        #expect(outcome.code == 3 && outcome.output.isEmpty, "\(command): \(outcome)")
        #expect(
          outcome.errors
            == "error: the directory of data sets datasets cannot be read (Permission denied): "
            + "correct its permissions, or name another with --datasets\n", "\(command)")
      }
    }

    /// A limit on the size of files must not end a run by a signal, nor leave a part of a file.
    @Test func aLimitOnTheSizeOfFiles() throws {
      let project = try Project(resultsOf: try SmokeTable.project(), weights: false)
      let before = try project.tree()
      let limited = ["sh", "-c", "ulimit -f 1000; exec \"$@\"", "sh"]
      let outcome = try project.start(table + ["--seeds", "3"], through: limited).finish()
      #expect(outcome.code == 1, "\(outcome)")
      #expect(
        outcome.errors.contains(
          "snapshot-4.h5: File too large. Raise the limit on the size of files (ulimit -f)"),
        "\(outcome)")
      #expect(outcome.output.contains("(n = 2), 1 failed"))
      let after = try project.tree()
      for (name, data) in before where !name.hasPrefix("vhp/table-1/") {
        #expect(after[name] == data, "\(name)")
      }
      #expect(!after.keys.contains { $0.hasSuffix(".tmp") || $0.hasSuffix(".new") })
      let again = try project.start(table + ["--seeds", "3"]).finish()
      #expect(again.code == 0, "\(again)")
      #expect(again.output.contains("(n = 3)"))
    }

    /// Whether a file system can be mounted that only a command and its children see.
    static let canMount: Bool = {
      let line = ["unshare", "--mount", "sh", "-c", "mount -t tmpfs -o size=1m none /mnt"]
      guard
        let process = try? Process.run(URL(fileURLWithPath: "/usr/bin/env"), arguments: line)
      else { return false }
      process.waitUntilExit()
      return process.terminationStatus == 0
    }()

    /// Results on a disk of that size, which only the command and its children see.
    private func disk(_ size: String, _ script: String) -> [String] {
      let mount =
        "mkdir -p results && mount -t tmpfs -o size=\(size) none results || exit 77\n"
        + "mkdir -p results/vhp/table-1 && cp -r old results/vhp/table-1/old || exit 77\n"
      return ["unshare", "--mount", "sh", "-c", mount + script, "sh"]
    }

    /// A project with something that stands for older results on that disk.
    private func projectWithOldResults() throws -> Project {
      let project = try Project()
      try project.write("{}", to: "old/comparison.json")
      return project
    }

    /// What is left of it.
    private let showOld = "cmp old/comparison.json results/vhp/table-1/old/comparison.json >&2"

    @Test(.enabled(if: canMount, "file systems cannot be mounted here"))
    func tooLittleSpaceIsSaidBeforehand() throws {
      let project = try projectWithOldResults()
      let script =
        "\"$@\"; code=$?; \(showOld) || exit 78; find results -type f ! -path '*/old/*' >&2; exit $code"
      let outcome = try project.start(table, through: disk("9m", script)).finish()
      #expect(outcome.code == 1, "\(outcome)")
      #expect(outcome.output.isEmpty)
      // Nothing was begun, and so no file is found.
      #expect(outcome.complaints.count == 1, "\(outcome)")
      let sentence = try #require(
        outcome.errors.wholeMatch(
          of:
            /error: (\d+) MB of disk space are needed at results and 9.4 MB are free: .+--results\n/
        ),
        "\(outcome)")
      let plan = try project.start(["plan"] + table.dropFirst()).finish()
      #expect(plan.output.contains("up to \(sentence.output.1) MB while "), "\(plan)")
      // A run that is started by itself asks for its own.
      let run = try project.start(
        ["run", "vhp/pendulum", "--cell", "method=geco", "--profile", "smoke"],
        through: disk("9m", script)
      ).finish()
      #expect(run.code == 1)
      #expect(run.errors.contains(" MB of disk space are needed at results/vhp/pendulum/runs/"))
    }

    /// The disk fills up while a run writes its checkpoints; with room again, it goes on from the last.
    @Test(.enabled(if: canMount, "file systems cannot be mounted here"))
    func aDiskThatFillsUp() throws {
      let project = try projectWithOldResults()
      let script = """
        checkpoints() { ls results/vhp/pendulum/runs/*/checkpoint-*.json; }
        "$@" --checkpoint-seconds 0 & command=$!
        until checkpoints >/dev/null 2>&1; do sleep 0.05; done
        cat /dev/zero > results/filler 2>/dev/null
        wait $command; echo "ended with $?"
        checkpoints >/dev/null && echo 'a checkpoint is left'
        find results -name '*.tmp'
        rm results/filler
        \(showOld) || exit 78
        "$@"
        """
      let arguments = table + ["--seeds", "1"] + Small.settings(steps: 400)
      let outcome = try project.start(arguments, through: disk("30m", script)).finish()
      #expect(outcome.code == 0, "\(outcome)")
      #expect(outcome.errors.contains(": No space left on device. Free some disk space, then run"))
      let lines = outcome.output.split(separator: "\n")
      #expect(lines.contains("ended with 1"), "\(outcome)")
      #expect(lines.contains("a checkpoint is left"))
      #expect(!outcome.output.contains(".tmp"))
      #expect(outcome.output.contains("(n = 1)"))
    }

    /// The loader's own message is all that there can be; it names the library, and nothing is begun.
    @Test func aLibraryThatIsNotThere() throws {
      let project = try Project(resultsOf: try SmokeTable.project(), weights: false)
      let before = try project.tree()
      try project.write("", to: "broken/libc10.so")
      let outcome = try project.start(
        table, environment: ["LD_LIBRARY_PATH": project.root + "/broken"]
      ).finish()
      #expect(outcome.code == 127, "\(outcome)")
      #expect(outcome.output.isEmpty)
      #expect(outcome.complaints.count == 1)
      #expect(outcome.errors.contains("error while loading shared libraries: "))
      #expect(outcome.errors.contains("libc10.so: "))
      #expect(try project.tree() == before)
    }
  }
}
