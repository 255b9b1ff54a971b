import Datasets
import Modelling
import Torch

extension MeasureFamily {
  /// How far examples of one label lie together in the space of codes: the share of each training example's
  /// nearest codes, so many, that have its label, `code-neighbours/same-label/15`. The codes are posterior
  /// means, and no example is its own neighbour.
  public static let sameLabelNeighbours = MeasureFamily(
    pattern: "code-neighbours/same-label/<neighbours>"
  ) { id in
    let prefix = "code-neighbours/same-label/"
    guard let count = number(id[...], prefix: prefix), count <= 1000 else { return nil }
    return Measure(
      id: id,
      summary: "share of each training example's \(count) nearest codes that have its label",
      unit: "%", direction: .moreIsBetter, abilities: [.code],
      needs: [DataNeed(split: "train", tensor: "label", shape: [])]
    ) { run in
      let codes = try PosteriorCodes.shared(run, for: id)
      guard let labels = try run.dataset.train["label"]?.doubles(), labels.count == codes.count
      else { throw MeasureError.needsNumbers(id, name: "label") }
      if codes.count < 2 { throw MeasureError.tooFewPoints(id, needed: 2) }
      guard codes.means.allSatisfy(\.isFinite) else { throw MeasureError.codesNotFinite(id) }
      let nearest = try checked(id) {
        // One more, as a code is the nearest to itself, unless others lie on it.
        NeighbourGraph.nearest(
          to: codes.means, among: codes.means, dimensions: codes.dimensions, count: count + 1)
      }
      var (same, all) = (0, 0)
      for (example, others) in nearest.enumerated() {
        let neighbours = others.filter { $0 != example }.prefix(count)
        same += neighbours.count { labels[$0] == labels[example] }
        all += neighbours.count
      }
      return 100 * Double(same) / Double(all)
    }
  }
}
