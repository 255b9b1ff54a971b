import Foundation
import Testing
import Torch

@testable import Datasets

/// Weights that measures read, from files of a few numbers.
@Suite struct StoredWeightsTests {
  private let folder: StoredFolder

  init() throws {
    folder = try StoredFolder()
  }

  /// `net` in either of two files, and `head` in a third.
  private func manifest(_ files: String = "") throws -> DatasetManifest {
    let head = #""head": {"file": "head.txt", "shape": [2]}"#
    let json = """
      {"dataset": "net", "title": "Net", "files": [\(files)], "layouts": [
        {"splits": {"weights": {"net": {"file": "new.txt", "rows": [0, 2], "shape": [1]}, \(head)}}},
        {"splits": {"weights": {"net": {"file": "old.txt"}, \(head)}}}]}
      """
    return try JSONDecoder().decode(DatasetManifest.self, from: Data(json.utf8))
  }

  private func weights(_ files: String = "") throws -> StoredWeights {
    StoredWeights(try manifest(files), in: folder.places, beside: folder.root + "/manifests")
  }

  @Test func theFirstFormThatIsWholeIsRead() throws {
    try folder.write("1 2\n".utf8, to: "net/head.txt")
    try folder.write("5\n6\n".utf8, to: "net/old.txt")
    let old = try weights()
    #expect(old.name == "net" && old.missing == nil)
    #expect(try old.load()["net"]?.floats() == [5, 6])
    try folder.write("7\n8\n".utf8, to: "net/new.txt")
    let new = try weights()
    let tensors = try new.load()
    #expect(tensors.keys.sorted() == ["head", "net"])
    #expect(tensors["net"]?.floats() == [7, 8] && tensors["net"]?.shape == [2, 1])
    #expect(tensors["head"]?.floats() == [1, 2] && tensors["head"]?.shape == [1, 2])
    #expect(throws: Never.self) { try new.check() }
  }

  @Test func whatIsMissingIsSaid() throws {
    try folder.write("1 2\n".utf8, to: "net/head.txt")
    let byHand = try weights()
    #expect(
      byHand.missing
        == .missing(dataset: "net", files: ["new.txt"], remedy: .manual(nil)))
    #expect(words { try byHand.load() }.contains("the data set net is not here (missing: new.txt)"))
    // There is nothing to check.
    #expect(throws: Never.self) { try byHand.check() }
    let fetched = try weights(#"{"name": "new.txt", "mirrors": ["http://x/new.txt"]}"#)
    #expect(
      fetched.missing == .missing(dataset: "net", files: ["new.txt"], remedy: .fetch(all: false)))
    #expect(fetched.missing?.description.contains("run 'priorlab data fetch net'") == true)
    #expect(
      words { throw DataError.undescribed(dataset: "net") }
        == "nothing describes net: name a directory that has net.yaml with --datasets")
    #expect(StoredWeights(undescribed: "net").missing == .undescribed(dataset: "net"))
  }

  @Test func theirFilesAreFetchedAndListed() throws {
    let manifest = try manifest()
    #expect(manifest.filesToFetch(all: false).map(\.name) == ["head.txt", "new.txt"])
    try folder.write("1 2\n".utf8, to: "net/head.txt")
    try folder.write("5\n6\n".utf8, to: "net/old.txt")
    let state = manifest.state(in: folder.places, beside: folder.root)
    #expect(state.isHere && state.items.map(\.file.name) == ["head.txt", "old.txt"])
    // No study can train on them.
    let dataset = try StoredDataset(
      manifest, StoredOptions(), in: folder.places, beside: folder.root)
    #expect(dataset.problem == "train: the data set has no split 'train'; it has weights")
  }

  @Test func wrongFilesAreSaid() throws {
    try folder.write("1 2\n".utf8, to: "net/head.txt")
    try folder.write("7 8 9\n".utf8, to: "net/new.txt")
    let message = words { try weights().check() }
    #expect(message.contains("the data set net cannot be used"), "\(message)")
    try folder.write("7\n8\n".utf8, to: "net/new.txt")
    let sum = String(repeating: "0", count: 64)
    let altered = words { try weights(#"{"name": "new.txt", "sha256": "\#(sum)"}"#).check() }
    #expect(altered.contains("is not the file that it should be"), "\(altered)")
  }

  @Test func aSetWithoutWeightsHasNone() throws {
    let json = #"{"dataset": "dots", "title": "T", "splits": {"train": {"image": {"file": "a"}}}}"#
    let manifest = try JSONDecoder().decode(DatasetManifest.self, from: Data(json.utf8))
    let weights = StoredWeights(manifest, in: folder.places, beside: folder.root)
    #expect(
      words { try weights.load() }
        == "datasets/dots.yaml describes no weights: give it a split 'weights'")
  }
}
