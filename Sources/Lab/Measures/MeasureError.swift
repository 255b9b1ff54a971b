/// Why a measure or a computation cannot be taken of a run.
public enum MeasureError: Error, CustomStringConvertible {
  case lacks(String, ModelAbility)
  case needsTwoDimensions(String, found: Int)
  case needsTensor(String, name: String)
  case needsNumbers(String, name: String)
  case tooFewPoints(String, needed: Int)
  case needsSplit(String, name: String)
  case emptySplit(String, name: String)
  case labelsOutOfRange(limit: Int)
  case needsOneLabel(String, examples: Int, labels: Int)
  case tooManyClusters(Int, limit: Int)
  case needsStandardNormal(String)
  case notFinite(String)
  case needsFactors(String, needed: Int, found: Int)
  case constantFactor(Int)
  case codesNotFinite(String)
  case decodedNotFinite(String)
  case tooManyClasses(Int, limit: Int)
  case needsPictures(String)
  case wrongWeights(String, tensor: String, shape: [Int])

  public var description: String {
    switch self {
    case .lacks(let what, let ability): "\(what) needs \(ability.words)"
    case .needsTwoDimensions(let what, let found):
      "\(what) needs a code of 2 dimensions, and this model's has \(found)"
    case .needsTensor(let what, let name):
      "\(what) needs data with a tensor named '\(name)', which this data set has not"
    case .needsNumbers(let what, let name):
      "\(what) needs data with a tensor named '\(name)' of one number an example"
    case .tooFewPoints(let what, let needed): "\(what) needs at least \(needed) points"
    case .needsSplit(let what, let name):
      "\(what) needs data with a split named '\(name)', which this data set has not"
    case .emptySplit(let what, let name):
      "\(what) needs examples in the split '\(name)', which is empty: choose the data so that it has some"
    case .needsOneLabel(let what, let examples, let labels):
      "\(what) needs one label an example, and there are \(labels) labels of \(examples) examples: name "
        + "a tensor of one number an example"
    case .tooManyClusters(let found, let limit):
      "the accuracy of clusters is taken of at most \(limit) clusters, and the model has \(found): give it "
        + "fewer, or leave the measure out"
    case .labelsOutOfRange(let limit):
      "labels must be whole numbers from 0 to \(limit - 1)"
    case .needsStandardNormal(let what):
      "\(what) needs a model whose innermost code has the prior N(0, I)"
    case .notFinite(let what): "\(what) is not finite: an image has no density under the model"
    case .needsFactors(let what, let needed, let found):
      "\(what) needs data whose 'factors' have \(needed) columns, and these have \(found)"
    case .constantFactor(let factor):
      "the mutual information gap needs factors that vary, and factor \(factor) has one value"
    case .codesNotFinite(let what): "\(what) needs codes that are finite numbers"
    case .decodedNotFinite(let what): "\(what) needs decoded examples of finite numbers"
    case .needsPictures(let what):
      "\(what) needs images of one or three channels, height and width, the same in all splits"
    case .wrongWeights(let set, let tensor, let shape):
      "the weights of \(set) need a tensor '\(tensor)' of shape \(shape): correct datasets/\(set).yaml"
    case .tooManyClasses(let found, let limit):
      "a probe tells at most \(limit) classes apart, and the labels have \(found)"
    }
  }
}
