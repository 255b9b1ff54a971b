import Foundation
import Testing

/// Tests of the built command, each in a project directory of its own. They run one after another:
/// runs of `reproduce` take all cores already.
@Suite(.serialized) enum CommandTests {}

/// How a command ended and what it wrote.
struct Outcome: CustomStringConvertible {
  let code: Int32
  let output: String
  let errors: String

  /// Lines of standard error.
  var complaints: [String] { errors.split(separator: "\n").map(String.init) }

  var description: String { "exit \(code)\noutput: \(output)\nerrors: \(errors)" }
}

/// A project directory with the shipped manifests and results of its own.
final class Project: Sendable {
  /// The command beside the test bundle.
  static let executable: String = {
    let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    let candidates = [
      bundle, Bundle.main.bundleURL, Bundle.main.bundleURL.deletingLastPathComponent(),
    ]
    .map { $0.appendingPathComponent("priorlab").path }
    return candidates.first(where: FileManager.default.isExecutableFile) ?? candidates[0]
  }()

  static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../..").standardizedFileURL.path

  /// Where the runs of the pendulum study are.
  static let runs = "results/vhp/pendulum/runs"

  let root: String

  /// A new project, with the results of another one where it is given.
  ///
  /// - Parameter weights: whether with weights and snapshots, which are large.
  init(resultsOf other: Project? = nil, weights: Bool = true) throws {
    root = NSTemporaryDirectory() + "priorlab-command-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      atPath: Project.sources + "/experiments", toPath: root + "/experiments")
    try FileManager.default.createDirectory(
      atPath: root + "/datasets", withIntermediateDirectories: true)
    let manifests = try FileManager.default.contentsOfDirectory(
      atPath: Project.sources + "/datasets")
    for name in manifests where name.hasSuffix(".yaml") {
      try FileManager.default.copyItem(
        atPath: "\(Project.sources)/datasets/\(name)", toPath: "\(root)/datasets/\(name)")
    }
    guard let other else { return }
    if weights {
      try FileManager.default.copyItem(
        atPath: other.root + "/results", toPath: root + "/results")
    } else {
      for (name, data) in try other.tree(where: { !$0.contains(/(weights|snapshot-\d+)\.h5$/) }) {
        try write(data, to: "results/\(name)")
      }
    }
  }

  deinit {
    remove()
  }

  func remove() {
    try? FileManager.default.removeItem(atPath: root)
  }

  /// Starts the command in the project's directory.
  ///
  /// - Parameter wrapper: a command that gets the command line as its last arguments.
  func start(
    _ arguments: [String], environment: [String: String] = [:], directory: String? = nil,
    through wrapper: [String] = []
  ) throws -> Running {
    try Running(wrapper + [Project.executable] + arguments, directory ?? root, environment)
  }

  /// Starts a script of the project.
  func startScript(_ name: String, _ arguments: [String]) throws -> Running {
    try Running(["\(Project.sources)/Scripts/\(name)"] + arguments, root, [:])
  }

  /// Runs the command to its end.
  func run(
    _ arguments: String..., environment: [String: String] = [:], directory: String? = nil
  ) throws -> Outcome {
    try start(arguments, environment: environment, directory: directory).finish()
  }

  func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(root)/\(name)")
  }

  func data(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: "\(root)/\(name)"))
  }

  /// The bytes of a file, or nil where there is none.
  func file(_ name: String) -> Data? { FileManager.default.contents(atPath: "\(root)/\(name)") }

  func text(_ name: String) throws -> String { String(decoding: try data(name), as: UTF8.self) }

  func write(_ text: String, to name: String) throws { try write(Data(text.utf8), to: name) }

  func write(_ data: Data, to name: String) throws {
    let url = URL(fileURLWithPath: "\(root)/\(name)")
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: url)
  }

  /// The files below a directory by name.
  func tree(
    _ directory: String = "results", where isWanted: (String) -> Bool = { _ in true }
  ) throws -> [String: Data] {
    let names = try FileManager.default.subpathsOfDirectory(atPath: "\(root)/\(directory)")
    let files = names.filter(isWanted).compactMap { name in
      FileManager.default.contents(atPath: "\(root)/\(directory)/\(name)").map { (name, $0) }
    }
    return Dictionary(uniqueKeysWithValues: files)
  }

  /// Replaces a part of a file, which must be there.
  func edit(_ name: String, _ old: String, _ new: String) throws {
    let before = try text(name)
    try #require(before.contains(old))
    try write(before.replacing(old, with: new), to: name)
  }

  /// The records of passing runs of the pendulum study, one a line.
  func records() -> [String] {
    let text = (try? text("results/vhp/pendulum/runs/runs.jsonl")) ?? ""
    return text.split(separator: "\n").map(String.init)
  }

  /// Steps of the checkpoints that any run has.
  func checkpoints(below directory: String = Project.runs) -> [Int] {
    let path = "\(root)/\(directory)"
    let names = (try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? []
    return names.compactMap { name in
      let file = name.split(separator: "/").last ?? ""
      guard file.hasPrefix("checkpoint-"), file.hasSuffix(".json") else { return nil }
      return Int(file.dropFirst("checkpoint-".count).dropLast(".json".count))
    }.sorted()
  }
}

/// A command that was started.
final class Running {
  private let process = Process()
  private let files: [String]

  fileprivate init(
    _ arguments: [String], _ directory: String, _ environment: [String: String]
  ) throws {
    files = ["out", "err"].map { NSTemporaryDirectory() + "priorlab-\(UUID().uuidString).\($0)" }
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: directory)
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    // Files rather than pipes: a pipe that nobody empties stops the command once it is full.
    for file in files { try Data().write(to: URL(fileURLWithPath: file)) }
    process.standardOutput = FileHandle(forWritingAtPath: files[0])
    process.standardError = FileHandle(forWritingAtPath: files[1])
    // Tests run on threads that block signals, and a process starts with the mask of its maker.
    var none = sigset_t()
    var before = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try process.run()
  }

  deinit {
    if process.isRunning { end() }
    for file in files { try? FileManager.default.removeItem(atPath: file) }
  }

  var isRunning: Bool { process.isRunning }

  /// Processes that the command has started and that are still there.
  var children: [Int32] {
    let id = process.processIdentifier
    let path = "/proc/\(id)/task"
    let threads = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return threads.flatMap { thread -> [Int32] in
      let text = try? String(contentsOfFile: "\(path)/\(thread)/children", encoding: .utf8)
      return (text ?? "").split(separator: " ").compactMap { Int32($0) }
    }
  }

  /// Those of them that train a run.
  var workers: [Int32] {
    children.filter { child in
      let line = FileManager.default.contents(atPath: "/proc/\(child)/cmdline") ?? Data()
      return line.split(separator: 0).contains(Data("--identity".utf8))
    }
  }

  /// Waits until something holds, or the command has ended.
  func wait(until condition: () -> Bool) {
    while process.isRunning && !condition() { Thread.sleep(forTimeInterval: 0.005) }
  }

  func send(_ signal: Int32) {
    kill(process.processIdentifier, signal)
  }

  /// Whether a signal was sent that the command has not taken yet.
  func isPending(_ signal: Int32) -> Bool {
    let path = "/proc/\(process.processIdentifier)/status"
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("ShdPnd:") } ?? ""
    let mask = line.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) } ?? 0
    return mask >> UInt64(signal - 1) & 1 == 1
  }

  /// Ends the command and its processes at once, where a test has found that they do not end.
  func end() {
    for child in children { kill(child, SIGKILL) }
    send(SIGKILL)
  }

  /// Waits for the end.
  func finish() -> Outcome {
    process.waitUntilExit()
    let texts = files.map { (try? String(contentsOfFile: $0, encoding: .utf8)) ?? "" }
    let code =
      process.terminationReason == .exit
      ? process.terminationStatus : 128 + process.terminationStatus
    return Outcome(code: code, output: texts[0], errors: texts[1])
  }
}
