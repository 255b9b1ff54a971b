import Foundation

/// log (1/n) Σ eˣ of numbers that come in parts, without overflow and in constant memory.
struct LogMeanExp {
  private var count = 0
  private var largest = -Double.infinity
  /// Σ e^(x − largest).
  private var sum = 0.0

  /// Takes a number in.
  mutating func add(_ x: Double) {
    count += 1
    if x > largest {
      sum = sum * exp(largest - x) + 1
      largest = x
    } else if x > -.infinity || x.isNaN {
      sum += exp(x - largest)
    }
  }

  /// The value so far; −∞ where all numbers are.
  var value: Double { largest + log(sum / Double(count)) }
}
