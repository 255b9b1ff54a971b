import Modelling
import OrderedCollections
import Training

/// A pattern of parameters as a manifest has it, and where.
struct WrittenPattern: Sendable {
  let text: String
  let origin: Origin
  let path: String
}

extension RunTemplate {
  /// The patterns that a study has of what updates train and of what weight schedules hold still.
  static func patterns(of study: Study, _ plan: TrainingPlan) -> [WrittenPattern] {
    func written(_ node: ConfigNode?, _ path: String) -> [WrittenPattern] {
      (node?.items ?? []).compactMap { item in
        item.text.map { WrittenPattern(text: $0, origin: item.origin, path: path) }
      }
    }
    let trained = zip(plan.phases, study.phases.items ?? []).flatMap { phase, node in
      (node["updates"]?.items ?? []).enumerated().flatMap { index, update in
        written(update["parameters"], "phases.\(phase.id).updates.\(index).parameters")
      }
    }
    let held = (study.weights?.entries ?? []).flatMap { term in
      (term.value.entries ?? []).flatMap { schedule in
        written(schedule.value["hold"], "weights.\(term.key).\(schedule.key).hold")
      }
    }
    return trained + held
  }

  /// Refuses a pattern that fits no parameter, as nothing would be trained, or held, by it.
  ///
  /// - Throws: `ManifestError`.
  func checkPatterns(_ parameters: ParameterStore) throws {
    let paths = parameters.all.map(\.path)
    for pattern in patterns {
      let fits = PathPattern(pattern.text)
      if paths.contains(where: { fits.matches($0) }) { continue }
      throw ManifestError(
        origin: pattern.origin, path: pattern.path,
        .impossible(Self.words(for: pattern.text, among: paths)))
    }
  }

  private static func words(for pattern: String, among paths: [String]) -> String {
    var known: OrderedSet<String> = []
    var outermost: OrderedSet<String> = []
    for path in paths {
      let elements = path.split(separator: "/")
      let above = (1..<max(elements.count, 1)).map {
        elements.prefix($0).joined(separator: "/") + "/**"
      }
      known.formUnion(above + [path])
      outermost.append(above.first ?? path)
    }
    let near = nearest(pattern, among: Array(known)).map { "did you mean '\($0)'? The" } ?? "the"
    return "no parameter of the model fits the pattern '\(pattern)'; \(near) parameters are "
      + outermost.joined(separator: ", ")
  }
}
