import Files
import Foundation
import Modelling
import Torch
import Training

/// Makes an artefact's directory: `result.h5`, figures, comparison, resolved manifest.
public struct ResultWriter {
  private let artefact: ArtefactRuns
  private let comparison: Comparison
  private let kinds: Kinds
  private let store: RunStore

  public init(
    _ artefact: ArtefactRuns, _ comparison: Comparison, kinds: Kinds, store: RunStore
  ) {
    self.artefact = artefact
    self.comparison = comparison
    self.kinds = kinds
    self.store = store
  }

  /// The directory of a result.
  public static func directory(_ id: String, _ profile: ProfileName, store: RunStore) -> String {
    "\(store.root)/\(id)/\(profile.directory)"
  }

  /// Writes everything beside the old result and puts it in its place; returns the files' paths.
  /// Waits while another command is writing the same result.
  ///
  /// - Parameters:
  ///   - mayLose: whether the new result may lack values and arrays that the old one has of the same runs.
  ///   - warn: is told of each selected run whose arrays can neither be made nor taken over.
  /// - Throws: ``ResultLoss`` where it would lack some and may not, among other errors; the old result stays.
  public func write(mayLose: Bool = false, warn: (String) -> Void = { _ in }) throws -> [String] {
    let target = Self.directory(comparison.artefact, comparison.profile, store: store)
    try AtomicDirectory.replace(at: target, waiting: true) { directory in
      let kept = try KeptArrays(in: target)
      let without = try writeArrays(to: directory + "/result.h5", kept, warn: warn)
      if !mayLose {
        try ResultLoss.check(target, comparison, artefact.runs, kept, without: without)
      }
      let result = try ResultFile(reading: directory + "/result.h5")
      if !artefact.drawings.isEmpty {
        let gnuplot = try Gnuplot.find()
        for drawing in artefact.drawings {
          for (name, figure) in try drawing.figures(result) {
            let file = URL(fileURLWithPath: "\(directory)/\(name).png")
            try gnuplot.draw(figure, to: file)
          }
          for (name, text) in try drawing.tables(result) {
            try AtomicFile.write(Data(text.utf8), to: "\(directory)/\(name)")
          }
        }
      }
      for (name, text) in try texts() {
        try AtomicFile.write(Data(text.utf8), to: "\(directory)/\(name)")
      }
    }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: target)) ?? []
    return names.sorted().map { "\(target)/\($0)" }
  }

  private func texts() throws -> [(String, String)] {
    let resolved = try artefact.templates.flatMap { artefact.runs(of: $0).prefix(1) }
      .map { try $0.resolved().yaml() }
    return [
      ("comparison.json", try comparison.text(.json)),
      ("comparison.md", try comparison.text(.markdown)),
      ("comparison.csv", try comparison.text(.csv)),
      (
        "manifest.yaml",
        "# The first run of each cell, with every setting as it was in force.\n"
          + resolved.map { "---\n" + $0 }.joined()
      ),
    ]
  }

  // MARK: Arrays

  /// Returns the selected runs whose arrays can neither be made nor taken over.
  private func writeArrays(
    to path: String, _ kept: KeptArrays?, warn: (String) -> Void
  ) throws -> [RunSpecification] {
    let file = try HDF5File(creating: path)
    try file.setAttribute("format", to: ResultFile.format)
    try file.setAttribute("artefact", to: comparison.artefact)
    try file.setAttribute("title", to: comparison.title)
    try file.setAttribute("profile", to: comparison.profile.directory)
    try file.setAttribute("caveat", to: caveat)
    let templates = artefact.templates
    try file.write(templates.map(\.study), shape: [templates.count], at: "cells/study")
    try file.write(templates.map(\.cell.label), shape: [templates.count], at: "cells/label")
    for computation in artefact.standalone {
      for array in try computation.compute() {
        try write(array, at: ResultFile.computed + "/" + array.name, into: file)
      }
    }
    let records = try artefact.records(in: store)
    let without = try templates.flatMap {
      try write($0, records[$0.study] ?? [:], kept, into: file, warn: warn)
    }
    try file.close()
    return without
  }

  /// The words that tell a result that is no reproduction.
  private var caveat: String {
    [budgetCaveat, comparison.precision.map(Comparison.words) ?? ""].filter { !$0.isEmpty }
      .joined(separator: "; ")
  }

  private var budgetCaveat: String {
    if let words = comparison.standInWords { return words }
    if !comparison.profile.overrides.isEmpty {
      return "overridden settings: " + comparison.profile.overrides.joined(separator: ", ")
    }
    return comparison.profile.name == ProfileName.paper || artefact.studies.isEmpty
      ? "" : "profile \(comparison.profile.name): not the paper's budget"
  }

  /// Returns the selected runs whose arrays can neither be made nor taken over; all of the cell where it shows
  /// none for that, as another one may have been selected before.
  private func write(
    _ template: RunTemplate, _ records: [String: RunRecord], _ kept: KeptArrays?,
    into file: HDF5File, warn: (String) -> Void
  ) throws -> [RunSpecification] {
    let path = ResultFile.path(study: template.study, cell: template.cell.label)
    let finished = artefact.runs(of: template).filter { run in
      records[run.identity].map { $0.failure == nil } ?? false
    }
    try file.write(finished.map(\.seed), shape: [finished.count], at: path + "/seeds")
    try file.write(finished.map(\.identity), shape: [finished.count], at: path + "/identities")
    for row in comparison.rows where row.study == template.study && row.cell == template.cell {
      let values = finished.map { run in
        row.runs.first { $0.identity == run.identity }?.value ?? .nan
      }
      let name = "\(path)/\(ResultFile.measurePath(row.measure))"
      if try !file.exists(name) {
        try file.write(values, shape: [values.count], at: name)
        try file.setAttribute("unit", to: row.unit, at: name)
      }
      if let reported = row.reported {
        try file.write(
          [reported.value], shape: [],
          at: "\(path)/\(ResultFile.reportedPath(row.measure, row.statistic))")
      }
    }
    guard !artefact.computations(of: template).isEmpty else { return [] }
    let selected = try artefact.selected(of: template, finished, records, kinds: kinds)
    var without: [RunSpecification] = []
    for run in selected {
      guard let record = records[run.identity] else { continue }
      let recipe = try artefact.recipe(of: run, record)
      let weights = try store.directory(run).weights(of: record)
      if let arrays = try arrays(run, record, weights) {
        try file.createGroup(recipe.path)
        for array in arrays { try write(array, at: "\(recipe.path)/\(array.name)", into: file) }
        try recipe.sign(in: file)
      } else if let kept, kept.has(recipe) {
        try kept.copy(recipe, into: file)
      } else {
        let reason =
          weights.doubt
          ?? "its weights are not here ('priorlab plan' says what would be trained)"
        warn(
          "\(comparison.artefact) shows nothing of \(template.study), \(template.cell.label), seed "
            + "\(run.seed): \(reason)")
        without.append(run)
      }
    }
    return without.count < selected.count ? without : artefact.runs(of: template)
  }

  private func write(_ array: ResultArray, at path: String, into file: HDF5File) throws {
    switch array.content {
    case .numbers(let values):
      try file.write(values, shape: array.shape, at: path, compressed: values.count > 1000)
    case .bytes(let values):
      try file.write(values, shape: array.shape, at: path, compressed: values.count > 1000)
    case .texts(let values):
      try file.write(values, shape: array.shape, at: path)
    }
  }

  /// The arrays of one finished run, from its parameters and curves; nil where the parameters are not here.
  private func arrays(
    _ run: RunSpecification, _ record: RunRecord, _ weights: KeptWeights
  ) throws -> [ResultArray]? {
    let directory = store.directory(run)
    let template = run.template
    let needed = artefact.parametersNeeded(of: template)
    guard try directory.has(needed, of: run, record, weights: weights) else { return nil }
    if !template.dataset.hasKnownShapes, let missing = template.dataset.missing { throw missing }
    let model = try run.untrainedModel()
    let parameters = model.parameters
    let snapshots = Snapshots(
      steps: run.snapshots(upTo: record.steps - 1) + [record.steps]
    ) { step in
      let file = step == record.steps ? directory.weights : directory.snapshot(step)
      try directory.read(file, into: parameters)
    }
    if needed != .none {
      try directory.read(directory.weights, into: parameters)
    }
    let finished = MeasuredRun(
      model: model, dataset: try template.dataset.load(), randomness: Randomness(seed: run.seed),
      // Those of the record and not the full ones, which are not in every copy of the project: the
      // same records make the same file.
      curves: record.curves, events: record.events)
    return try withPrecision(template.precision) {
      try artefact.computations(of: template).flatMap { computation in
        let arrays = try computation.compute(finished, snapshots)
        let named = Set(computation.arrays.map(\.withoutNumbers))
        assert(
          arrays.allSatisfy { named.contains($0.name.withoutNumbers) },
          "\(type(of: computation).name) makes arrays that it does not name")
        return arrays
      }
    }
  }
}
