import ArgumentParser
import Datasets
import Foundation
import Lab
import Registry

/// What a command works on: manifests, data sets and results, found once.
struct Project {
  let library: ManifestLibrary
  let datasets: DatasetLibrary
  /// Everything that manifests may name.
  let kinds: Kinds
  let store: RunStore
  fileprivate let experiments: String

  /// The papers' tables and figures; read when asked for, as a run of a study needs none.
  var catalogue: Catalogue {
    get throws { try Catalogue(root: experiments) }
  }
}

/// Where manifests, data sets and results are.
struct ProjectOptions: ParsableArguments {
  @Option(help: "The directory of manifests.")
  var experiments = "experiments"

  @Option(help: "The directory of results.")
  var results = "results"

  @Option(help: "The directory of the stored data sets' manifests.")
  var datasets = "datasets"

  func open() throws -> Project {
    guard FileManager.default.fileExists(atPath: experiments) else {
      throw ValidationError(
        "there is no directory '\(experiments)' here: run from the project's directory, or name it "
          + "with --experiments")
    }
    let datasets = datasetLibrary
    return Project(
      library: ManifestLibrary(root: experiments), datasets: datasets,
      kinds: registeredKinds.with(datasets: datasets), store: store, experiments: experiments)
  }

  /// The data sets alone, for what needs no manifests of experiments.
  var datasetLibrary: DatasetLibrary {
    DatasetLibrary(
      root: datasets,
      places: DataPlaces(environment: ProcessInfo.processInfo.environment, root: datasets))
  }

  var store: RunStore { RunStore(root: results) { Log.warningOnce($0) } }
}
