import Foundation
import Modelling
import Testing
import Training

@testable import Lab

/// The settings that VHP's paper gives (Table 3, and the iterations of Figure 2), which
/// `Fixtures/vhp-settings.tsv` holds, against the studies at its budget and what is computed of their runs.
@Suite struct ReportedSettingsTests {
  /// Values by the setting's name.
  private typealias Settings = [String: Set<Double>]

  /// Studies by the name of their data.
  static let studies = [
    "pendulum": "vhp/pendulum", "cmu": "vhp/motions", "faces": "vhp/faces", "chairs": "vhp/chairs",
    "dynamic_mnist": "vhp/dynamic-mnist", "static_mnist": "vhp/static-mnist",
    "omniglot": "vhp/omniglot", "fashion_mnist": "vhp/fashion-mnist",
  ]

  /// Settings as the fixture names them, by what was read off the paper.
  static let names = [
    "kappa": "kappa", "nu": "nu", "K importance samples": "importance samples",
    "graph nodes": "graph nodes", "graph neighbours": "graph neighbours",
    "iteration: constraint first satisfied, beta starts to be updated": "snapshot",
    "iteration: beta increase begins to regularise": "snapshot",
    "iteration: beta stops to increase": "snapshot",
    "iteration: end of the beta/constraint interplay": "snapshot",
    "iteration: last displayed iteration": "steps",
  ]

  /// The name of the one setting that the extraction leaves out, and Table 3 has.
  private static let rate = "learning rate"

  /// Studies that have the settings of another one.
  private static let alike = [
    "vhp/pendulum": ["vhp/pendulum-variants"], "vhp/static-mnist": ["vhp/warm-up"],
  ]

  /// By study.
  private func fixture() throws -> [String: Settings] {
    var settings: [String: Settings] = [:]
    for fields in try Extraction.lines(ofFixture: "vhp-settings", fields: 4) {
      let value = try #require(Double(fields[2]))
      settings[fields[0], default: [:]][fields[1], default: []].insert(value)
    }
    return settings
  }

  @Test func areThePapers() throws {
    let library = try #require(ShippedManifestsTests.library)
    let expected = try fixture()
    let sizes = try graphs(library)
    for (id, settings) in expected {
      var found: Settings = [:]
      for study in [id] + (Self.alike[id] ?? []) {
        found.merge(try trained(study, library)) { $0.union($1) }
        found.merge(sizes[study] ?? [:]) { $0.union($1) }
      }
      // Of the others the paper says nothing.
      #expect(found.filter { settings[$0.key] != nil } == settings, "\(id)")
    }
    // No study is left out.
    let all = library.studies.keys.filter { $0.hasPrefix("vhp/") }
    #expect(Set(all) == Set(expected.keys).union(Self.alike.values.joined()))
  }

  /// What a study trains with, in all cells.
  private func trained(_ study: String, _ library: ManifestLibrary) throws -> Settings {
    let paper = ProfileName(name: ProfileName.paper)
    let resolved = try library.study(study, paper, kinds: ShippedManifestsTests.kinds)
    var found: Settings = [:]
    func note(_ name: String, _ value: Double) { found[name, default: []].insert(value) }
    func noteConstraint(_ threshold: Double, _ speed: Double) {
      // The manifests say κ².
      note("kappa", (threshold.squareRoot() * 1e9).rounded() / 1e9)
      note("nu", speed)
    }
    for template in resolved.templates {
      switch template.plan.weights["rate"] {
      case .rewo(let rule): noteConstraint(rule.threshold, rule.speed)
      case .geco(let rule): noteConstraint(rule.threshold, rule.speed)
      case .multiplier(let rule): noteConstraint(rule.threshold, rule.speed)
      default: break
      }
      // Appendix B.4 is about K = 1.
      if let model = template.model as? VHPConfiguration, template.cell["method"] != "one-sample" {
        note("importance samples", Double(model.importanceSamples))
      }
      for update in template.plan.phases.flatMap(\.updates) {
        note(Self.rate, update.optimiser.adam.rate)
      }
      for step in template.keep.snapshots { note("snapshot", Double(step)) }
      let examples = try #require(template.dataset.trainingExamples)
      note("steps", Double(template.plan.steps(examples: examples)))
      for measure in template.measures where measure.hasPrefix("smoothness/") {
        for part in measure.split(separator: "/") {
          for (ending, name) in [
            ("-nodes", "graph nodes"), ("-neighbours", "graph neighbours"),
          ] where part.hasSuffix(ending) {
            let size = Double(part.dropLast(ending.count))
            note(name, try #require(size))
          }
        }
      }
    }
    return found
  }

  /// The sizes of the graphs that artefacts compute, by study.
  private func graphs(_ library: ManifestLibrary) throws -> [String: Settings] {
    var found: [String: Settings] = [:]
    for id in library.artefacts.keys where id.hasPrefix("vhp/") {
      let artefact = try library.artefact(id)
      for use in artefact.use {
        for tagged in (artefact.compute ?? []) + (use.compute ?? []) {
          guard let size = try graph(tagged) else { continue }
          found[use.study, default: [:]]["graph nodes", default: []].insert(Double(size.nodes))
          found[use.study, default: [:]]["graph neighbours", default: []]
            .insert(Double(size.neighbours))
        }
      }
    }
    return found
  }

  private func graph(_ tagged: Tagged) throws -> (nodes: Int, neighbours: Int)? {
    switch tagged.tag {
    case InterpolationComputation.name:
      let graph = try tagged.decode(InterpolationComputation.self)
      return (graph.nodes, graph.neighbours)
    case SmoothnessComputation.name:
      let graph = try tagged.decode(SmoothnessComputation.self)
      return (graph.nodes, graph.neighbours)
    default:
      return nil
    }
  }

  @Test(.enabled(if: Extraction.isHere("vhp"), Extraction.isMissing))
  func areTheExtraction() throws {
    var extracted: [String: Settings] = [:]
    for row in try Extraction.rows(of: "vhp") {
      guard let name = Self.names[row.metric] else { continue }
      #expect(row.method == "VHP + REWO", "\(row)")
      for dataset in row.dataset.split(separator: ",") {
        let study = try #require(Self.studies[String(dataset)])
        extracted[study, default: [:]][name, default: []].insert(row.value)
      }
    }
    let held = try fixture().mapValues { settings in
      settings.filter { $0.key != Self.rate }
    }
    #expect(extracted == held)
  }

  /// The paper's text with its Table 3, a line each row.
  private static let text = Extraction.path("source/vhp.txt")

  @Test(.enabled(if: FileManager.default.fileExists(atPath: text), Extraction.isMissing))
  func learningRatesAreThoseOfTable3() throws {
    let rows = [
      "PENDULUM": ["vhp/pendulum"], "CMU HUMAN": ["vhp/motions"],
      "FACES, CHAIRS": ["vhp/faces", "vhp/chairs"],
      "DYNAMICMNIST, STATICMNIST, FASHION-MNIST, OMNIGLOT": [
        "vhp/dynamic-mnist", "vhp/static-mnist", "vhp/fashion-mnist", "vhp/omniglot",
      ],
    ]
    var rates: [String: Set<Double>] = [:]
    for line in try String(contentsOfFile: Self.text, encoding: .utf8).split(separator: "\n") {
      let fields = line.split(separator: "\t")
      guard fields.count == 3, let studies = rows[String(fields[0])] else { continue }
      // ADAM $1e-4$
      let number = fields[1].split(separator: "$").last.flatMap { Double($0) }
      let rate = try #require(number)
      for study in studies { rates[study, default: []].insert(rate) }
    }
    #expect(try rates == fixture().mapValues { $0[Self.rate] ?? [] })
  }
}
