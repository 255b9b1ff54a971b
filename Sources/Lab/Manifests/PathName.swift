/// Names in manifests that become paths below the results directory, and must not lead out of it.
enum PathName {
  /// The most characters of a name: a picture's file is named after a drawing, a study and a cell.
  private static let longest = 60

  /// What is wrong with an id, such as `vhp/table-1`, or nil.
  static func problem(ofID id: String) -> String? {
    if id.count > longest { return "an id has at most \(longest) characters" }
    let segments = id.split(separator: "/", omittingEmptySubsequences: false)
    if segments.allSatisfy(isSegment) { return nil }
    return "'\(id)' is no id: write letters, digits, '.', '_' and '-', in parts joined by '/' that "
      + "start with neither '.' nor '-'"
  }

  /// What is wrong with the name of a figure's file, or nil.
  static func problem(ofFile name: String) -> String? { problem(name, of: "the file") }

  /// What is wrong with the name of a profile, or nil.
  static func problem(ofProfile name: String) -> String? { problem(name, of: "the profile") }

  private static func problem(_ name: String, of what: String) -> String? {
    if name.count > longest { return "the name of \(what) has at most \(longest) characters" }
    if isSegment(name[...]) { return nil }
    return "\(what) '\(name)' must be of letters, digits, '.', '_' and '-', and start with neither "
      + "'.' nor '-'"
  }

  /// What is wrong with the name of an axis, or nil. Placeholders are written with it.
  static func problem(ofAxis name: String) -> String? {
    if name.count <= longest, name.wholeMatch(of: /[A-Za-z][A-Za-z0-9_-]*/) != nil { return nil }
    return
      "the name of an axis must be of 1 to \(longest) letters, digits, '_' and '-', and start with "
      + "a letter"
  }

  /// What is wrong with the name of an axis value, or nil. It stands in tables, filters and files' names.
  static func problem(ofAxisValue name: String) -> String? {
    if name.count <= longest, name.wholeMatch(of: /[A-Za-z0-9._+-]+/) != nil { return nil }
    return
      "the name of an axis value must be of 1 to \(longest) letters, digits, '.', '_', '+' and '-'"
  }

  /// A hidden file would not be seen, and a leading hyphen would be taken for an option.
  private static func isSegment(_ text: Substring) -> Bool {
    text.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9._-]*/) != nil
  }
}
