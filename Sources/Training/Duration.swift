/// A span of training: `{steps: 150000}` or `{epochs: 20}`.
public enum Duration: Codable, Equatable, Sendable {
  case steps(Int)
  case epochs(Double)

  /// More steps than anyone will do, and few enough to count with.
  public static let limit = 1_000_000_000_000

  private enum CodingKeys: String, CodingKey, CaseIterable { case steps, epochs }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let steps = try container.decodeIfPresent(Int.self, forKey: .steps)
    let epochs = try container.decodeIfPresent(Double.self, forKey: .epochs)
    switch (steps, epochs) {
    case (let steps?, nil) where 1...Self.limit ~= steps: self = .steps(steps)
    case (nil, let epochs?) where epochs > 0 && epochs <= 1e6: self = .epochs(epochs)
    default:
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription:
            "expected either {steps: N} or {epochs: N}, N above 0 and at most 10¹² steps or 10⁶ epochs"
        ))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .steps(let count): try container.encode(count, forKey: .steps)
    case .epochs(let count): try container.encode(count, forKey: .epochs)
    }
  }

  /// Optimiser steps for so many batches an epoch, at least 1.
  public func steps(batchesPerEpoch: Int) -> Int {
    switch self {
    case .steps(let count): count
    case .epochs(let count): max(1, Int((count * Double(batchesPerEpoch)).rounded()))
    }
  }
}
