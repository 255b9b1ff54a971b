import Files
import Foundation
import Testing

/// A server of files that misbehaves as its paths say (see `Server/server.py`).
final class FileServer {
  private let process = Process()
  private let log: String
  let root: String

  static let hasPython = ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"].contains {
    FileManager.default.isExecutableFile(atPath: $0 + "/python3")
  }

  /// - Parameter directory: the directory of the files.
  init(_ directory: String) throws {
    log = directory + "/requests.log"
    try Data().write(to: URL(fileURLWithPath: log))
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "python3", Project.sources + "/Tests/CommandTests/Server/server.py", directory, log,
    ]
    let output = Pipe()
    process.standardOutput = output
    // It ends when this end is closed.
    process.standardInput = Pipe()
    try process.run()
    let port = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    root = "http://127.0.0.1:" + port.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  deinit {
    process.terminate()
  }

  /// Paths and ranges that were asked for, in order.
  func requests() -> [String] {
    ((try? String(contentsOfFile: log, encoding: .utf8)) ?? "").split(separator: "\n")
      .map(String.init)
  }
}

extension CommandTests {
  /// Fetching from servers of all kinds.
  @Suite(.enabled(if: FileServer.hasPython, "the server of the tests needs python3"))
  struct Fetch {
    private let project: Project
    private let server: FileServer
    private let bytes: [UInt8]

    init() throws {
      project = try Project.withDots("dataset: dots\ntitle: Dots\nnot-yet: nothing is here")
      bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
      try project.write(bytes, to: "served/dots.idx")
      server = try FileServer(project.root + "/served")
    }

    private let final = "datasets/cache/dots/dots.idx"

    /// Writes the manifest, with mirrors that behave in these ways.
    private func mirrors(_ ways: [String], isKnown: Bool = true) throws {
      let addresses = ways.map { $0.hasPrefix("http") ? $0 : "\(server.root)/\($0)/dots.idx" }
      let known = isKnown ? "bytes: \(bytes.count), sha256: \(SHA256.hex(of: Data(bytes))), " : ""
      try project.write(
        """
        dataset: dots
        title: Dots
        files: [{name: dots.idx, \(known)mirrors: [\(addresses.joined(separator: ", "))]}]
        splits: {train: {image: {file: dots.idx, shape: [1, 2, 2]}}}
        """, to: "datasets/dots.yaml")
    }

    private func fetch() throws -> Outcome {
      try project.run("data", "fetch", "dots", "--patience", "1")
    }

    /// What is in the cache, but for the lock.
    private func cached() -> [String] {
      let names = try? FileManager.default.contentsOfDirectory(
        atPath: project.root + "/datasets/cache/dots")
      return (names ?? []).filter { $0 != ".lock" }.sorted()
    }

    @Test(arguments: [
      "plain", "redirect", "slow", "unsized", "longer", "cut-once", "norange-cut-once",
      "stall-once",
    ])
    func serversThatGiveTheFile(_ way: String) throws {
      try mirrors([way])
      let outcome = try fetch()
      #expect(outcome.code == 0, "\(outcome)")
      #expect(outcome.output.isEmpty)
      #expect(outcome.errors.hasPrefix("dots.idx is here: \(final) (SHA-256 "), "\(outcome)")
      #expect(try project.data(final) == Data(bytes))
      #expect(cached() == ["dots.idx"])
      switch way {
      case "cut-once", "stall-once":
        // The rest is asked for, and no more.
        #expect(server.requests().last == "/\(way)/dots.idx bytes=100000-", "\(server.requests())")
      case "norange-cut-once":
        #expect(server.requests().last == "/\(way)/dots.idx all", "\(server.requests())")
      default: break
      }
      // A second time there is nothing to do.
      let again = try fetch()
      #expect(again.code == 0 && again.errors == "dots.idx is here already: \(final)\n")
    }

    @Test(arguments: [
      ("403", "HTTP status 403"), ("404", "HTTP status 404"), ("500", "HTTP status 500"),
      ("altered", "it gave another file (SHA-256 "),
      ("shorter", "it gave 100000 bytes, where 200000 are expected"),
      ("cut", "transfer closed with"),
      ("http://127.0.0.1:1/dots.idx", "Failed to connect"),
    ])
    func serversThatDoNot(_ way: String, _ reason: String) throws {
      try mirrors([way])
      let outcome = try fetch()
      #expect(outcome.code == 3, "\(outcome)")
      let last = try #require(outcome.complaints.last)
      #expect(last.hasPrefix("error: dots.idx of dots cannot be had ("), "\(outcome)")
      #expect(last.contains(reason) && last.contains("check the connection"), "\(outcome)")
      #expect(!project.exists(final))
      // With another mirror the file is had all the same, whatever the first one left.
      try mirrors([way, "plain"])
      let second = try fetch()
      #expect(second.code == 0, "\(second)")
      #expect(second.errors.contains("warning: ") && second.errors.contains(reason), "\(second)")
      #expect(try project.data(final) == Data(bytes))
      #expect(cached() == ["dots.idx"])
    }

    /// A fetch that is stopped leaves no file of the final name, and goes on later.
    @Test func interrupted() throws {
      try mirrors(["slow"])
      let running = try project.start(["data", "fetch", "dots"])
      running.wait { (try? project.data(final + ".part").count) ?? 0 > 20_000 }
      running.send(SIGINT)
      let outcome = running.finish()
      #expect(outcome.code == 130, "\(outcome)")
      #expect(
        outcome.complaints == [
          "error: stopped while fetching dots.idx; the same command goes on where it was"
        ])
      #expect(cached() == ["dots.idx.part"])
      let size = try project.data(final + ".part").count
      try mirrors(["plain"])
      #expect(try fetch().code == 0)
      #expect(server.requests().last == "/plain/dots.idx bytes=\(size)-")
      #expect(try project.data(final) == Data(bytes))
    }

    /// A second command keeps out of what the first one is fetching.
    @Test func twoCommandsAtOnce() throws {
      try mirrors(["slow"])
      let running = try project.start(["data", "fetch", "dots"])
      running.wait { (try? project.data(final + ".part").count) ?? 0 > 20_000 }
      // It stands still with its lock, however long the second one takes to start.
      running.send(SIGSTOP)
      let second = try fetch()
      running.send(SIGCONT)
      #expect(second.code == 3, "\(second)")
      #expect(second.output.isEmpty)
      #expect(
        second.complaints == [
          "error: another command is fetching dots: wait until it has finished"
        ], "\(second)")
      let first = running.finish()
      #expect(first.code == 0, "\(first)")
      #expect(first.errors.hasPrefix("dots.idx is here: \(final) (SHA-256 "), "\(first)")
      #expect(try project.data(final) == Data(bytes))
      #expect(cached() == ["dots.idx"])
      #expect(server.requests() == ["/slow/dots.idx all"])
    }

    /// On a disk with room for half of the file: the same command gets the rest once there is more.
    @Test(.enabled(if: StorageFaults.canMount, "file systems cannot be mounted here"))
    func aFullDisk() throws {
      try mirrors(["plain"])
      let script = """
        cache=datasets/cache
        mkdir -p $cache && mount -t tmpfs -o size=300k none $cache || exit 77
        head -c 200000 /dev/zero > $cache/filler || exit 77
        "$@"; echo "ended with $?"
        ls $cache/dots
        rm $cache/filler
        "$@"; code=$?
        ls $cache/dots
        cmp served/dots.idx $cache/dots/dots.idx >&2 || exit 78
        exit $code
        """
      let outcome = try project.start(
        ["data", "fetch", "dots"], through: ["unshare", "--mount", "sh", "-c", script, "sh"]
      ).finish()
      #expect(outcome.code == 0, "\(outcome)")
      // What has come is kept, but not under the final name.
      #expect(outcome.output == "ended with 3\ndots.idx.part\ndots.idx\n", "\(outcome)")
      try #require(outcome.complaints.count == 2, "\(outcome)")
      #expect(
        outcome.complaints[0].hasPrefix("error: \(final).part cannot be written ("), "\(outcome)")
      #expect(
        outcome.complaints[0].hasSuffix(
          "): free some disk space or change the permissions, then run the command again"),
        "\(outcome)")
      #expect(
        outcome.complaints[1].hasPrefix("dots.idx is here: \(final) (SHA-256 "), "\(outcome)")
      let requests = server.requests()
      #expect(requests.count == 2, "\(requests)")
      #expect(requests.last?.hasPrefix("/plain/dots.idx bytes=") == true, "\(requests)")
    }

    /// What another file has left is noticed, and fetched anew.
    @Test func foreignPart() throws {
      try mirrors(["plain"])
      for count in [1000, bytes.count, bytes.count + 10] {
        try project.write([UInt8](repeating: 9, count: count), to: final + ".part")
        let outcome = try fetch()
        #expect(outcome.code == 0, "\(count): \(outcome)")
        #expect(try project.data(final) == Data(bytes))
        #expect(cached() == ["dots.idx"])
        try FileManager.default.removeItem(atPath: project.root + "/" + final)
      }
    }

    /// A wrong file of our own is fetched again; one of the user's is left to the user.
    @Test func wrongFileThatIsHere() throws {
      try mirrors(["plain"])
      try project.write(bytes.dropLast() + [1, 2], to: final)
      #expect(try fetch().code == 0)
      #expect(try project.data(final) == Data(bytes))
      let wrong: [UInt8] = bytes.dropLast() + [~bytes[bytes.count - 1]]
      try project.write(wrong, to: "own/dots/dots.idx")
      let outcome = try project.run(
        "data", "fetch", "dots", environment: ["PRIORLAB_DATA": "own"])
      #expect(outcome.code == 3, "\(outcome)")
      #expect(
        outcome.errors.hasPrefix("error: own/dots/dots.idx is not the file that it should be"))
      #expect(try project.data("own/dots/dots.idx") == Data(wrong))
    }

    /// Images of the shape that the manifest says, as served by mirrors of files without a checksum.
    private static let images = DataFile.idx(
      (0..<40_000).map { UInt8(truncatingIfNeeded: $0) }, [10_000, 2, 2])

    @Test func withoutChecksumOrMirror() throws {
      let images = Self.images
      try project.write(images, to: "served/dots.idx")
      try mirrors(["plain"], isKnown: false)
      let outcome = try fetch()
      #expect(outcome.code == 0)
      #expect(
        outcome.errors == "dots.idx is here: \(final) (SHA-256 \(SHA256.hex(of: Data(images)))); "
          + "not verified: no checksum is known\n")
      let verified = try project.run("data", "verify")
      #expect(verified.code == 0 && verified.output.contains("no checksum is declared"))
      try project.write(
        "dataset: gated\ntitle: T\nhow-to-get: sign the form\nfiles: [{name: g.zip}]\nnot-yet: it",
        to: "datasets/gated.yaml")
      let gated = try project.run("data", "fetch", "gated")
      #expect(gated.code == 3)
      #expect(
        gated.complaints == [
          "error: g.zip of gated cannot be fetched by a program: sign the form; then set "
            + "PRIORLAB_DATA=<dir> to a directory that has <dir>/gated/g.zip"
        ])
    }

    /// Without a checksum, what is served must at least be what the splits read.
    @Test func anythingElseInItsPlace() throws {
      let images = Self.images
      // Half of the file with the length of the half, and a page to sign in.
      try project.write(Array(images.dropLast(images.count / 2)), to: "served/half/dots.idx")
      try project.write(Array("<html>Sign in first</html>".utf8), to: "served/page/dots.idx")
      try project.write(
        DataFile.idx([UInt8](repeating: 7, count: 90), [10, 3, 3]), to: "served/other/dots.idx")
      try project.write(images, to: "served/dots.idx")
      for (name, reason) in [
        ("half", "is damaged"), ("page", "is not a file of arrays"),
        ("other", "has examples of shape [3, 3], where [1, 2, 2] is expected"),
      ] {
        try mirrors(["plain/\(name)"], isKnown: false)
        let outcome = try fetch()
        #expect(outcome.code == 3, "\(name): \(outcome)")
        #expect(outcome.errors.contains("it gave something else: "), "\(name): \(outcome)")
        #expect(outcome.errors.contains(reason), "\(name): \(outcome)")
        #expect(cached().isEmpty, "\(name)")
      }
      // The next mirror begins anew: its bytes are of another file than those that were left.
      try project.write([UInt8](repeating: 0, count: 100), to: final + ".part")
      try mirrors(["cut", "plain"], isKnown: false)
      let second = try fetch()
      #expect(second.code == 0, "\(second)")
      #expect(try project.data(final) == Data(images))
      #expect(server.requests().last == "/plain/dots.idx all", "\(server.requests())")
    }

    /// Archives that no split reads are told by their own form.
    @Test func archivesThatAreNone() throws {
      try project.write(Array("<html>Sign in first</html>".utf8), to: "served/a.zip")
      try project.write(
        """
        dataset: dots
        title: Dots
        not-yet: archives are not unpacked
        files: [{name: a.zip, mirrors: ["\(server.root)/plain/a.zip"]}]
        """, to: "datasets/dots.yaml")
      let outcome = try fetch()
      #expect(outcome.code == 3)
      #expect(
        outcome.complaints.first
          == "warning: no study can use dots yet: archives are not unpacked", "\(outcome)")
      #expect(outcome.errors.contains("is not an NPZ file"), "\(outcome)")
      #expect(cached().isEmpty)
    }

    /// A set whose files nobody can name is not fetched, nor verified, with success.
    @Test func setsWithoutFiles() throws {
      try project.write(
        "dataset: gated\ntitle: T\nhow-to-get: sign the form\nnot-yet: it",
        to: "datasets/gated.yaml"
      )
      for command in ["fetch", "verify"] {
        let outcome = try project.run("data", command, "gated")
        #expect(outcome.code == 3, "\(outcome)")
        #expect(
          outcome.errors
            == "error: the files of gated cannot be fetched by a program: sign the form\n")
      }
    }

    /// What a person has set up for `curl` elsewhere has no say here.
    @Test func settingsOfCurl() throws {
      try mirrors(["plain"])
      try project.write("fail\nuser-agent = x\nmax-filesize = 10\n", to: "home/.curlrc")
      let outcome = try project.run(
        "data", "fetch", "dots",
        environment: ["HOME": project.root + "/home", "CURL_HOME": project.root + "/home"])
      #expect(outcome.code == 0, "\(outcome)")
      #expect(try project.data(final) == Data(bytes))
    }

    @Test func withoutNames() throws {
      let outcome = try project.run("data", "fetch")
      #expect(outcome.code == 2)
      #expect(outcome.errors.contains("(see 'priorlab help data fetch')"), "\(outcome)")
    }

    @Test func withoutTheProgram() throws {
      try mirrors(["plain"])
      let outcome = try project.run("data", "fetch", "dots", environment: ["PATH": "/nowhere"])
      #expect(outcome.code == 3)
      #expect(outcome.complaints.count == 1)
      #expect(outcome.errors.contains("the program 'curl' is needed to fetch and is not installed"))
    }
  }
}
