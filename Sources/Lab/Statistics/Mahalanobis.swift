/// Squared Mahalanobis distance of each row to the mean of the rows.
///
/// Uses the sample covariance of the rows (Mahalanobis 1936), or its diagonal where that is
/// singular. A column that does not vary is left out. The rows are equally long and finite.
func mahalanobisDistances(_ rows: [[Double]]) -> [Double] {
  guard let width = rows.first?.count else { return [] }
  let count = Double(rows.count)
  var columns = (0..<width).map { column in rows.map { $0[column] } }
  for column in columns.indices {
    let values = columns[column]
    let mean = values.reduce(0, +) / count
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let deviation = (squares / max(count - 1, 1)).squareRoot()
    // Unit variance makes the test for a singular matrix independent of the measures' units.
    columns[column] = values.map {
      deviation > 1e-14 * abs(mean) ? ($0 - mean) / deviation : 0
    }
  }
  columns.removeAll { column in column.allSatisfy { $0 == 0 } }
  let centred = rows.indices.map { row in columns.map { $0[row] } }
  guard let factor = choleskyFactor(correlation(of: columns)) else {
    return centred.map { row in row.reduce(0) { $0 + $1 * $1 } }
  }
  return centred.map { row in
    forwardSolve(factor, row).reduce(0) { $0 + $1 * $1 }
  }
}

private func correlation(of columns: [[Double]]) -> [[Double]] {
  columns.map { left in
    columns.map { right in
      zip(left, right).reduce(0) { $0 + $1.0 * $1.1 } / Double(max(left.count - 1, 1))
    }
  }
}

/// Lower Cholesky factor of a matrix with unit diagonal; nil if it is numerically singular.
private func choleskyFactor(_ matrix: [[Double]]) -> [[Double]]? {
  var factor = matrix.map { _ in [Double](repeating: 0, count: matrix.count) }
  for row in matrix.indices {
    for column in 0...row {
      let dot = (0..<column).reduce(0) { $0 + factor[row][$1] * factor[column][$1] }
      let rest = matrix[row][column] - dot
      if row == column {
        guard rest > 1e-10 else { return nil }
        factor[row][row] = rest.squareRoot()
      } else {
        factor[row][column] = rest / factor[column][column]
      }
    }
  }
  return factor
}

private func forwardSolve(_ factor: [[Double]], _ right: [Double]) -> [Double] {
  var solution: [Double] = []
  for row in right.indices {
    let dot = (0..<row).reduce(0) { $0 + factor[row][$1] * solution[$1] }
    solution.append((right[row] - dot) / factor[row][row])
  }
  return solution
}
