import Foundation
import Torch
import Training

/// The conditions under which a run was made; recorded with its results.
public struct RunEnvironment: Codable, Equatable, Sendable {
  /// `cpu`, `cuda:0`.
  public var device: String
  /// `float32`, or the precision of the products where it is another.
  public var precision: String
  /// What computed the dense layers: `onednn`, `aten`.
  public var dense: String
  /// Of this run.
  public var threads: Int
  /// The processor's name, and the widest instructions that libtorch takes of it: `AVX512`.
  public var processor: String
  public var instructions: String
  /// Version of libtorch, and name of the operating system.
  public var libtorch: String
  public var system: String
  /// Of the working tree: its commit, with `+changes` where it differs from that.
  public var commit: String

  /// What must agree for a checkpoint to be resumed from: the same numbers follow only then.
  public var checkpointKey: String {
    "\(device), \(precision), \(dense), \(threads) threads, \(processor), \(instructions), "
      + "libtorch \(libtorch), numerics \(Numerics.version)"
  }

  /// The conditions of this process.
  public init(device: Device, dense: DenseBackend, threads: Int, root: String) {
    self.device = device.description
    precision = ElementType.float32.rawValue
    self.dense = dense.rawValue
    self.threads = threads
    processor = Self.processorName
    instructions = Engine.cpuCapability
    libtorch = Engine.version
    system = ProcessInfo.processInfo.operatingSystemVersionString
    commit = Self.commit(of: root)
  }

  /// The same conditions for a run whose products are of that precision.
  func with(_ precision: Precision) -> RunEnvironment {
    var environment = self
    environment.precision =
      precision == .fp32 ? ElementType.float32.rawValue : precision.rawValue
    return environment
  }

  /// The name of this machine's processor.
  static let processorName: String = {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
      ?? "unknown"
  }()

  /// The commit of the working tree, with `+changes` where sources differ from it; `unknown` outside
  /// a checkout.
  private static func commit(of root: String) -> String {
    guard let head = git(["rev-parse", "--short=12", "HEAD"], root) else { return "unknown" }
    let changes = git(
      ["status", "--porcelain", "--", "Sources", "Package.swift", "experiments"], root)
    return head + (changes?.isEmpty == false ? "+changes" : "")
  }

  private static func git(_ arguments: [String], _ root: String) -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["git", "-C", root] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return nil }
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
