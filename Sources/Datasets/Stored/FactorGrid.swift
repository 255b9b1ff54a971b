/// The factors of a data set whose examples are all combinations of them, the last factor changing
/// fastest: what makes an example is known from its place.
public struct FactorGrid: Codable, Equatable, Sendable {
  /// A factor with its number of values, written `{floor: 10}`.
  public struct Factor: Codable, Equatable, Sendable {
    public let name: String
    public let size: Int

    public init(from decoder: any Decoder) throws {
      let pairs = try [String: Int](from: decoder)
      guard let pair = pairs.first, pairs.count == 1 else {
        throw DecodingError.dataCorrupted(
          .init(
            codingPath: decoder.codingPath,
            debugDescription: "a factor is its name and number of values, such as {shape: 4}"))
      }
      (name, size) = pair
    }

    public func encode(to encoder: any Encoder) throws { try [name: size].encode(to: encoder) }
  }

  public let factors: [Factor]

  public init(from decoder: any Decoder) throws { factors = try [Factor](from: decoder) }

  public func encode(to encoder: any Encoder) throws { try factors.encode(to: encoder) }

  /// Number of examples.
  var count: Int { count(with: [:]) }

  /// More examples than any file has, and few enough to multiply.
  static let mostExamples = 1 << 31

  /// What is wrong with the factors, or nil.
  var problem: String? {
    if factors.isEmpty { return "at least one factor is needed" }
    var count = 1
    for factor in factors {
      if factor.name.isEmpty { return "the name of a factor must not be empty" }
      if !(1...Self.mostExamples ~= factor.size) || count > Self.mostExamples / factor.size {
        return
          "there can be at most \(Self.mostExamples) combinations, and a factor has at least 1 value"
      }
      count *= factor.size
    }
    return Set(factors.map(\.name)).count < factors.count ? "a factor is named twice" : nil
  }

  /// What is wrong with a choice of values of some factors, counted from 0, or nil.
  func problem(of choice: [String: Int]) -> String? {
    for (name, value) in choice.sorted(by: { $0.key < $1.key }) {
      guard let factor = factors.first(where: { $0.name == name }) else {
        return "the data set has no factor '\(name)'; it has "
          + factors.map(\.name).joined(separator: ", ")
      }
      if !(0..<factor.size ~= value) {
        return "the values of '\(name)' are numbered from 0 to \(factor.size - 1)"
      }
    }
    return nil
  }

  /// Number of examples with the chosen values of some factors.
  func count(with choice: [String: Int]) -> Int {
    factors.reduce(1) { $0 * (choice[$1.name] == nil ? $1.size : 1) }
  }

  /// Places of the examples with the chosen values of some factors, ascending.
  func rows(with choice: [String: Int]) -> [Range<Int>] {
    let depth = factors.lastIndex { choice[$0.name] != nil }.map { $0 + 1 } ?? 0
    let starts = factors.prefix(depth).reduce([0]) { starts, factor in
      let values = choice[factor.name].map { $0..<$0 + 1 } ?? 0..<factor.size
      return starts.flatMap { start in values.map { start * factor.size + $0 } }
    }
    let length = factors.dropFirst(depth).reduce(1) { $0 * $1.size }
    return starts.map { $0 * length..<($0 + 1) * length }
  }

  /// The number of each factor's value in the examples at these places.
  func values(at rows: [Range<Int>]) -> [String: [Int64]] {
    var length = count
    return factors.reduce(into: [:]) { found, factor in
      length /= factor.size
      found[factor.name] = rows.flatMap { $0.map { Int64($0 / length % factor.size) } }
    }
  }
}
