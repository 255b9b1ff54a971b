/// The six factors from which every image of dSprites follows (Matthey et al. 2017).
///
/// Images are numbered in the order of the public file: the last factor changes fastest.
public enum DSpritesFactors {
  /// The number of values of each factor, in the public file's order: colour, shape, scale,
  /// orientation, x and y.
  public static let sizes = [1, 3, 6, 40, 32, 32]

  /// The number of images.
  public static let count = 737_280

  /// The values of each factor. Shapes are 1 (square), 2 (ellipse) and 3 (heart); the orientation
  /// is in radians, and its first and last value are the same angle.
  public static let values: [[Double]] = [
    [1], [1, 2, 3], spaced(from: 0.5, to: 1, count: 6),
    spaced(from: 0, to: 2 * .pi, count: 40), spaced(from: 0, to: 1, count: 32),
    spaced(from: 0, to: 1, count: 32),
  ]

  /// The number of each factor's value in the image of that index.
  public static func classes(of index: Int) -> [Int] {
    var rest = index
    var classes: [Int] = []
    for size in sizes.reversed() {
      classes.append(rest % size)
      rest /= size
    }
    return classes.reversed()
  }

  /// Each factor's value in the image of that index.
  public static func values(of index: Int) -> [Double] {
    zip(values, classes(of: index)).map { $0[$1] }
  }

  // As NumPy spaces numbers, so that the last bit is right.
  private static func spaced(from first: Double, to last: Double, count: Int) -> [Double] {
    let step = (last - first) / Double(count - 1)
    return (0..<count - 1).map { Double($0) * step + first } + [last]
  }
}
