import Training

extension Curves {
  /// A line for each recorded step, with a column for each curve; empty where none was taken at a step.
  public var csv: String {
    let names = values.keys.sorted()
    let rows = steps.indices.map { place in
      ["\(steps[place])"]
        + names.map { name in
          let value = values[name]?[place] ?? .nan
          return value.isNaN ? "" : "\(value)"
        }
    }
    return TextTable(columns: ["step"] + names, rows: rows).csv
  }
}
