import ArgumentParser
import Lab

/// Which runs of a table or figure.
struct SelectionOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Seeds in place of the manifest's: a count (10), or a list (0,3,7; seed 3 alone is 3,).",
      valueName: "seeds"))
  var seeds: String?

  @Option(
    help: ArgumentHelp(
      "Only these cells: 'axis = value', 'axis in value, value', 'study = id', joined by 'and'.",
      valueName: "cells"))
  var only: String?

  func validate() throws {
    if let seeds, SeedList(seeds) == nil {
      throw ValidationError(
        "--seeds takes a count above 0 (10) or a list without repeats (0,3,7; seed 3 alone is 3,)")
    }
  }

  func artefact(_ id: String, _ profile: ProfileName, of project: Project) throws -> ArtefactRuns {
    if project.library.artefacts[id] == nil, project.library.problems.isEmpty,
      try project.catalogue.entries.contains(where: { $0.id == id })
    {
      throw LibraryError.planned(id)
    }
    return try ArtefactRuns(
      id, profile, seeds: seeds.flatMap { SeedList($0) },
      only: try only.map { try CellFilter($0) } ?? .all, library: project.library,
      kinds: project.kinds)
  }
}

extension Catalogue {
  /// The ids that a command names, by id or by table number.
  func ids(_ ids: [String], table: Int?) throws -> [String] {
    let all = ids + (try table.map { [try self.table($0).id] } ?? [])
    if all.isEmpty {
      throw ValidationError("name a table or figure, or a table's number with --table")
    }
    return all
  }
}

/// How a command answers.
struct FormatOptions: ParsableArguments {
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, json
  }

  @Option(help: "text, or json for programs.")
  var format = Format.text
}
