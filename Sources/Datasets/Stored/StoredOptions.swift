/// What a study says below a stored data set's name; all may be left out.
public struct StoredOptions: Codable, Equatable, Sendable {
  /// The stored splits to train on, one after the other.
  public var train: [String]
  /// Values of factors, counted from 0: only the examples that have them are used.
  public var select: [String: Int]?
  /// Width of the squares of pixels that become one, their mean.
  public var averagePool: Int?
  /// Which training examples are held out as the split `test`, if any.
  public var test: HeldOut?
  /// Which of the others are held out as the split `validation`, if any.
  public var validation: HeldOut?
  /// How grey images become binary.
  public var binarise: Binarisation

  public init(
    train: [String] = ["train"], select: [String: Int]? = nil, averagePool: Int? = nil,
    test: HeldOut? = nil, validation: HeldOut? = nil, binarise: Binarisation = .none
  ) {
    self.train = train
    self.select = select
    self.averagePool = averagePool
    self.test = test
    self.validation = validation
    self.binarise = binarise
  }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case train, select, test, validation, binarise
    case averagePool = "average-pool"
  }

  public init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      train: try keys.decodeIfPresent([String].self, forKey: .train) ?? ["train"],
      select: try keys.decodeIfPresent([String: Int].self, forKey: .select),
      averagePool: try keys.decodeIfPresent(Int.self, forKey: .averagePool),
      test: try keys.decodeIfPresent(HeldOut.self, forKey: .test),
      validation: try keys.decodeIfPresent(HeldOut.self, forKey: .validation),
      binarise: try keys.decodeIfPresent(Binarisation.self, forKey: .binarise) ?? .none)
  }

  /// What is held out, by the split that it becomes, in the order in which it is.
  var heldOut: [(split: String, examples: HeldOut)] {
    [("test", test), ("validation", validation)].compactMap { split, held in
      held.map { (split, $0) }
    }
  }

  /// The options for the run with that seed.
  func ofRun(seed: Int) -> StoredOptions {
    var options = self
    options.test = test?.ofRun(seed: seed)
    options.validation = validation?.ofRun(seed: seed)
    return options
  }

  /// Training examples that are not trained on.
  public enum HeldOut: Codable, Equatable, Sendable {
    /// The last so many.
    case last(Int)
    /// So many drawn once.
    case random(count: Int, seed: SplitSeed)
    /// All but those that NumPy draws to train on, `np.random.seed(seed)` and then
    /// `np.random.choice(examples, train, replace=False)`. These are trained on in the order of the
    /// draw; the others keep theirs.
    case numpyChoice(train: Int, seed: SplitSeed)

    enum CodingKeys: String, CodingKey, CaseIterable {
      case last, random
      case numpyChoice = "numpy-choice"
    }

    /// How many of so many examples are held out.
    func count(of examples: Int) -> Int {
      switch self {
      case .last(let count), .random(let count, _): count
      case .numpyChoice(let train, _): examples - max(train, 0)
      }
    }

    /// How many, where that does not depend on the number of examples.
    var fixedCount: Int? {
      switch self {
      case .last(let count), .random(let count, _): count
      case .numpyChoice: nil
      }
    }

    /// What is impossible whatever the number of examples, or nil.
    var problem: String? {
      guard case .numpyChoice(let train, let seed) = self else { return nil }
      if train < 1 { return "nothing is left to train on" }
      if case .number(let seed) = seed, UInt32(exactly: seed) == nil {
        return "a seed of NumPy's is from 0 to \(UInt32.max)"
      }
      return nil
    }

    fileprivate func ofRun(seed run: Int) -> HeldOut {
      switch self {
      case .last: self
      case .random(let count, let seed): .random(count: count, seed: seed.ofRun(seed: run))
      case .numpyChoice(let train, let seed):
        .numpyChoice(train: train, seed: seed.ofRun(seed: run))
      }
    }
  }

  /// What a split is drawn with: a number, the same for all runs of a study, or `run`, each run's own
  /// seed.
  public enum SplitSeed: Codable, Equatable, Sendable, ExpressibleByIntegerLiteral {
    case number(Int)
    case run

    public init(integerLiteral value: Int) { self = .number(value) }

    private static let word = "run"

    public init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Int.self) {
        self = .number(number)
      } else if (try? container.decode(String.self)) == Self.word {
        self = .run
      } else {
        throw DecodingError.dataCorrupted(
          .init(
            codingPath: decoder.codingPath,
            debugDescription: "expected a whole number or \(Self.word)"))
      }
    }

    public func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .number(let number): try container.encode(number)
      case .run: try container.encode(Self.word)
      }
    }

    fileprivate func ofRun(seed: Int) -> SplitSeed { self == .run ? .number(seed) : self }
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
