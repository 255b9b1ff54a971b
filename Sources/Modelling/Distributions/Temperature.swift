import Foundation
import Torch

/// How far from the means of their components codes are drawn for pictures.
public enum Temperature: Codable, Equatable, Sendable {
  /// τΣ in place of each covariance Σ (Falck et al. 2021, appendix E.6).
  case covariance(Double)
  /// The official code of Falck et al.: τL in place of the Cholesky factor L of a full covariance, and
  /// standard deviations of τσ² for a diagonal one, where σ² are its variances.
  case official(Double)

  enum CodingKeys: String, CodingKey, CaseIterable { case covariance, official }

  /// The distributions as they are.
  public static let one = Temperature.covariance(1)

  /// What is impossible about it, or nil.
  public var problem: String? {
    let value =
      switch self {
      case .covariance(let value), .official(let value): value
      }
    return value >= 0 && value.isFinite ? nil : "a temperature must be a number from 0"
  }

  /// Standard deviations of a diagonal Gaussian with these variances.
  func deviations(ofVariances variances: Tensor) -> Tensor {
    switch self {
    case .covariance(let value): (variances * value).squareRoot()
    case .official(let value): variances * value
    }
  }

  /// The Cholesky factor in place of L.
  func scaled(factor: Tensor) -> Tensor {
    switch self {
    case .covariance(let value): factor * value.squareRoot()
    case .official(let value): factor * value
    }
  }
}
