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
    case .lacks(let what, let ability): "\(what) needs \(ability.words): leave it out"
    case .needsTwoDimensions(let what, let found):
      "\(what) needs a code of 2 dimensions, and this model's has \(found): give it two, or leave the "
        + "measure out"
    case .needsTensor(let what, let name):
      "\(what) needs data with a tensor named '\(name)', which this data set has not: leave it out, or "
        + "choose other data"
    case .needsNumbers(let what, let name):
      "\(what) needs data with a tensor named '\(name)' of one number an example: name another tensor"
    case .tooFewPoints(let what, let needed):
      "\(what) needs at least \(needed) points: give the data more examples"
    case .needsSplit(let what, let name):
      "\(what) needs data with a split named '\(name)', which this data set has not: name another split, "
        + "or leave it out"
    case .emptySplit(let what, let name):
      "\(what) needs examples in the split '\(name)', which is empty: choose the data so that it has some"
    case .needsOneLabel(let what, let examples, let labels):
      "\(what) needs one label an example, and there are \(labels) labels of \(examples) examples: name "
        + "a tensor of one number an example"
    case .tooManyClusters(let found, let limit):
      "the accuracy of clusters is taken of at most \(limit) clusters, and the model has \(found): give it "
        + "fewer, or leave the measure out"
    case .labelsOutOfRange(let limit):
      "labels must be whole numbers from 0 to \(limit - 1): correct them, or leave out what reads them"
    case .needsStandardNormal(let what):
      "\(what) needs a model whose innermost code has the prior N(0, I): leave it out"
    case .notFinite(let what):
      "\(what) is not finite, as an image has no density under the model: train it longer, or at a "
        + "smaller rate"
    case .needsFactors(let what, let needed, let found):
      "\(what) needs data whose 'factors' have \(needed) columns, and these have \(found): leave it out"
    case .constantFactor(let factor):
      "the mutual information gap needs factors that vary, and factor \(factor) has one value: choose "
        + "examples in which it varies"
    case .codesNotFinite(let what):
      "\(what) needs codes that are finite numbers: train the model at a smaller rate"
    case .decodedNotFinite(let what):
      "\(what) needs decoded examples of finite numbers: train the model at a smaller rate"
    case .needsPictures(let what):
      "\(what) needs images of one or three channels, height and width, the same in all splits: leave "
        + "it out"
    case .wrongWeights(let set, let tensor, let shape):
      "the weights of \(set) need a tensor '\(tensor)' of shape \(shape): correct datasets/\(set).yaml"
    case .tooManyClasses(let found, let limit):
      "a probe tells at most \(limit) classes apart, and the labels have \(found): name a tensor of fewer"
    }
  }
}
