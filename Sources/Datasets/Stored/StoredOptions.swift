/// What a study says below a stored data set's name; all may be left out.
public struct StoredOptions: Codable, Equatable, Sendable {
  /// The stored splits to train on, one after the other.
  public var train: [String]
  /// Which training examples are held out as the split `validation`, if any.
  public var validation: HeldOut?
  /// How grey images become binary.
  public var binarise: Binarisation

  public init(
    train: [String] = ["train"], validation: HeldOut? = nil, binarise: Binarisation = .none
  ) {
    self.train = train
    self.validation = validation
    self.binarise = binarise
  }

  enum CodingKeys: String, CodingKey, CaseIterable { case train, validation, binarise }

  public init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      train: try keys.decodeIfPresent([String].self, forKey: .train) ?? ["train"],
      validation: try keys.decodeIfPresent(HeldOut.self, forKey: .validation),
      binarise: try keys.decodeIfPresent(Binarisation.self, forKey: .binarise) ?? .none)
  }

  /// Training examples that are not trained on.
  public enum HeldOut: Codable, Equatable, Sendable {
    /// The last so many.
    case last(Int)
    /// So many drawn once.
    case random(count: Int, seed: Int)

    enum CodingKeys: String, CodingKey, CaseIterable { case last, random }

    var count: Int {
      switch self {
      case .last(let count), .random(let count, _): count
      }
    }
  }

  /// Draws of binary images, with the grey values as probabilities.
  public enum Binarisation: Codable, Equatable, Sendable {
    /// Grey as they are.
    case none
    /// Training images are drawn afresh whenever they are used, all others once.
    case eachUse(seed: Int)
    /// All images are drawn once.
    case once(seed: Int)

    enum CodingKeys: String, CodingKey, CaseIterable {
      case none, once
      case eachUse = "each-use"
    }
  }
}
