import ArgumentParser
import Lab

/// Which run of which study.
struct RunOptions: ParsableArguments {
  @Argument(help: "The study's id.")
  var study: String

  @Option(help: "The cell: axis=value, joined by commas. Not needed where the study has one cell.")
  var cell: String?

  @Option(parsing: .unconditional, help: "The run's seed.")
  var seed = 0

  @OptionGroup var profile: ProfileOptions

  func validate() throws {
    if seed < 0 { throw ValidationError("--seed must be at least 0") }
  }

  /// The run, resolved from its manifest.
  func run(_ project: Project) throws -> RunSpecification {
    let resolved = try project.library.study(study, profile.name, kinds: project.kinds)
    let labels = resolved.cells.map(\.label)
    let wanted = cell ?? (labels.count == 1 ? labels.first : nil)
    guard let template = resolved.templates.first(where: { $0.cell.label == wanted }) else {
      throw ValidationError(
        (cell.map { "there is no cell '\($0)'" } ?? "--cell is needed")
          + "; the cells of \(study) are " + labels.joined(separator: "; "))
    }
    return try RunSpecification(template, seed: seed, profile: profile.name)
  }
}
