import Modelling
import Torch

/// The measures that PriorLab comes with; `Catalogue.swift` registers them.
extension Measure {
  private static let angles = [DataNeed(split: "train", tensor: "angle", shape: [])]

  /// Mean absolute error of the joint angle regressed on the code (Klushyn et al. 2019, table 1).
  public static func angleError(_ radius: AngleRegression.Radius) -> Measure {
    let id = "angle-error/" + radius.rawValue
    let words = radius == .global ? "one radius for all codes" : "each code's own radius"
    return Measure(
      id: id, summary: "mean |residual| of the angle regressed on the code, with \(words)",
      unit: "rad", direction: .lessIsBetter, needs: angles
    ) { try AngleRegression($0, radius, for: id).meanAbsoluteError }
  }

  /// Mean distance of the joint angle from the code's own, on the circle: table 1's question without its
  /// regression.
  public static let unfoldedAngleError = Measure(
    id: "angle-error/unfolded",
    summary: "mean distance on the circle between the code's angle and the aligned true one",
    unit: "rad", direction: .lessIsBetter, needs: angles
  ) { try AngleRegression($0, .global, for: "angle-error/unfolded").unfoldedError }

  /// Spread of the codes' distances from their centre over their mean: 0 for a circle.
  public static let radiusVariation = Measure(
    id: "code-radius/variation", summary: "std of the codes' radii over their mean: 0 for a circle",
    unit: "", direction: .lessIsBetter, needs: angles
  ) { try AngleRegression($0, .global, for: "code-radius/variation").radiusVariation }

  /// How often the ring of codes, in the order of the angle, crosses itself.
  public static let ringCrossings = Measure(
    id: "code-ring/crossings",
    summary: "how often the codes, in the order of the angle, cross their own way", unit: "",
    direction: .lessIsBetter, needs: angles
  ) { Double(try CodeRing($0, for: "code-ring/crossings").crossings) }

  /// How much longer the longest step along the ring of codes is than the median one.
  public static let ringGap = Measure(
    id: "code-ring/largest-gap",
    summary: "longest over median step between the mean codes of neighbouring degrees", unit: "",
    direction: .lessIsBetter, needs: angles
  ) { try CodeRing($0, for: "code-ring/largest-gap").largestGap }

  /// Root-mean-square error of the reconstruction from posterior means, over all training images.
  public static let reconstructionError = Measure(
    id: "reconstruction/rms-from-mean",
    summary: "root-mean-square error a pixel, decoded from posterior means", unit: "",
    direction: .lessIsBetter, needs: [DataNeed(split: "train", tensor: "image")]
  ) { run in
    let id = "reconstruction/rms-from-mean"
    let model = try run.latentModel(for: id)
    let data = try run.dataset.train
    guard let image = data["image"] else { throw MeasureError.needsTensor(id, name: "image") }
    var sum = 0.0
    for start in stride(from: 0, to: data.count, by: FinishedRun.batch) {
      try checked(id) {
        withoutGradients {
          let range = start..<min(start + FinishedRun.batch, data.count)
          let decoded = model.decode(model.encode(data.rows(range)).mean)
          let x = image.narrowed(0, range).reshaped(range.count, -1)
          sum += (x - decoded).square().sum().item()
        }
      }
    }
    return (sum / Double(image.count)).squareRoot()
  }

  /// Last value of a recorded curve.
  static func final(_ curve: String) -> Measure {
    Measure(
      id: "final/" + curve, summary: "last value of the curve \(curve)", unit: "",
      direction: .neither, record: .curve(curve)
    ) { $0.curves.values[curve]?.last { !$0.isNaN } }
  }

  /// Step at which an event first happened; none where it never did.
  static func event(_ name: String) -> Measure {
    Measure(
      id: "event/" + name, summary: "step of the event \(name)", unit: "steps",
      direction: .neither, record: .event(name)
    ) { $0.events[name].map(Double.init) }
  }
}

extension MeasureFamily {
  /// The last value of any curve.
  public static let final = MeasureFamily(pattern: "final/<curve>") {
    $0.hasPrefix("final/") ? .final(String($0.dropFirst("final/".count))) : nil
  }

  /// The step of any event.
  public static let event = MeasureFamily(pattern: "event/<event>") {
    $0.hasPrefix("event/") ? .event(String($0.dropFirst("event/".count))) : nil
  }
}

extension AngleRegression {
  /// The regression on a run's posterior means and the data's `angle`.
  init(_ run: FinishedRun, _ radius: Radius, for purpose: String) throws {
    let (codes, angles) = try run.codesAndAngles(for: purpose)
    try self.init(codes: codes, angles: angles, radius: radius)
  }
}

extension CodeRing {
  /// The ring of a run's posterior means in the order of the data's `angle`.
  fileprivate init(_ run: FinishedRun, for purpose: String) throws {
    let (codes, angles) = try run.codesAndAngles(for: purpose)
    try self.init(codes: codes, angles: angles)
  }
}

extension FinishedRun {
  fileprivate func codesAndAngles(
    for purpose: String
  ) throws -> (codes: [SIMD2<Double>], angles: [Double]) {
    guard let angles = try dataset.train["angle"] else {
      throw MeasureError.needsTensor(purpose, name: "angle")
    }
    return (try PosteriorCodes.shared(self, for: purpose).plane(for: purpose), angles.doubles())
  }
}
