import Modelling
import Torch

/// Posterior means and their mean standard deviation at each snapshot: `codes/mean [snapshots, n, latent]`,
/// `codes/deviation [snapshots, n]`, `codes/step [snapshots]`; and the data's `angle` and `label` where they
/// are one number an example, `codes/angle [n]` and `codes/label [n]`.
public struct CodesComputation: Computation {
  public static let name = "codes"
  /// How many examples, taken evenly over the training data.
  public var examples: Int

  public var problem: String? {
    SpacedExamples.problem(examples)
  }

  public var parametersNeeded: ParametersNeeded { .snapshots }
  public var abilities: [ModelAbility] { [.code] }

  public var arrays: [String] {
    ["mean", "deviation", "step", "angle", "label"].map { "codes/" + $0 }
  }

  public func compute(_ run: MeasuredRun, _ snapshots: Snapshots) throws -> [ResultArray] {
    var means: [Double] = []
    var deviations: [Double] = []
    var rows: [Int] = []
    var dimensions = 0
    try snapshots.visit { _ in
      let codes = try PosteriorCodes(run, for: Self.name)
      dimensions = codes.dimensions
      rows = SpacedExamples.rows(examples, of: codes.count)
      for row in rows {
        let range = row * dimensions..<(row + 1) * dimensions
        means += codes.means[range]
        deviations.append(codes.deviations[range].reduce(0, +) / Double(dimensions))
      }
    }
    let shape = [snapshots.steps.count, rows.count]
    var arrays = [
      ResultArray("codes/mean", means, shape: shape + [dimensions]),
      ResultArray("codes/deviation", deviations, shape: shape),
      ResultArray(
        "codes/step", snapshots.steps.map(Double.init), shape: [snapshots.steps.count]),
    ]
    let train = try run.dataset.train
    for name in ["angle", "label"] {
      // Several numbers an example give it no colour.
      guard let values = train[name]?.doubles(), values.count == train.count else { continue }
      arrays.append(ResultArray("codes/" + name, rows.map { values[$0] }, shape: [rows.count]))
    }
    return arrays
  }
}

/// Draws from the prior at each snapshot: `prior/samples [snapshots, count, latent]`, `prior/step
/// [snapshots]`.
public struct PriorSamplesComputation: Computation {
  public static let name = "prior-samples"
  public var count: Int

  public var problem: String? {
    1...1_000_000 ~= count ? nil : "count must be from 1 to 1,000,000"
  }

  public var parametersNeeded: ParametersNeeded { .snapshots }
  public var abilities: [ModelAbility] { [.code] }

  public var arrays: [String] {
    ["prior/samples", "prior/step"]
  }

  public func compute(_ run: MeasuredRun, _ snapshots: Snapshots) throws -> [ResultArray] {
    let model: any LatentVariableModel = try run.model(.code, for: Self.name)
    var samples: [Double] = []
    try snapshots.visit { step in
      samples += try checked(Self.name) {
        withoutGradients {
          let stream = run.randomness.stream("compute/" + Self.name, step: step)
          return model.samplePrior(count, stream).doubles()
        }
      }
    }
    let states = snapshots.steps.count
    let shape = [states, count, states * count == 0 ? 0 : samples.count / (states * count)]
    return [
      ResultArray("prior/samples", samples, shape: shape),
      ResultArray("prior/step", snapshots.steps.map(Double.init), shape: [states]),
    ]
  }
}

/// Recorded curves: `curves/step`, and `curves/<name>` for each one asked for.
public struct CurvesComputation: Computation {
  public static let name = "curves"
  public var names: [String]

  public var parametersNeeded: ParametersNeeded { .none }
  public var curves: [String] { names }

  public var arrays: [String] {
    ["curves/step"] + names.map { "curves/" + $0 }
  }

  public func compute(_ run: MeasuredRun, _ snapshots: Snapshots) throws -> [ResultArray] {
    let steps = run.curves.steps.map(Double.init)
    return [ResultArray("curves/step", steps, shape: [steps.count])]
      + names.compactMap { name in
        run.curves.values[name].map {
          ResultArray("curves/" + name, $0, shape: [$0.count])
        }
      }
  }
}

/// The regression of the data's angle on the code: `regression/regressor`, `/response`, and
/// `regression/line [2]` (slope, intercept).
public struct AngleRegressionComputation: Computation {
  public static let name = "angle-regression"
  public var radius: AngleRegression.Radius

  public var parametersNeeded: ParametersNeeded { .final }
  public var abilities: [ModelAbility] { [.code] }
  public var needs: [DataNeed] { [DataNeed(split: "train", tensor: "angle", shape: [])] }

  public var arrays: [String] {
    ["regressor", "response", "line"].map { "regression/" + $0 }
  }

  public func compute(_ run: MeasuredRun, _ snapshots: Snapshots) throws -> [ResultArray] {
    let fit = try AngleRegression(run, radius, for: Self.name)
    let count = fit.regressor.count
    return [
      ResultArray("regression/regressor", fit.regressor, shape: [count]),
      ResultArray("regression/response", fit.response, shape: [count]),
      ResultArray("regression/line", [fit.slope, fit.intercept], shape: [2]),
    ]
  }
}
