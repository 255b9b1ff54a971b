import ArgumentParser
import Foundation
import Lab

/// Times the graph of interpolations in turn with another program (`make bench`).
struct BenchGraphCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench-graph",
    abstract: "Answer each line of standard input with the seconds of a graph and of its paths.",
    shouldDisplay: false)

  @Option(
    help: ArgumentHelp("Write points and paths as HDF5 for another program.", valueName: "file"))
  var export: String?

  @OptionGroup var engine: EngineOptions

  func run() throws {
    _ = try engine.start()
    let timer = try GraphTimer()
    if let export { try timer.export(to: export) }
    while readLine() != nil {
      let timing = try timer.time()
      try FileHandle.standardOutput.write(
        contentsOf: Data("\(timing.graph) \(timing.paths)\n".utf8))
    }
  }
}
