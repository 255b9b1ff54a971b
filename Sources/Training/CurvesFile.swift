import Files

/// Curves in an HDF5 file: `curves/steps`, `curves/names`, and `curves/values/<name>` for each.
public enum CurvesFile {
  /// Writes curves into a file that is being made.
  public static func write(_ curves: Curves, into file: HDF5File) throws {
    try file.write(curves.steps, shape: [curves.steps.count], at: "curves/steps")
    let names = curves.values.keys.sorted()
    try file.write(names, shape: [names.count], at: "curves/names")
    for name in names {
      let values = curves.values[name] ?? []
      try file.write(values, shape: [values.count], at: "curves/values/" + name)
    }
  }

  /// Reads the curves of a file.
  ///
  /// - Throws: `HDF5Error`, also where values do not fit the steps.
  public static func read(from file: HDF5File) throws -> Curves {
    let steps = try file.read(Int.self, at: "curves/steps").values
    let names = try file.read(String.self, at: "curves/names").values
    var values: [String: [Double]] = [:]
    for name in names {
      values[name] = try file.read(Double.self, at: "curves/values/" + name).values
    }
    let curves = Curves(steps: steps, values: values)
    guard curves.isConsistent else {
      throw HDF5Error.damaged(
        path: file.path, reason: "steps of its curves do not go up, or have no values")
    }
    return curves
  }
}
