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

  func validate() throws {
    // A project of generated data needs none.
    if datasets != "datasets" && !FileManager.default.fileExists(atPath: datasets) {
      throw ValidationError(
        "there is no directory '\(datasets)': name that of the data sets' manifests with --datasets"
      )
    }
  }

  /// Finds everything once.
  ///
  /// - Parameter warns: whether to say what is not as it should be; not where another command has done so.
  func open(warns: Bool = true) throws -> Project {
    guard FileManager.default.fileExists(atPath: experiments) else {
      throw ValidationError(
        "there is no directory '\(experiments)' here: run from the project's directory, or name it "
          + "with --experiments")
    }
    let datasets = try openDatasets(warns: warns)
    return Project(
      library: ManifestLibrary(root: experiments), datasets: datasets,
      kinds: registeredKinds.with(datasets: datasets), store: store, experiments: experiments)
  }

  /// Finds the data sets alone, for what needs no manifests of experiments.
  func openDatasets(warns: Bool = true) throws -> DatasetLibrary {
    let library = DatasetLibrary(
      root: datasets,
      places: DataPlaces(environment: ProcessInfo.processInfo.environment, root: datasets))
    try library.checkWasListed()
    for directory in library.places.directories
    where warns && !FileManager.default.fileExists(atPath: directory) {
      Log.warning(
        "PRIORLAB_DATA names '\(directory)', and there is no such directory: correct the variable")
    }
    return library
  }

  var store: RunStore { RunStore(root: results) { Log.warningOnce($0) } }
}
