import Datasets
import Files
import Foundation
import Modelling
import Testing
import Torch
import Training

@testable import Lab

/// LPIPS against its authors' package, with weights and images that a formula gives; the numbers are
/// printed by Scripts/reference/lpips_distances.py.
@Suite struct LPIPSTests {
  /// The same numbers as in the script.
  private static func waves(_ shape: [Int], _ phase: Double) -> [Float] {
    (0..<shape.reduce(1, *)).map { Float(sin(Double($0) * 2.399 + 1.7 * phase + 0.3)) }
  }

  private static let shapes: [(name: String, weight: [Int])] = [
    ("features.0", [64, 3, 11, 11]), ("features.3", [192, 64, 5, 5]),
    ("features.6", [384, 192, 3, 3]), ("features.8", [256, 384, 3, 3]),
    ("features.10", [256, 256, 3, 3]),
  ]

  /// The network's tensors by name: shape and numbers.
  private static let numbers: [String: (shape: [Int], values: [Float])] = {
    var numbers: [String: (shape: [Int], values: [Float])] = [:]
    for (index, layer) in shapes.enumerated() {
      let phase = Double(index)
      let scale = (6 / Double(layer.weight.dropFirst().reduce(1, *))).squareRoot()
      let bias = [layer.weight[0]]
      let head = [1, layer.weight[0], 1, 1]
      numbers[layer.name + ".weight"] = (
        layer.weight, waves(layer.weight, phase).map { Float(scale * Double($0)) }
      )
      numbers[layer.name + ".bias"] = (bias, waves(bias, phase + 10).map { 0.1 * $0 })
      numbers["lin\(index).model.1.weight"] = (head, waves(head, phase + 20).map(abs))
    }
    return numbers
  }()

  private static var weights: [String: Tensor] {
    numbers.mapValues { Tensor($0.values, shape: $0.shape) }
  }

  private static func images(_ shape: [Int], _ phase: Double) -> Tensor {
    Tensor(waves(shape, phase).map { 0.5 + 0.5 * $0 }, shape: shape)
  }

  private static func metric() throws -> LPIPS { try LPIPS(weights, on: .cpu) }

  @Test(
    arguments: [
      ([2, 3, 32, 32], 1, [1.1140265361572164, 1.3216909577858114]),
      ([1, 3, 37, 45], 3, [1.113575595479738]),
      ([2, 1, 28, 27], 5, [1.163597366632989, 1.2006700077796078]),
    ] as [([Int], Double, [Double])])
  func equalsTheReference(_ shape: [Int], _ phase: Double, _ expected: [Double]) throws {
    let metric = try Self.metric()
    let (x, y) = (Self.images(shape, phase), Self.images(shape, phase + 1))
    let found = try checked("test") { metric.distances(x, y).doubles() }
    #expect(found.count == expected.count)
    // Sums of up to 3,456 float32 products, five layers deep.
    for (found, expected) in zip(found, expected) { #expect(abs(found - expected) < 1e-4) }
    #expect(try checked("test") { metric.distances(y, x).doubles() } == found)
    #expect(try checked("test") { metric.distances(x, x).doubles() }.allSatisfy { $0 == 0 })
  }

  /// Black is −1 before the colours' means and deviations; grey is three times the same.
  @Test func smallGreyImagesAreSurroundedAndColoured() throws {
    let prepared = try checked("test") { LPIPS.prepared(.full(1, [1, 1, 31, 28])) }
    #expect(prepared.shape == [1, 3, 32, 32])
    let values = prepared.floats()
    let white = [(1 + 0.030) / 0.458, (1 + 0.088) / 0.448, (1 + 0.188) / 0.450]
    let black = [(-1 + 0.030) / 0.458, (-1 + 0.088) / 0.448, (-1 + 0.188) / 0.450]
    for channel in 0..<3 {
      for row in 0..<32 {
        for column in 0..<32 {
          // One row is missing, which comes last; two columns on either side.
          let isImage = row < 31 && 2..<30 ~= column
          let expected = isImage ? white[channel] : black[channel]
          let found = Double(values[(channel * 32 + row) * 32 + column])
          #expect(abs(found - expected) < 1e-6)
        }
      }
    }
    let large = try checked("test") { LPIPS.prepared(.zeros([2, 3, 32, 40])) }
    #expect(large.shape == [2, 3, 32, 40])
  }

  /// Images that an operation failed to make are an error and not a trap.
  @Test func imagesThatAreNone() throws {
    let metric = try LPIPS(Self.weights, on: .cpu)
    #expect(throws: TensorError.self) {
      try checked("test") {
        let none = Tensor.zeros([2]).reshaped(3)
        return metric.distances(none, none).doubles()
      }
    }
  }

  @Test func wrongWeightsAreSaid() throws {
    var weights = Self.weights
    weights["features.6.bias"] = .zeros([383])
    #expect(
      words { try LPIPS(weights, on: .cpu) }
        == "the weights of lpips-alexnet need a tensor 'features.6.bias' of shape [384]: correct "
        + "datasets/lpips-alexnet.yaml")
  }

  // MARK: The measure

  @Test func readsIds() throws {
    #expect(try #require(Diversity("lpips/60000-samples")).count == 60_000)
    #expect(try #require(Diversity("lpips/60000-samples")).isOfSamples)
    #expect(try #require(Diversity("lpips/20-images")).count == 20)
    let all = try #require(Diversity("lpips/images"))
    #expect(all.count == nil && !all.isOfSamples)
    for id in [
      "lpips", "lpips/", "lpips/samples", "lpips/1-samples", "lpips/0-images", "lpips/02-images",
      "lpips/-images", "lpips/20-images/x", "lpips/10000001-samples", "nll/20-images",
      "lpips/20-images-at-0.3", "lpips/20-samples-at-", "lpips/20-samples-at-.3",
      "lpips/20-samples-at-0.30", "lpips/20-samples-at--1", "lpips/20-samples-at-inf",
      "lpips/20-samples-at-1.0", "lpips/20-samples-at-1", "lpips/20-samples-at--0",
    ] {
      #expect(Diversity(id) == nil, "\(id)")
    }
    #expect(MeasureFamily.diversity.measure("lpips/images")?.direction == .neither)
    #expect(MeasureFamily.diversity.measure("lpips/2-samples")?.direction == .moreIsBetter)
  }

  /// Calls `body` with runs by seed on four pictures, three to train on and one to test, and the weights in
  /// a file.
  private func runs<Result>(_ body: ((Int) -> MeasuredRun) throws -> Result) throws -> Result {
    try Workplace.with([]) { place in
      try place.write("", to: "datasets/none.txt")
      let file = try HDF5File(creating: place.root + "/datasets/weights.h5")
      var lines = "dataset: lpips-alexnet\ntitle: T\nsplits:\n  weights:\n"
      for (name, tensor) in Self.numbers {
        try file.write(tensor.values, shape: tensor.shape, at: name)
        lines += "    \(name): {file: weights.h5, key: \(name)}\n"
      }
      try file.close()
      try place.write(lines, to: "datasets/lpips-alexnet.yaml")
      let library = DatasetLibrary(
        root: place.root + "/datasets", places: DataPlaces(directories: [], cache: place.root))
      let weights = try library.weights("lpips-alexnet")
      let pictures = Self.images([4, 1, 8, 8], 7)
      let dataset = Dataset(
        contentIdentity: "test", train: Split(Batch(["image": pictures.narrowed(0, 0..<3)])),
        others: ["test": Split(Batch(["image": pictures.narrowed(0, 3..<4)]))])
      return try body { seed in
        MeasuredRun(
          model: Painter(), dataset: dataset, randomness: Randomness(seed: seed), curves: Curves(),
          events: [:], pretrained: [weights.name: weights])
      }
    }
  }

  private func value(_ id: String, _ run: MeasuredRun) throws -> Double {
    let measure = try #require(MeasureFamily.diversity.measure(id))
    return try #require(try measure.value(run))
  }

  /// Four images make two pairs in three ways; the value is the mean of one of them.
  @Test func pairsShareNoImage() throws {
    let metric = try Self.metric()
    let pictures = Self.images([4, 1, 8, 8], 7)
    func distance(_ a: Int, _ b: Int) throws -> Double {
      try checked("test") {
        metric.distances(
          pictures.narrowed(0, a..<a + 1), pictures.narrowed(0, b..<b + 1)
        ).item()
      }
    }
    let ways = try [
      (distance(0, 1) + distance(2, 3)) / 2, (distance(0, 2) + distance(1, 3)) / 2,
      (distance(0, 3) + distance(1, 2)) / 2,
    ]
    let pairs = try [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)].map(distance)
    try runs { run in
      var chosen: Set<Int> = []
      for seed in 0..<12 {
        let found = try value("lpips/images", run(seed))
        let way = ways.firstIndex { abs($0 - found) < 1e-5 }
        chosen.insert(try #require(way, "\(found) of \(ways)"))
      }
      // Which one is the run's own.
      #expect(chosen.count > 1)
      // Of two images, or of three, there is one pair.
      for id in ["lpips/2-images", "lpips/3-images"] {
        let found = try value(id, run(0))
        #expect(pairs.contains { abs($0 - found) < 1e-5 })
      }
      let all = try (value("lpips/1000-images", run(0)), value("lpips/images", run(0)))
      #expect(all.0 == all.1)
    }
  }

  /// The decoder's means at draws from the prior, limited to what an image shows.
  @Test func samplesAreTheModels() throws {
    let metric = try Self.metric()
    let painter = Painter()
    let stream = Randomness(seed: 5).stream("measure/lpips/samples")
    let expected = try checked("test") {
      let images = painter.decode(painter.samplePrior(6, stream)).clamped(to: 0...1)
        .reshaped(6, 1, 8, 8)
      return metric.distances(images.narrowed(0, 0..<3), images.narrowed(0, 3..<6)).doubles()
    }
    try runs { run in
      let found = try value("lpips/6-samples", run(5))
      #expect(abs(found - expected.reduce(0, +) / 3) < 1e-6)
      // An odd one is left over.
      let odd = try value("lpips/7-samples", run(5))
      #expect(abs(odd - found) < 1e-6)
    }
  }

  /// At the temperature 0 all samples are equal, and at 0.25 codes are half as large.
  @Test func temperatures() throws {
    let metric = try Self.metric()
    let painter = Painter()
    let stream = Randomness(seed: 5).stream("measure/lpips/samples")
    let expected = try checked("test") {
      let images = painter.decode(painter.samplePrior(6, stream) * 0.5).clamped(to: 0...1)
        .reshaped(6, 1, 8, 8)
      return metric.distances(images.narrowed(0, 0..<3), images.narrowed(0, 3..<6)).doubles()
    }
    try runs { run in
      let found = try value("lpips/6-samples-at-0.25", run(5))
      #expect(abs(found - expected.reduce(0, +) / 3) < 1e-6)
      #expect(try value("lpips/6-samples-at-0", run(5)) == 0)
    }
  }
}

/// A model whose samples are gratings of a frequency that its code says, of too high a contrast.
private final class Painter: LatentVariableModel, MixturePriorModel {
  let parameters = ParameterStore(Randomness(seed: 0))

  func encode(_ batch: Batch) -> DiagonalGaussian {
    let zeros = Tensor.zeros([batch.count, 1])
    return DiagonalGaussian(mean: zeros, logVariance: zeros)
  }

  func decode(_ codes: Tensor) -> Tensor {
    let ramp = Tensor((0..<64).map { Float($0) / 8 }, shape: [1, 64])
    return (codes * ramp).tanh() * 2
  }

  func samplePrior(_ count: Int, _ stream: RandomStream) -> Tensor { stream.normal([count, 1]) }

  func samplePrior(
    _ count: Int, _ temperature: Temperature, _ stream: RandomStream
  ) -> Tensor {
    guard case .covariance(let scale) = temperature else { return samplePrior(count, stream) }
    return samplePrior(count, stream) * scale.squareRoot()
  }

  let clusters = [1]

  func clusterProbabilities(_ batch: Batch) -> [Tensor] { [.full(1, [batch.count, 1])] }

  func posteriors(_ batch: Batch) -> [DiagonalGaussian] { [encode(batch)] }

  func setPriorMeans(_ means: [[Double]]) {}
}
