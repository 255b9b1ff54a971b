import Foundation
import Torch

extension SplitMix64 {
  /// Standard normal, by Box and Muller: simulated samples that are the same everywhere.
  mutating func normal() -> Double {
    // Half a step above, so that it is never the logarithm of 0.
    let radius = (-2 * log(uniform() + 0x1p-54)).squareRoot()
    return radius * cos(2 * .pi * uniform())
  }
}
