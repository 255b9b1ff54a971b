import Files
import OrderedCollections

/// Curves in an HDF5 file: `curves/steps`, `curves/names`, and `curves/values/<name>` for each.
public enum CurvesFile {
  /// Writes curves into a file that is being made.
  public static func write(_ curves: Curves, into file: HDF5File) throws {
    try file.write(curves.steps, shape: [curves.steps.count], at: "curves/steps")
    let names = Array(curves.values.keys)
    try file.write(names, shape: [names.count], at: "curves/names")
    for (name, values) in curves.values {
      try file.write(values, shape: [values.count], at: "curves/values/" + name)
    }
  }

  /// Reads the curves of a file.
  public static func read(from file: HDF5File) throws -> Curves {
    let steps = try file.read(Int.self, at: "curves/steps").values
    let names = try file.read(String.self, at: "curves/names").values
    var values: OrderedDictionary<String, [Double]> = [:]
    for name in names { values[name] = try file.read(Double.self, at: "curves/values/" + name).values }
    return Curves(steps: steps, values: values)
  }
}
