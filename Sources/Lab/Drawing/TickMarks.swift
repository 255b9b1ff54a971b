import Foundation

/// Ticks of an axis with their texts, ready to be drawn.
struct TickMarks: Equatable {
  /// Marked values; a text is in gnuplot's enhanced notation if `isEnhanced`.
  var labelled: [Tick] = []
  /// Values with a short mark and no text.
  var minor: [Double] = []
  /// Whether the texts are ours and may hold superscripts.
  var isEnhanced = true

  /// Chooses the ticks of an axis that is `length` points long.
  init(_ axis: Axis, range: ClosedRange<Double>, length: Double, isVertical: Bool) {
    switch axis.ticks {
    case .none:
      return
    case .at(let ticks):
      labelled = ticks.filter { $0.value.isDrawable && range.contains($0.value) }
      isEnhanced = false
    case .automatic:
      if axis.isLogarithmic, range.lowerBound > 0 {
        setDecades(range, most: max(2, Int(length / 25)))
      } else {
        labelled = Self.linear(range, most: max(2, Int(length / (isVertical ? 34 : 48))))
      }
    }
  }

  /// At most about `most` round numbers, a step of 1, 2 or 5 times a power of ten apart; never less than
  /// two, as one alone gives an axis no scale.
  private static func linear(_ range: ClosedRange<Double>, most: Int) -> [Tick] {
    let rough = range.width / Double(most)
    let power = pow(10, floor(log10(rough)))
    let step = ([1, 2, 5].map { $0 * power }.first { $0 >= rough * (1 - 1e-9) }) ?? 10 * power
    // A little slack, so that rounding does not lose a tick at the end of the range.
    let first = (range.lowerBound / step - 1e-6).rounded(.up)
    let last = (range.upperBound / step + 1e-6).rounded(.down)
    guard last > first || most > 64 else { return linear(range, most: 2 * most) }
    guard last >= first, last - first < 100 else { return [] }
    let magnitude = max(abs(range.lowerBound), abs(range.upperBound))
    let text = formatter(step: step, magnitude: magnitude)
    return stride(from: first, through: last, by: 1).map { Tick($0 * step, text($0 * step)) }
  }

  /// Plain decimals where they are short, else multiples of a common power of ten.
  private static func formatter(step: Double, magnitude: Double) -> (Double) -> String {
    let exponent = Int(floor(log10(magnitude) + 1e-9))
    if exponent < 6, step > 0.9e-4 {
      let decimals = max(0, Int(-floor(log10(step) + 1e-9)))
      return { value in sign(String(format: "%.\(decimals)f", value == 0 ? 0 : value)) }
    }
    let decimals = max(0, exponent - Int(floor(log10(step) + 1e-9)))
    return { value in
      if value == 0 { return "0" }
      let mantissa = String(format: "%.\(decimals)f", value / pow(10, Double(exponent)))
      return sign(mantissa) + "×" + powerOfTen(exponent)
    }
  }

  private mutating func setDecades(_ range: ClosedRange<Double>, most: Int) {
    let slack = 1e-9
    let first = Int((log10(range.lowerBound) - slack).rounded(.up))
    let last = Int((log10(range.upperBound) + slack).rounded(.down))
    // Less than two decades marks would leave an axis without a scale.
    guard last > first else {
      labelled = Self.linear(range, most: most).filter { $0.value > 0 }
      return
    }
    let every = (last - first) / most + 1
    let decades = Array(first...last)
    let isShort = first >= 0 && last <= 3
    var shown = decades.filter { $0.isMultiple(of: every) }
    if shown.count < 2 { shown = decades.filter { ($0 - first).isMultiple(of: every) } }
    labelled = shown.map {
      Tick(pow(10, Double($0)), isShort ? "\(Int(pow(10, Double($0))))" : Self.powerOfTen($0))
    }
    guard decades.count <= 8 else { return }
    minor = ([first - 1] + decades).flatMap { decade in
      (2...9).map { Double($0) * pow(10, Double(decade)) }
    }.filter(range.contains)
  }

  private static func powerOfTen(_ exponent: Int) -> String { "10^{\(sign("\(exponent)"))}" }

  private static func sign(_ text: String) -> String {
    text.replacingOccurrences(of: "-", with: "−")
  }
}
