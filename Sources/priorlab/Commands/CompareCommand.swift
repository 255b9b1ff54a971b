import ArgumentParser
import Lab

/// A result beside the paper, or beside another result.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Show a result beside the paper's numbers, or beside another result. Trains nothing.",
    discussion: """
      Examples:
        priorlab compare vhp/table-1 --format latex
        priorlab compare vhp/table-1 --profile quick --against vhp/table-1 --against-profile paper
      """)

  @Argument(help: "Id of a table or figure.")
  var id: String

  @OptionGroup var selection: SelectionOptions
  @OptionGroup var profile: ProfileOptions

  @Option(help: "text, markdown, csv, json or latex.")
  var format = ComparisonFormat.text

  @Option(
    help: ArgumentHelp("Compare with this result, run by run of equal seeds.", valueName: "id"))
  var against: String?

  @Option(help: ArgumentHelp("The other result's profile; the same by default.", valueName: "name"))
  var againstProfile: String?

  @Option(
    name: .customLong("against-set"),
    help: ArgumentHelp("An override of the other result; repeatable.", valueName: "path=value"))
  var againstOverrides: [String] = []

  @Flag(help: "End with code 1 when a number is worse than the paper's.")
  var failOnWorse = false

  @OptionGroup var project: ProjectOptions

  func validate() throws {
    if against == nil && (againstProfile != nil || !againstOverrides.isEmpty) {
      throw ValidationError(
        "--against-profile and --against-set are of the result that --against names: name one, or leave "
          + "them out")
    }
  }

  func run() throws {
    let project = try self.project.open()
    let ours = try comparison(id, profile.name, of: project)
    if let against {
      let name = ProfileName(
        name: againstProfile ?? profile.profile, overrides: againstOverrides)
      let paired = try PairedComparison(ours, try comparison(against, name, of: project))
      print(try paired.text(format), terminator: "")
    } else {
      print(try ours.text(format), terminator: "")
    }
    if failOnWorse && ours.hasWorse {
      throw Ending(code: .runs, message: "a number is worse than the paper's")
    }
  }

  private func comparison(
    _ id: String, _ profile: ProfileName, of project: Project
  ) throws -> Comparison {
    let artefact = try selection.artefact(id, profile, of: project)
    try artefact.checkIdentities()
    return try Comparison(artefact, kinds: project.kinds, store: project.store)
      .showing(artefact.wanted)
  }
}

extension ComparisonFormat: ExpressibleByArgument {}
