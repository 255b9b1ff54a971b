import Files

extension DatasetManifest {
  /// What no type can say: the key path of what makes no sense, and why; nil where all does.
  public var problem: (path: [String], message: String)? {
    var names: Set<String> = []
    for (index, file) in files.enumerated() {
      func at(_ key: String, _ message: String) -> ([String], String) {
        (["files", "\(index)", key], message)
      }
      if file.name.isEmpty { return at("name", "it must not be empty") }
      if file.name.split(separator: "/").contains("..") {
        return at("name", "'\(file.name)' leads out of its directory")
      }
      // A fetched file has its name in the data set's own folder.
      if !file.mirrors.isEmpty, file.name.contains("/") {
        return at("name", "the name of a file that is fetched must hold no '/'")
      }
      if !names.insert(file.name).inserted {
        return at("name", "the file '\(file.name)' is described twice")
      }
      if let bytes = file.bytes, !(1...1 << 50 ~= bytes) {
        return at("bytes", "it must be from 1 to 2⁵⁰")
      }
      if let sum = file.sha256, !Self.isChecksum(sum) {
        return at("sha256", "it must be 64 hexadecimal digits, in lower case")
      }
      if let mirror = file.mirrors.first(where: { !Self.isAddress($0) }) {
        return at("mirrors", "'\(mirror)' is no address that starts with https:// or http://")
      }
    }
    if let message = grid?.problem { return (["grid"], message) }
    for (index, layout) in layouts.enumerated() {
      if let (key, message) = layout.recordings?.problem {
        return (["layouts", "\(index)", "recordings", key], message)
      }
      for (split, tensors) in layout.splits.sorted(by: { $0.key < $1.key }) {
        let path =
          layouts.count > 1 ? ["layouts", "\(index)", "splits", split] : ["splits", split]
        let isOfMotion = split == Self.motionSplit && layout.recordings != nil
        if isOfMotion != tensors.isEmpty {
          return (
            path, isOfMotion ? "recordings make this split already" : "it has no tensors"
          )
        }
        for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
          if let (key, message) = tensor.problem { return (path + [name, key], message) }
          if split == Self.gridSplit, let grid,
            let (key, message) = tensor.problem(with: grid, name)
          {
            return (path + [name, key], message)
          }
        }
      }
    }
    if layouts.allSatisfy({ $0.splits.isEmpty }) && notYet == nil {
      return (["splits"], "at least one split is needed, or 'not-yet' with the reason")
    }
    return nil
  }

  private static func isChecksum(_ text: String) -> Bool {
    text.count == 64 && text.allSatisfy { $0.isHexDigit && !$0.isUppercase && $0.isASCII }
  }

  private static func isAddress(_ text: String) -> Bool {
    ["https://", "http://"].contains { text.hasPrefix($0) && text.count > $0.count }
  }
}

extension StoredTensor {
  /// More examples, or numbers in one, than any file has, and few enough to multiply.
  private static let mostLength = 1 << 31

  /// What is wrong with lengths, whose product is taken, or nil; −1 stands for any.
  private static func problem(ofLengths lengths: [Int]) -> String? {
    if let length = lengths.first(where: { $0 > mostLength }) {
      return "lengths must be at most \(mostLength), and one is \(length)"
    }
    if lengths.count > 16 { return "there can be at most 16 lengths" }
    var count = 1
    for length in lengths where length > 0 {
      let (product, isTooLarge) = count.multipliedReportingOverflow(by: length)
      if isTooLarge || product > mostNumbers { return "more than 2⁴⁰ numbers" }
      count = product
    }
    return nil
  }

  private static let mostNumbers = 1 << 40

  /// The key of a tensor that does not go with a grid of factors, and why.
  fileprivate func problem(with grid: FactorGrid, _ name: String) -> (key: String, message: String)?
  {
    if grid.factors.contains(where: { $0.name == name }) {
      return ("file", "'\(name)' is a factor of the grid, which needs no file")
    }
    // Some rows are read without the others.
    if files.names.count > 1 { return ("file", "the examples of a grid must be in one file") }
    if index != nil { return ("index", "studies select examples of a grid by its factors") }
    if view != nil { return ("view", "the examples of a grid must be the array's first axis") }
    if let axes, axes.first != 0 {
      return ("axes", "the examples of a grid must be the array's first axis")
    }
    return nil
  }

  /// The key that makes no sense, and why.
  fileprivate var problem: (key: String, message: String)? {
    if files.names.isEmpty || files.names.contains("") {
      return ("file", "it must not be empty")
    }
    if Set(files.names).count < files.names.count { return ("file", "a file is named twice") }
    if index?.file.isEmpty == true { return ("index", "its file must have a name") }
    if index != nil, rows != nil { return ("index", "rows say already which examples are read") }
    if let problem = preparation.problem {
      return (crop != nil && areaAverage == nil ? "crop" : "area-average", problem)
    }
    if meaning == .integers, !preparation.isNone || invert == true {
      return ("as", "pictures hold numbers, not integers")
    }
    if let type, NumericType(rawValue: type) == nil {
      let types = NumericType.allCases.map(\.rawValue).joined(separator: ", ")
      return ("type", "unknown type '\(type)'. Expected one of \(types)")
    }
    if let view, view.filter({ $0 == -1 }).count > 1 || view.contains(where: { $0 < -1 }) {
      return ("view", "lengths must not be negative, but for one that may be -1")
    }
    if let view, let problem = Self.problem(ofLengths: view) { return ("view", problem) }
    if let rows, rows.range.upperBound > Self.mostLength {
      return ("rows", "there can be at most \(Self.mostLength) examples")
    }
    if let axes, axes.sorted() != Array(0..<axes.count) || axes.isEmpty {
      return ("axes", "each axis must be named once, counting from 0")
    }
    if let bits, !(1...Self.mostLength ~= bits) {
      return ("bits", "it must be from 1 to \(Self.mostLength)")
    }
    if let shape, shape.contains(where: { $0 < 1 }) { return ("shape", "lengths must be positive") }
    if let shape, let problem = Self.problem(ofLengths: shape) { return ("shape", problem) }
    if let scale, !(scale > 0 && scale.isFinite) { return ("scale", "it must be positive") }
    if meaning == .integers && (scale ?? 1) != 1 {
      return ("scale", "integers are not divided: leave it out")
    }
    if let relabel {
      if meaning != .integers {
        return ("relabel", "only integers have labels: write as: integers")
      }
      if let key = relabel.keys.first(where: { Int64($0) == nil }) {
        return ("relabel", "'\(key)' is no whole number")
      }
      if Set(relabel.keys.compactMap { Int64($0) }).count < relabel.count {
        return ("relabel", "a label is given another meaning twice")
      }
    }
    return nil
  }
}
