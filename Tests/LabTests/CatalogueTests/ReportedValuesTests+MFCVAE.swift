import Testing

@testable import Lab

extension ReportedValuesTests {
  /// A number of MFCVAE's, with its deviation.
  private struct OfMFCVAE: Hashable, CustomStringConvertible {
    let source: String
    let study: String
    let configuration: String
    let measure: String
    let value: Double
    let std: Double?

    var description: String {
      let numbers = [Extraction.field(value), Extraction.field(std)]
      return ([source, study, configuration, measure] + numbers).joined(separator: " | ")
    }
  }

  /// The numbers as they are printed.
  private func printedOfTheMFCVAE() throws -> [OfMFCVAE] {
    try Extraction.lines(ofFixture: "mfcvae-reported", fields: 6).map { fields in
      OfMFCVAE(
        source: fields[0], study: fields[1], configuration: fields[2], measure: fields[3],
        value: try #require(Double(fields[4])), std: Double(fields[5]))
    }
  }

  /// With the deviations with n − 1, which the text gives over all runs.
  @Test func numbersOfTheMFCVAE() throws {
    let extracted = try printedOfTheMFCVAE().map { number in
      let isOfAll = !number.source.hasPrefix("Table")
      return OfMFCVAE(
        source: number.source, study: number.study, configuration: number.configuration,
        measure: number.measure, value: number.value,
        std: number.std.map {
          isOfAll ? (100 * $0 * (10.0 / 9).squareRoot()).rounded() / 100 : $0
        })
    }
    let library = try #require(ShippedManifestsTests.library)
    var shown: Set<OfMFCVAE> = []
    for id in library.artefacts.keys where id.hasPrefix("mfcvae/") {
      let artefact = try library.artefact(id)
      for item in artefact.reported ?? [] {
        let number = OfMFCVAE(
          source: item.source, study: try #require(item.study ?? artefact.use.first?.study),
          configuration: item.cell["configuration"] ?? "", measure: item.measure,
          value: item.value, std: item.std)
        #expect(extracted.contains(number), "\(id): \(number)")
        shown.insert(number)
      }
    }
    #expect(Set(extracted).subtracting(shown).isEmpty)
  }

  /// What was read off MFCVAE's paper and is compared with nothing, and why.
  private static let unusedOfTheMFCVAE = [
    "App. D.4 text | mnist | MFCVAE | minutes per run (Tesla M60)": "of the authors' computers",
    "App. D.4 text | 3dshapes | MFCVAE | minutes per run (Tesla M60)": "of the authors' computers",
    "App. D.4 text | svhn | MFCVAE | minutes per run (Tesla M60)": "of the authors' computers",
    "App. D.4 text | all | MFCVAE | total GPU minutes for 40 runs": "of the authors' computers",
    "App. E.1 text | mnist | MFCVAE shared architecture | number of runs the Fig. 11 model was picked from (at least)":
      "no measure: a number of runs",
  ]

  @Test(.enabled(if: Extraction.isHere("mfcvae"), Extraction.isMissing))
  func numbersOfTheMFCVAEAreTheExtraction() throws {
    var numbers: [OfMFCVAE] = []
    var others: [String] = []
    for row in try Extraction.rows(of: "mfcvae") where !Self.isQuotedByTheMFCVAE(row) {
      let placed = PlaceOfMFCVAE(row).map { Self.numbers(row, at: $0) } ?? []
      if placed.isEmpty { others.append(row.description) }
      numbers += placed
    }
    #expect(
      try numbers.map(\.description).sorted() == printedOfTheMFCVAE().map(\.description).sorted())
    #expect(others.sorted() == Self.unusedOfTheMFCVAE.keys.sorted())
  }

  /// The number of a row; of a classifier of codes its deviation too, which has a measure of its own.
  private static func numbers(_ row: Extraction.Row, at place: PlaceOfMFCVAE) -> [OfMFCVAE] {
    func number(_ measure: String, _ value: Double, _ std: Double?) -> OfMFCVAE {
      OfMFCVAE(
        source: place.source, study: place.study, configuration: place.configuration,
        measure: measure, value: value, std: std)
    }
    guard let deviation = place.deviation else {
      return [number(place.measure, row.value, row.std)]
    }
    return [number(place.measure, row.value, nil)]
      + (row.std.map { [number(deviation, $0, nil)] } ?? [])
  }
}

/// Where a number of MFCVAE's paper belongs.
private struct PlaceOfMFCVAE {
  let source: String
  let study: String
  let configuration: String
  let measure: String
  /// The measure of its deviation over repetitions, where that is another number.
  let deviation: String?

  private static let sources = [
    "Table 1": "Table 1", "Table 2": "Table 2", "Sec. 4.3 text": "Section 4.3",
    "App. E.2 text": "Appendix E.2", "Table 7": "Table 7",
  ]

  /// Study and configuration, by data set.
  private typealias Studies = [String: (study: String, configuration: String)]

  private static let own: Studies = [
    "mnist": ("mfcvae/mnist", ""), "svhn": ("mfcvae/svhn", ""),
    "3dshapes_1": ("mfcvae/shapes3d", "1"), "3dshapes_2": ("mfcvae/shapes3d", "2"),
  ]

  private static let dense: Studies = [
    "mnist": ("mfcvae/vade", ""), "svhn": ("mfcvae/vade-svhn", ""),
  ]

  private static let convolutional: Studies = [
    "mnist": ("mfcvae/vade-convolutional", ""), "svhn": ("mfcvae/vade-convolutional-svhn", ""),
  ]

  private static let studies: [String: Studies] = [
    "MFCVAE J=2, input z_1": own, "MFCVAE J=2, input z_2": own,
    "MFCVAE J=2, input z_1 and z_2": own, "MFCVAE": own, "real images": own, "VaDE": dense,
    "VaDE (MLP), re-implementation": dense, "VaDE (conv), re-implementation": convolutional,
  ]

  /// The codes that a classifier has.
  private static let inputs = [
    "MFCVAE J=2, input z_1": "facet-1", "MFCVAE J=2, input z_2": "facet-2",
    "MFCVAE J=2, input z_1 and z_2": "all-facets",
  ]

  /// Of a classifier of codes, what it tells apart.
  private static let labels = [
    "probe accuracy, digit class (%)": "", "probe accuracy, object shape (%)": "of-shape/",
    "probe accuracy, floor colour (%)": "of-floor/", "probe accuracy, wall colour (%)": "of-wall/",
  ]

  private static let measures = [
    "clustering accuracy (%)": "accuracy/majority",
    "clustering accuracy, floor colour (%)": "accuracy/majority/of-floor",
    "clustering accuracy, object shape (%)": "accuracy/majority/of-shape",
    "clustering accuracy, wall colour (%)": "accuracy/majority/of-wall",
    "clustering accuracy on the training set (%)": "accuracy/majority/train",
    "clustering accuracy on the test set (%)": "accuracy/majority",
    "LPIPS": "lpips/60000-samples",
  ]

  /// Measures that methods have in place of theirs.
  private static let exceptions = [
    "real images | mnist | LPIPS": "lpips/images",
    "real images | svhn | LPIPS": "lpips/images",
    // Appendix E.6 draws the samples of SVHN at this temperature.
    "VaDE | svhn | LPIPS": "lpips/60000-samples-at-0.3",
    "MFCVAE | svhn | LPIPS": "lpips/60000-samples-at-0.3",
    // As many clusters as digits.
    "VaDE (MLP), re-implementation | mnist | clustering accuracy (%)": "accuracy/hungarian",
    "VaDE (conv), re-implementation | mnist | clustering accuracy (%)": "accuracy/hungarian",
  ]

  /// Nil for a row that is of none of these.
  init?(_ row: Extraction.Row) {
    guard let source = Self.sources[row.source],
      let place = Self.studies[row.method]?[row.dataset]
    else { return nil }
    self.source = source
    study = place.study
    configuration = place.configuration
    if let label = Self.labels[row.metric], let input = Self.inputs[row.method] {
      measure = "accuracy/probe/" + label + input
      deviation = "accuracy/probe/deviation/" + label + input
    } else if let measure = Self.measures[row.metric], Self.inputs[row.method] == nil {
      let key = [row.method, row.dataset, row.metric].joined(separator: " | ")
      self.measure = Self.exceptions[key] ?? measure
      deviation = nil
    } else {
      return nil
    }
  }
}
