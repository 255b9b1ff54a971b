import ArgumentParser
import Foundation
import Lab

/// The catalogue.
struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Show every table and figure: what it needs, what it costs, and what was found.",
    discussion: "With --studies, the studies whose runs they are made of, for 'priorlab run'.")

  @Argument(help: "Only these papers, by the first part of their ids: gmvae, vhp, ….")
  var papers: [String] = []

  @Flag(help: "Show the studies.")
  var studies = false

  @OptionGroup var output: FormatOptions
  @OptionGroup var project: ProjectOptions

  private struct Line: Encodable {
    var id: String
    var number: Int?
    var kind: String
    var title: String
    var inPaper: String
    var data: [String]
    /// `planned`, or what the last results say.
    var state: String
    /// Core-seconds at the paper's budget, from measured rates; absent where unknown.
    var seconds: Double?
    var cost: String
  }

  func run() throws {
    let project = try self.project.open()
    for problem in project.library.problems {
      StandardError.write("warning: left out: \(problem.error)\n")
    }
    if studies { return try showStudies(of: project.library) }
    let catalogue = try project.catalogue
    for paper in papers where !catalogue.papers.contains(where: { $0.id == paper }) {
      throw ValidationError(
        "there is no paper '\(paper)': there are "
          + catalogue.papers.map(\.id).joined(separator: ", "))
    }
    let shown = catalogue.papers.filter { papers.isEmpty || papers.contains($0.id) }
    let lines = try shown.map { paper in try paper.entries.map { try line($0, project) } }
    if output.format == .json {
      print(try jsonText(lines.flatMap { $0 }), terminator: "")
      return
    }
    let width = lines.joined().map(\.id.count).max() ?? 0
    for (paper, lines) in zip(shown, lines) {
      print("\(paper.title) (\(paper.authors) \(paper.year), arXiv \(paper.arxiv))")
      for line in lines {
        let id = line.id.padding(toLength: width, withPad: " ", startingAt: 0)
        let table = line.number.map { "table \($0)" } ?? ""
        print(
          "  \(id) \(table.padding(toLength: 8, withPad: " ", startingAt: 0)) "
            + line.title)
        let data = line.data.isEmpty ? "none" : line.data.joined(separator: ", ")
        print("      data: \(data); cost: \(line.cost); \(line.state)")
      }
      print()
    }
  }

  private struct StudyLine: Encodable {
    var id: String
    var title: String
  }

  private func showStudies(of library: ManifestLibrary) throws {
    func paper(_ id: String) -> String { String(id.prefix { $0 != "/" }) }
    let known = Set(library.studies.keys.map(paper))
    for wanted in papers where !known.contains(wanted) {
      throw ValidationError(
        "there are no studies of '\(wanted)': there are some of "
          + known.sorted().joined(separator: ", "))
    }
    let lines = library.studies.values.filter { papers.isEmpty || papers.contains(paper($0.id)) }
      .map { StudyLine(id: $0.id, title: $0.title) }.sorted { $0.id < $1.id }
    if output.format == .json {
      print(try jsonText(lines), terminator: "")
      return
    }
    let width = lines.map(\.id.count).max() ?? 0
    for line in lines {
      print("\(line.id.padding(toLength: width, withPad: " ", startingAt: 0))  \(line.title)")
    }
  }

  private func line(_ entry: Catalogue.Entry, _ project: Project) throws -> Line {
    let datasets = project.datasets
    let data = entry.data.map { name -> String in
      if project.kinds.isGenerated(name) && !datasets.isHere(name) { return "\(name) (generated)" }
      guard datasets.names.contains(name) else { return name }
      return "\(name) (\(datasets.isHere(name) ? "here" : "missing"))"
    }
    var line = Line(
      id: entry.id, number: entry.number, kind: entry.kind.rawValue, title: entry.title,
      inPaper: entry.inPaper, data: data, state: "planned", seconds: nil, cost: "unknown")
    guard project.library.artefacts[entry.id] != nil else { return line }
    do {
      let artefact = try ArtefactRuns(
        entry.id, ProfileName(name: ProfileName.paper), library: project.library,
        kinds: project.kinds)
      line.seconds = try artefact.budgetSeconds(store: project.store)
      line.cost = line.seconds.map { "\(timeText($0)) of one core" } ?? "unknown"
      line.state = try state(entry.id, project)
    } catch {
      // The others are listed all the same.
      line.state = "cannot be read: \(error)"
    }
    return line
  }

  /// The profiles that have results, with their verdicts counted.
  private func state(_ id: String, _ project: Project) throws -> String {
    let directory = "\(project.store.root)/\(id)"
    let found = try project.store.profiles(of: id).compactMap { profile -> String? in
      let comparison: Comparison
      do {
        comparison = try Comparison(reading: "\(directory)/\(profile)/comparison.json")
      } catch ComparisonError.missing {
        return nil
      } catch {
        return "\(profile): \(error)"
      }
      let verdicts = comparison.rows.filter { $0.reported != nil }
        .map(\.judgement.verdict.shortLabel)
      let claims = comparison.claims.map(\.outcome.rawValue)
      let parts = [
        verdicts.isEmpty ? nil : counts(verdicts),
        claims.isEmpty ? nil : "claims: " + counts(claims),
        verdicts.isEmpty && claims.isEmpty ? try progress(comparison, project) : nil,
        comparison.standIn == nil ? nil : "stand-in data",
      ].compactMap(\.self)
      return "\(profile): \(parts.joined(separator: ", "))"
    }
    return found.isEmpty ? "no results yet" : found.joined(separator: "; ")
  }

  /// How many of its runs are finished, of a result that nothing judges.
  private func progress(_ comparison: Comparison, _ project: Project) throws -> String {
    let artefact = try? ArtefactRuns(
      comparison.artefact, comparison.profile, library: project.library, kinds: project.kinds)
    let runs = Dictionary(grouping: artefact?.runs ?? [], by: \.template.study)
    let finished = try runs.reduce(0) { sum, runs in
      let records = try project.store.records(of: runs.key)
      return sum
        + runs.value.filter { records[$0.identity].map { $0.failure == nil } ?? false }.count
    }
    let all = runs.values.reduce(0) { $0 + $1.count }
    return finished == all ? "done" : "\(finished) of \(all) runs"
  }

  /// How often each word is there.
  private func counts(_ words: [String]) -> String {
    Dictionary(grouping: words) { $0 }.sorted { $0.key < $1.key }
      .map { "\($0.value.count) \($0.key)" }.joined(separator: ", ")
  }
}
