@testable import Lab

/// A manifest and the types that read it, apart from those of the library.
enum Sample {
  /// A manifest that uses every feature of the syntax.
  static let yaml = """
    study: vhp/omniglot   # a comment
    model: {vhp: {latent: 32, weights: [1.0, 2e-1]}}
    likelihood: bernoulli
    phases:
      - id: train
        updates:
          - minimise: elbo
            optimiser: {adam: {rate: 1e-3}}
        until: {epochs: 20}
        batch: 20
      - id: refine
        updates: []
        until: {steps: 5e3}
    seeds: 50
    budget: short
    labels: {"yes": "1", μ: 'it''s'}
    """

  struct Study: Codable, Equatable {
    var study: String
    var model: Tagged
    var likelihood: Likelihood
    var phases: [Phase]
    var seeds: Int
    var budget: Budget?
    var labels: [String: String]?
    var schedule: Schedule?
  }

  struct Phase: Codable, Equatable {
    var id: String
    var updates: [Update]
    var until: Condition
    var batch: Int

    init(from decoder: any Decoder) throws {
      let keys = try decoder.container(keyedBy: CodingKeys.self)
      id = try keys.decode(String.self, forKey: .id)
      updates = try keys.decode([Update].self, forKey: .updates)
      until = try keys.decode(Condition.self, forKey: .until)
      batch = try keys.decode(.batch, default: 128)
      if batch < 1 { throw ConfigValueError("must be at least 1", at: CodingKeys.batch) }
    }
  }

  struct Update: Codable, Equatable {
    var minimise: String
    var optimiser: Optimiser
  }

  enum Optimiser: Codable, Equatable {
    case adam(rate: Double, clipNorm: Double?)
    case sgd(rate: Double)

    enum CodingKeys: String, CodingKey, CaseIterable {
      case adam
      case sgd
    }

    enum AdamCodingKeys: String, CodingKey {
      case rate
      case clipNorm = "clip-norm"
    }
  }

  enum Condition: Codable, Equatable {
    case epochs(Int)
    case steps(Int)

    enum CodingKeys: String, CodingKey, CaseIterable {
      case epochs
      case steps
    }
  }

  enum Likelihood: Codable, Equatable {
    case bernoulli
    case gaussian(scale: Double)

    enum CodingKeys: String, CodingKey, CaseIterable {
      case bernoulli
      case gaussian
    }
  }

  enum Schedule: Codable, Equatable {
    case constant(Double)
    case ramp(Ramp)

    enum CodingKeys: String, CodingKey, CaseIterable {
      case constant
      case ramp
    }
  }

  struct Ramp: Codable, Equatable {
    var from: Double
    var steps: Int

    enum CodingKeys: String, CodingKey, CaseIterable {
      case from
      case steps
    }

    init(from decoder: any Decoder) throws {
      let keys = try decoder.container(keyedBy: CodingKeys.self)
      from = try keys.decode(.from, default: 0)
      steps = try keys.decode(.steps, default: 1000)
    }
  }

  enum Budget: String, Codable, CaseIterable {
    case paper
    case short
    case quick
  }

  struct VHP: Codable, Equatable {
    var latent: Int
    var weights: [Double]
  }
}

/// Reads YAML as `x.yaml`.
func parseYAML(_ yaml: String) throws -> ConfigNode {
  try ConfigNode(yaml: yaml, file: "x.yaml")
}

/// Decodes YAML, read as `x.yaml`.
func decodeYAML<Value: Decodable>(_ type: Value.Type, _ yaml: String) throws -> Value {
  try StrictDecoder().decode(type, from: parseYAML(yaml))
}

/// What the error says that a closure throws.
func manifestMessage<Value>(_ body: () throws -> Value) -> String {
  do {
    return "no error: \(try body())"
  } catch let error as ManifestError {
    return error.description
  } catch {
    return "not a ManifestError: \(error)"
  }
}
