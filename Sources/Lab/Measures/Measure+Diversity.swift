import Datasets
import Modelling
import Torch

extension MeasureFamily {
  /// Diversity of images: the mean distance of two (LPIPS, Zhang et al. 2018), over pairs that share no
  /// image (Falck et al. 2021, table 7).
  ///
  /// - `lpips/60000-samples`: of so many samples of the model;
  /// - `lpips/60000-samples-at-0.3`: with τΣ in place of each covariance of its priors;
  /// - `lpips/images`: of all training and test images together;
  /// - `lpips/1000-images`: of so many of them at random.
  public static let diversity = MeasureFamily(
    pattern: "lpips/(images|<images>-images|<samples>-samples|<samples>-samples-at-<τ>)"
  ) { id in
    Diversity(id).map { diversity in
      Measure(
        id: id, summary: diversity.summary, unit: "",
        direction: diversity.isOfSamples ? .moreIsBetter : .neither,
        abilities: diversity.abilities,
        needs: ["train", "test"].map { DataNeed(split: $0, tensor: "image", range: 0...1) },
        pretrained: LPIPS.pretrained
      ) { try diversity.value($0) }
    }
  }
}

/// What an id such as `lpips/60000-samples` says.
struct Diversity: Equatable {
  let isOfSamples: Bool
  /// How many images; nil for all that there are.
  let count: Int?
  /// Of the priors; nil where they are as they are.
  let temperature: Double?
  private let id: String

  /// Pairs that are compared at a time.
  private static let batch = 250
  /// More images than memory has places for in order.
  private static let mostImages = 10_000_000

  /// Reads an id; nil where it is another's.
  init?(_ id: String) {
    let prefix = "lpips/"
    guard id.hasPrefix(prefix) else { return nil }
    let parts = id.dropFirst(prefix.count).split(
      separator: "-at-", maxSplits: 1, omittingEmptySubsequences: false)
    let rest = parts[0]
    self.id = id
    isOfSamples = rest.hasSuffix("-samples")
    temperature = parts.count > 1 ? Double(parts[1]) : nil
    if parts.count > 1 {
      // One way of writing each number, so that a measure has one id.
      let text = temperature.map { "\($0)" } ?? ""
      guard isOfSamples, let temperature, temperature.isFinite, temperature != 1,
        temperature.sign == .plus,
        parts[1] == (text.hasSuffix(".0") ? String(text.dropLast(2)) : text)
      else { return nil }
    }
    count =
      rest == "images"
      ? nil : MeasureFamily.number(rest, suffix: isOfSamples ? "-samples" : "-images")
    guard rest == "images" || 2...Self.mostImages ~= count ?? 0 else { return nil }
  }

  var abilities: [ModelAbility] {
    guard isOfSamples else { return [] }
    return temperature == nil ? [.code] : [.code, .mixturePriors]
  }

  var summary: String {
    let images = count.map { "\($0) " + (isOfSamples ? "samples" : "images at random") }
    return "mean LPIPS of pairs of " + (images ?? "all images")
      + (isOfSamples ? " of the model" : " of the training and test splits")
      + (temperature.map { " at the temperature \($0)" } ?? "")
  }

  /// The mean distance; nil where there are no two images.
  func value(_ run: MeasuredRun) throws -> Double? {
    let dataset = try run.dataset
    let test = try run.examples(of: "test", for: id)
    guard let shape = dataset.train["image"]?.shape.dropFirst(), shape.count == 3,
      [1, 3].contains(shape.first), test["image"]?.shape.dropFirst() == shape
    else { throw MeasureError.needsPictures(id) }
    let device = run.model.parameters.zero.device
    let metric = try run.shared("LPIPS") {
      try checked(id) { try LPIPS(run.pretrained(LPIPS.pretrained), on: device) }
    }
    let stream = run.randomness.stream("measure/lpips/" + (isOfSamples ? "samples" : "images"))
    if isOfSamples {
      let model: any LatentVariableModel = try run.model(.code, for: id)
      return try mean(metric, pairs: (count ?? 0) / 2) { _, pairs in
        let codes = try draws(model, 2 * pairs, stream)
        let images = model.decode(codes).clamped(to: 0...1).reshaped([2 * pairs] + shape)
        return (images.narrowed(0, 0..<pairs), images.narrowed(0, pairs..<2 * pairs))
      }
    }
    let all = dataset.train.count + test.count
    let order = try checked(id) { stream.permutation(all).integers().map(Int.init) }
    let pairs = min(count ?? all, all) / 2
    return try mean(metric, pairs: pairs) { first, count in
      let halves = [0, pairs].map { half in
        Self.images(dataset.train, test, order[half + first..<half + first + count])
      }
      return (halves[0], halves[1])
    }
  }

  /// Draws from the prior, `[count, latent]`. Of samples the images are the means of p(x|z) there, limited to
  /// what an image can show.
  private func draws(
    _ model: any LatentVariableModel, _ count: Int, _ stream: RandomStream
  ) throws -> Tensor {
    guard let temperature else { return model.samplePrior(count, stream) }
    guard let model = model as? any MixturePriorModel else {
      throw MeasureError.lacks(id, .mixturePriors)
    }
    return model.samplePrior(count, .covariance(temperature), stream)
  }

  /// Images by their places in the training and the test split, one after the other.
  private static func images(_ train: Split, _ test: Split, _ places: ArraySlice<Int>) -> Tensor {
    let sorted = places.enumerated().sorted { $0.element < $1.element }
    let ofTest = sorted.map(\.element).filter { $0 >= train.count }.map { $0 - train.count }
    let ofTrain = sorted.map(\.element).filter { $0 < train.count }
    let parts = [(train, ofTrain), (test, ofTest)].filter { !$1.isEmpty }
    let images = Tensor.concatenated(
      parts.map { $0.rows(at: $1).tensor("image") }, 0)
    // Where each of the places went.
    var order = [Int64](repeating: 0, count: sorted.count)
    for (position, item) in sorted.enumerated() { order[item.offset] = Int64(position) }
    return images.rows(Tensor(order, shape: [order.count]).to(images.device))
  }

  /// The mean distance over pairs that are asked for in parts; nil where there are none.
  private func mean(
    _ metric: LPIPS, pairs: Int, _ part: (_ first: Int, _ count: Int) throws -> (Tensor, Tensor)
  ) throws -> Double? {
    var sum = 0.0
    for first in stride(from: 0, to: pairs, by: Self.batch) {
      let distances = try checked(id) {
        try withoutGradients {
          let (x, y) = try part(first, min(Self.batch, pairs - first))
          return metric.distances(x, y).doubles()
        }
      }
      sum += distances.reduce(0, +)
    }
    return pairs > 0 ? sum / Double(pairs) : nil
  }
}
