import Torch

/// The data of one study in memory: named tensors in splits.
public struct Dataset {
  /// Names the content, not the file: two data sets with equal identities hold equal examples.
  public let contentIdentity: String
  /// Why results on it do not stand for the real data, or nil where it is the real data.
  public let standIn: String?
  /// What the numbers of an example's `image` are called, in their order, or nil where they have no names:
  /// the joints' angles of motion capture.
  public let featureNames: [String]?
  /// Draws an example's `image` as a person, where it is motion capture.
  public let figure: MotionFigure?
  /// Examples to train on.
  public let train: Split
  /// Other splits by name (`validation`, `test`).
  public let others: [String: Split]

  public init(
    contentIdentity: String, standIn: String? = nil, featureNames: [String]? = nil,
    figure: MotionFigure? = nil, train: Split, others: [String: Split] = [:]
  ) {
    self.contentIdentity = contentIdentity
    self.standIn = standIn
    self.featureNames = featureNames
    self.figure = figure
    self.train = train
    self.others = others
  }
}

extension Dataset {
  /// The data on another device.
  public func to(_ device: Device) -> Dataset {
    Dataset(
      contentIdentity: contentIdentity, standIn: standIn, featureNames: featureNames,
      figure: figure, train: train.to(device),
      others: others.mapValues { $0.to(device) })
  }
}

/// The data set that a study names, with its settings.
public protocol DatasetConfiguration: Encodable, Sendable {
  /// The data set's name in manifests.
  var name: String { get }

  /// What is impossible about the configuration, or nil.
  var problem: String? { get }

  /// Shape of one example of each named tensor to train on, known before anything is loaded.
  var exampleShapes: [String: [Int]] { get }

  /// The same for every split.
  var splitShapes: [String: [String: [Int]]] { get }

  /// Whether the shapes are known of all tensors; else they are once the files are here.
  var hasKnownShapes: Bool { get }

  /// Number of training examples where it is known before loading, for estimates.
  var trainingExamples: Int? { get }

  /// Names the content, known before anything is loaded; part of a run's identity.
  var contentIdentity: String { get }

  /// Whether the content is known for sure; else it is once the files are here.
  var isIdentified: Bool { get }

  /// Why the data cannot be used as they are here, such as files that are missing, and how they are
  /// had; nil where nothing is known to be wrong.
  var missing: DataError? { get }

  /// Checks what can be checked before a run is started.
  ///
  /// - Throws: `DataError`.
  func check() throws

  /// Reads or generates the data.
  func load() throws -> Dataset

  /// The data set as the run with that seed sees it: where a split is drawn with the run's own seed, with
  /// this one.
  func ofRun(seed: Int) -> any DatasetConfiguration
}

extension DatasetConfiguration {
  public func ofRun(seed: Int) -> any DatasetConfiguration { self }
}

/// A data set that needs no files: what a manifest says below its name is all there is to it.
public protocol GeneratedDataset: DatasetConfiguration, Decodable {
  /// The data set's name in manifests.
  static var name: String { get }
}

extension GeneratedDataset {
  public var name: String { Self.name }

  public var splitShapes: [String: [String: [Int]]] { ["train": exampleShapes] }

  public var hasKnownShapes: Bool { true }

  public var isIdentified: Bool { true }

  public var missing: DataError? { nil }

  public func check() throws {}
}

/// The order in which an epoch visits the examples: a fresh permutation, known from the seed alone.
public struct BatchOrder {
  private let randomness: Randomness
  private let count: Int
  private let size: Int
  private var drawn: (phase: String, epoch: Int, permutation: Tensor)?

  public init(_ randomness: Randomness, count: Int, batch size: Int) {
    self.randomness = randomness
    self.count = count
    self.size = size
  }

  /// Batches in an epoch of `count` examples; the last one may be smaller.
  public static func batchesPerEpoch(_ count: Int, batch size: Int) -> Int {
    // Not (count + size − 1) / size, which can overflow.
    count / size + (count.isMultiple(of: size) ? 0 : 1)
  }

  /// Batches in an epoch.
  public var batchesPerEpoch: Int { Self.batchesPerEpoch(count, batch: size) }

  /// Indices of the batch that a step of a phase works on.
  public mutating func indices(step: Int, phase: String) -> Tensor {
    let epoch = step / batchesPerEpoch
    let permutation: Tensor
    if let drawn, drawn.phase == phase, drawn.epoch == epoch {
      permutation = drawn.permutation
    } else {
      permutation = randomness.stream("order/" + phase, step: epoch).permutation(count)
      drawn = (phase, epoch, permutation)
    }
    let start = (step % batchesPerEpoch) * size
    return permutation.narrowed(0, start..<min(start + size, count))
  }
}
