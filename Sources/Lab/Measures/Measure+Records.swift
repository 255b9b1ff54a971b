import Training

/// Measures that read what training has written down.
extension Measure {
  /// Last value of a recorded curve.
  static func final(_ curve: String) -> Measure {
    Measure(
      id: "final/" + curve, summary: "last value of the curve \(curve)", unit: "",
      record: .curve(curve)
    ) { curves, _ in curves.values[curve]?.last { !$0.isNaN } }
  }

  /// First recorded step at which a curve lies beyond a value; none where it never does.
  static func firstStep(_ curve: String, _ side: Side, _ limit: Double, id: String) -> Measure {
    Measure(
      id: id, summary: "first recorded step at which the curve \(curve) is \(side) \(limit)",
      unit: "steps", record: .curve(curve)
    ) { curves, _ in
      zip(curves.steps, curves.values[curve] ?? []).first { side.holds($1, limit) }
        .map { Double($0.0) }
    }
  }

  /// On which side of a value.
  enum Side: String, CaseIterable {
    case above, below

    func holds(_ value: Double, _ limit: Double) -> Bool {
      self == .above ? value > limit : value < limit
    }
  }

  /// Step at which an event first happened; none where it never did.
  static func event(_ name: String) -> Measure {
    Measure(
      id: "event/" + name, summary: "step of the event \(name)", unit: "steps",
      record: .event(name)
    ) { _, events in events[name].map(Double.init) }
  }
}

extension MeasureFamily {
  /// The last value of any curve.
  public static let final = MeasureFamily(pattern: "final/<curve>") {
    $0.hasPrefix("final/") ? .final(String($0.dropFirst("final/".count))) : nil
  }

  /// The first recorded step at which any curve lies above or below a value:
  /// `first-step/weight/rate/above-0.99`.
  public static let firstStep = MeasureFamily(pattern: "first-step/<curve>/<above|below>-<value>") {
    id in
    guard id.hasPrefix("first-step/"), let slash = id.lastIndex(of: "/") else { return nil }
    let curve = id[..<slash].dropFirst("first-step/".count)
    let condition = id[slash...].dropFirst()
    for side in Measure.Side.allCases where condition.hasPrefix(side.rawValue + "-") {
      guard !curve.isEmpty, let limit = Double(condition.dropFirst(side.rawValue.count + 1)),
        limit.isFinite
      else { return nil }
      return .firstStep(String(curve), side, limit, id: id)
    }
    return nil
  }

  /// The step of any event.
  public static let event = MeasureFamily(pattern: "event/<event>") {
    $0.hasPrefix("event/") ? .event(String($0.dropFirst("event/".count))) : nil
  }
}
