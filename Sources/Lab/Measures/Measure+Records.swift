/// Measures that read what training has written down.
extension Measure {
  /// Last value of a recorded curve.
  static func final(_ curve: String) -> Measure {
    Measure(
      id: "final/" + curve, summary: "last value of the curve \(curve)", unit: "",
      direction: .neither, record: .curve(curve)
    ) { $0.curves.values[curve]?.last { !$0.isNaN } }
  }

  /// Step at which an event first happened; none where it never did.
  static func event(_ name: String) -> Measure {
    Measure(
      id: "event/" + name, summary: "step of the event \(name)", unit: "steps",
      direction: .neither, record: .event(name)
    ) { $0.events[name].map(Double.init) }
  }
}

extension MeasureFamily {
  /// The last value of any curve.
  public static let final = MeasureFamily(pattern: "final/<curve>") {
    $0.hasPrefix("final/") ? .final(String($0.dropFirst("final/".count))) : nil
  }

  /// The step of any event.
  public static let event = MeasureFamily(pattern: "event/<event>") {
    $0.hasPrefix("event/") ? .event(String($0.dropFirst("event/".count))) : nil
  }
}
