import Datasets
import Modelling

/// Every kind that manifests may name: what `Registry/RegisteredKinds.swift` lists.
public struct Kinds: Sendable {
  private let datasets: [String: any GeneratedDataset.Type]
  private var stored: DatasetLibrary?
  private let models: [String: any ModelConfiguration.Type]
  private var measures: [String: Measure]
  private let families: [MeasureFamily]
  private var computations: [String: any Computation.Type]
  private let standalone: [String: any StandaloneComputation.Type]
  private var drawings: [String: any Drawing.Type]

  public init(
    datasets: [any GeneratedDataset.Type], models: [any ModelConfiguration.Type],
    measures: [Measure], families: [MeasureFamily] = [], computations: [any Computation.Type],
    standalone: [any StandaloneComputation.Type] = [], drawings: [any Drawing.Type]
  ) {
    self.datasets = Dictionary(uniqueKeysWithValues: datasets.map { ($0.name, $0) })
    self.models = Dictionary(uniqueKeysWithValues: models.map { ($0.name, $0) })
    self.measures = Dictionary(uniqueKeysWithValues: measures.map { ($0.id, $0) })
    self.families = families
    self.computations = Dictionary(uniqueKeysWithValues: computations.map { ($0.name, $0) })
    self.standalone = Dictionary(uniqueKeysWithValues: standalone.map { ($0.name, $0) })
    self.drawings = Dictionary(uniqueKeysWithValues: drawings.map { ($0.name, $0) })
  }

  /// The same kinds and more; one of a name that is there takes its place.
  public func with(
    measures: [Measure] = [], computations: [any Computation.Type] = [],
    drawings: [any Drawing.Type] = []
  ) -> Kinds {
    var kinds = self
    for measure in measures { kinds.measures[measure.id] = measure }
    for computation in computations { kinds.computations[computation.name] = computation }
    for drawing in drawings { kinds.drawings[drawing.name] = drawing }
    return kinds
  }

  /// The same kinds, and the stored data sets of a library.
  public func with(datasets library: DatasetLibrary) -> Kinds {
    var kinds = self
    kinds.stored = library
    return kinds
  }

  /// The data set that a manifest names.
  ///
  /// One that is generated here and stored elsewhere is read where its files are here.
  func dataset(_ tagged: Tagged) throws -> any DatasetConfiguration {
    let kind = datasets[tagged.tag]
    if let stored, stored.names.contains(tagged.tag), kind == nil || stored.isHere(tagged.tag) {
      let options = try tagged.decode(StoredOptions.self)
      let dataset = try stored.dataset(tagged.tag, options)
      if let problem = dataset.problem { throw impossible(tagged, problem) }
      return dataset
    }
    guard let kind else {
      throw tagged.unknownName(among: Set(datasets.keys).union(stored?.names ?? []).sorted())
    }
    let dataset = try tagged.decode(kind)
    if let problem = dataset.problem { throw impossible(tagged, problem) }
    return dataset
  }

  /// Whether a data set of that name needs no files.
  public func isGenerated(_ dataset: String) -> Bool { datasets[dataset] != nil }

  /// The model that a manifest names, checked against the data.
  func model(
    _ tagged: Tagged, for dataset: any DatasetConfiguration
  ) throws -> any ModelConfiguration {
    guard let kind = models[tagged.tag] else {
      throw tagged.unknownName(among: models.keys.sorted())
    }
    let model = try tagged.decode(kind)
    // Shapes that are not known yet are checked once the files are here.
    if dataset.hasKnownShapes, let problem = model.problem(for: dataset.exampleShapes) {
      throw impossible(tagged, problem)
    }
    return model
  }

  /// The measure of that id.
  public func measure(_ id: String, origin: Origin) throws -> Measure {
    if let measure = measures[id] ?? families.lazy.compactMap({ $0.measure(id) }).first {
      return measure
    }
    let valid = (Array(measures.keys) + families.map(\.pattern)).sorted()
    throw ManifestError(
      origin: origin, path: "measures", .unknownName(name: id, valid: valid))
  }

  /// The weights that a measure reads, by the name of their set.
  func weights(_ name: String) throws -> StoredWeights {
    try stored?.weights(name) ?? StoredWeights(undescribed: name)
  }

  /// The computation that a manifest names.
  func computation(_ tagged: Tagged) throws -> any Computation {
    guard let kind = computations[tagged.tag] else {
      throw tagged.unknownName(
        among: (Array(computations.keys) + Array(standalone.keys)).sorted())
    }
    let computation = try tagged.decode(kind)
    if let problem = computation.problem { throw impossible(tagged, problem) }
    return computation
  }

  /// The computation of that name that needs no run; nil where there is none.
  func standaloneComputation(_ tagged: Tagged) throws -> (any StandaloneComputation)? {
    guard let kind = standalone[tagged.tag] else { return nil }
    let computation = try tagged.decode(kind)
    if let problem = computation.problem { throw impossible(tagged, problem) }
    return computation
  }

  /// The drawing that a manifest names.
  func drawing(_ tagged: Tagged) throws -> any Drawing {
    guard let kind = drawings[tagged.tag] else {
      throw tagged.unknownName(among: drawings.keys.sorted())
    }
    let drawing = try tagged.decode(kind)
    if let problem = PathName.problem(ofFile: drawing.file) ?? drawing.problem {
      throw impossible(tagged, problem)
    }
    return drawing
  }

  private func impossible(_ tagged: Tagged, _ problem: String) -> ManifestError {
    ManifestError(
      origin: tagged.originOfBlame, path: tagged.path, .impossible(problem))
  }
}
