import Datasets
import Foundation
import Modelling
import Testing
import Torch
import Training

@testable import Lab

/// Interpolations in a split of its own between persons of two bones, whose places have a closed form.
@Suite struct InterpolatedFiguresTests {
  /// A thigh of two units that hangs down, and a foot of one that points forwards from its end.
  private static let skeleton = """
    :root
       order TX RX
    :bonedata
      begin
         name knee
         direction 0 -1 0
         length 2
         axis 0 0 0 XYZ
         dof rx ry
      end
      begin
         name toe
         direction 0 0 1
         length 1
         axis 0 0 0 XYZ
         dof rx
      end
    :hierarchy
      begin
        root knee
        knee toe
      end

    """

  /// The knee at 0 and 90 degrees about x, and both times at 90 about y; the toe at 0 and −90.
  private static let recording = """
    1
    root 0 2
    knee 0 90
    toe 0
    2
    root 1 2
    knee 90 90
    toe -90

    """

  private static let manifest = """
    {"dataset": "moves", "title": "Moves", "layouts": [{"recordings": {
      "file": "subjects", "leave-out": ["root"], "features": 2,
      "motions": [{"walking": [{"key": "2/2_1.amc"}]}]}}]}
    """

  /// The two frames, whose features go from 0 to 1.
  private func frames() throws -> Dataset {
    try Workplace.with([]) { place in
      try place.write(Self.skeleton, to: "moves/subjects/2/2.asf")
      try place.write(Self.recording, to: "moves/subjects/2/2_1.amc")
      let manifest = try JSONDecoder().decode(
        DatasetManifest.self, from: Data(Self.manifest.utf8))
      let places = DataPlaces(directories: [place.root], cache: place.root + "/cache")
      return try StoredDataset(manifest, StoredOptions(), in: places, beside: place.root).load()
    }
  }

  private let images: [Double] = [-1.2, -0.9, 1.1, 0.8, 0.1, 0.3, 1, -1.2, -0.9, 1.3]

  /// A run whose split `test` has these images; equal numbers name other places in the split `train`.
  private func run() throws -> MeasuredRun {
    let frames = try frames()
    #expect(frames.featureNames == ["knee.rx", "toe.rx"])
    let figure = try #require(frames.figure)
    func split(_ images: [Double], _ angles: [Double]) -> Split {
      let count = angles.count
      return Split(
        Batch([
          "image": Tensor(images, shape: [count, 2]), "angle": Tensor(angles, shape: [count]),
        ]))
    }
    let train = split(scattered(12), [1, 2, 3, 9, 9, 9])
    let test = split(images, [3, 1, 9, 9, 2])
    return MeasuredRun(
      model: PlaneModel(),
      dataset: Dataset(
        contentIdentity: "test", featureNames: frames.featureNames, figure: figure, train: train,
        others: ["test": test]),
      randomness: Randomness(seed: 0), curves: Curves(), events: [:])
  }

  private func computation(_ more: String) throws -> InterpolationComputation {
    let text = """
      {nodes: 150, neighbours: 5\(more), between: [
        {from: {angle: 1}, to: {angle: 3}}, {from: {angle: 3}, to: {angle: 2}}]}
      """
    return try StrictDecoder().decode(
      InterpolationComputation.self, from: try ConfigNode(yaml: text, file: "x.yaml"))
  }

  private func array(_ name: String, _ arrays: [ResultArray]) throws -> ResultArray {
    try #require(arrays.first { $0.name == name }, "\(name)")
  }

  /// Where the bones of a decoded code begin and end.
  ///
  /// About x the thigh turns by α, 90° of the first feature, and the foot by γ, which is α − 90° and 90°
  /// of the second. The quarter turn about y then makes the room's x of what points forwards.
  private func ends(_ code: some Collection<Double>) -> [Double] {
    let features = code.map { $0 + PlaneModel.shift }
    let alpha = Double.pi / 2 * features[0]
    let gamma = alpha + Double.pi / 2 * (features[1] - 1)
    let hip: [Double] = [0, 0, 0]
    let knee: [Double] = [-2 * sin(alpha), -2 * cos(alpha), 0]
    let toe: [Double] = [knee[0] + cos(gamma), knee[1] - sin(gamma), 0]
    return hip + knee + knee + toe
  }

  /// All steps are drawn, or so many, evenly, with both ends.
  @Test(arguments: [nil, 3] as [Int?])
  func bonesAreThoseOfTheDecodedCodes(_ columns: Int?) throws {
    let more = columns.map { ", columns: \($0)" } ?? ""
    let arrays = try computation(", split: test" + more).compute(
      run(), Snapshots(steps: []) { _ in })
    for path in 1...2 {
      let codes = try array("interpolation/path-\(path)/codes", arrays)
      let steps = codes.shape[0]
      try #require(steps > 3)
      let shown = columns == nil ? Array(0..<steps) : [0, steps / 2, steps - 1]
      let bones = try array("interpolation/path-\(path)/bones", arrays)
      #expect(bones.shape == [shown.count, 2, 2, 3])
      let expected = shown.flatMap { ends(codes.values[2 * $0..<2 * $0 + 2]) }
      #expect(bones.values.count == expected.count)
      #expect(zip(bones.values, expected).allSatisfy { abs($0 - $1) < 1e-12 }, "path \(path)")
    }
  }

  /// The ends are places in the split that is named, and the codes those of its examples.
  @Test func pathsJoinExamplesOfTheSplit() throws {
    let run = try run()
    let some = try computation(", split: test")
    #expect(some.needs.map(\.tensor) == ["image", "angle", "angle", "angle", "angle"])
    #expect(some.needs.allSatisfy { $0.split == "test" })
    let arrays = try some.compute(run, Snapshots(steps: []) { _ in })
    #expect(try array("interpolation/from", arrays).values == [1, 0])
    #expect(try array("interpolation/to", arrays).values == [0, 4])
    for (path, (from, to)) in [(1, 0), (0, 4)].enumerated() {
      let codes = try array("interpolation/path-\(path + 1)/codes", arrays).values
      #expect(Array(codes.prefix(2)) == Array(images[2 * from..<2 * from + 2]))
      #expect(Array(codes.suffix(2)) == Array(images[2 * to..<2 * to + 2]))
    }
    let training = try computation("").compute(run, Snapshots(steps: []) { _ in })
    #expect(try array("interpolation/from", training).values == [0, 2])
    #expect(try array("interpolation/to", training).values == [2, 1])
    #expect(
      words { try some.compute(finished().run, Snapshots(steps: []) { _ in }) }
        == "interpolation needs data with a split named 'test', which this data set has not: name "
        + "another split, or leave it out")
  }
}
