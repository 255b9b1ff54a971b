import ArgumentParser
import Datasets
import Foundation
import Lab
import Torch

/// The command line's root.
struct PriorLab: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "priorlab",
    abstract: "Reproduces tables and figures of papers on VAEs with structured priors.",
    discussion: """
      Start with 'priorlab list'. Commands run from the project's directory, where 'experiments' and \
      'results' are.

      Exit codes:
        0 done
        1 failed: a run, a verification, the disk, gnuplot
        2 wrong usage, manifest, device or place of results
        3 missing or wrong data
        130 interrupted
      """,
    // As in CITATION.cff.
    version: "0.1.0",
    subcommands: [
      ListCommand.self, PlanCommand.self, ReproduceCommand.self, CompareCommand.self,
      ValidateCommand.self, VerifyCommand.self, ShowCommand.self, CleanCommand.self,
      RunCommand.self, BenchCommand.self, BenchGraphCommand.self, DataCommand.self,
      ContactSheetCommand.self,
    ])
}

@main
enum Main {
  static func main() {
    do {
      var command = try PriorLab.parseAsRoot()
      try command.run()
      try StandardOutput.flush()
    } catch {
      Failure(error).exit()
    }
  }
}

/// What a command ends with when it does not end well.
struct Failure {
  enum Code: Int32 {
    case runs = 1
    case usage = 2
    case data = 3
    case interrupted = 130
  }

  private let error: any Error

  init(_ error: any Error) {
    self.error = error
  }

  /// Says what is wrong and leaves.
  func exit() -> Never {
    if let ending = error as? Ending {
      if let message = ending.message { report(message) }
      do { try StandardOutput.flush() } catch { report("\(error)") }
      Foundation.exit(ending.code.rawValue)
    }
    switch PriorLab.exitCode(for: error) {
    case .success:
      print(PriorLab.fullMessage(for: error))
      do { try StandardOutput.flush() } catch { Failure(error).exit() }
      Foundation.exit(EXIT_SUCCESS)
    case .validationFailure:
      let message = PriorLab.message(for: error)
      report(message.contains("(see '") ? message : "\(message) (see '\(Self.help)')")
      Foundation.exit(Code.usage.rawValue)
    default:
      report("\(error)")
      Foundation.exit(code.rawValue)
    }
  }

  private var code: Code {
    switch error {
    case is DataError, is FetchError: .data
    case is ManifestError, is LibraryError, is ConfigValueError, is EngineError,
      is RunDirectoryError, is ComparisonError, is PairedComparisonError:
      .usage
    default: .runs
    }
  }

  /// The command that explains the one that was given.
  private static var help: String {
    var given: [String] = []
    var commands = PriorLab.configuration.subcommands
    for argument in CommandLine.arguments.dropFirst() {
      guard let command = commands.first(where: { $0.configuration.commandName == argument })
      else { continue }
      given.append(argument)
      commands = command.configuration.subcommands
    }
    return (["priorlab help"] + given).joined(separator: " ")
  }

  private func report(_ message: String) {
    StandardError.write("error: \(message)\n")
  }
}

/// An end with a code, and a message where the output has not said it all.
struct Ending: Error {
  let code: Failure.Code
  let message: String?
}
