extension ManifestError: CustomStringConvertible {
  /// One line: place, key path, what is wrong, and what to write instead.
  public var description: String {
    path.isEmpty ? "\(origin): \(problem)" : "\(origin): \(path): \(problem)"
  }
}

extension ManifestError.Problem: CustomStringConvertible {
  /// The sentence for a problem, without its place.
  public var description: String {
    switch self {
    case .malformedYAML(let reason): "not valid YAML: \(reason)"
    case .emptyDocument: "nothing is written here; expected a value"
    case .severalDocuments: "a second document starts here; write one per file, without '---'"
    case .duplicateKey(let name): "key '\(name)' is written more than once in one mapping"
    case .keyIsNotText: "a key must be a plain word, not a list or a mapping"
    case .mergeKey: "merge keys ('<<') are not supported; write the keys out"
    case .unsupportedTag(let tag): "YAML tag '\(tag)' is not supported; remove it"
    case .tooManyValues(let limit):
      "more than \(limit) values, aliases written out; write fewer or nest fewer aliases"
    case .malformedPath(let text):
      "'\(text)' is not a key path; write names joined by dots, such as model.vhp.latent"
    case .malformedOverride(let text):
      "'\(text)' is not an override; write path=value, such as model.vhp.latent=4"
    case .nothingThere(let name, let parent, let available):
      "there is no '\(name)' \(parent.isEmpty ? "at the top level" : "in \(parent)")"
        + suggestion(nearest(name, among: available)) + listing("It has", available)
    case .parentIsValue(let name, let parent):
      "there is no '\(name)' in \(parent.isEmpty ? "the manifest" : parent)"
        + ", which is a single value; replace it as a whole"
    case .unknownPlaceholder(let name, let known):
      "unknown placeholder '{\(name)}'" + suggestion(nearest(name, among: known).map { "{\($0)}" })
        + listing("Known are", known.map { "{\($0)}" }, none: "None are known here")
    case .unknownKey(let name, let near, let valid):
      "unknown key '\(name)'" + suggestion(near)
        + (valid.map { listing("Valid keys:", $0, none: "No keys are taken here") } ?? "")
    case .missingKey(let name, let expected): "missing key '\(name)': expected \(expected)"
    case .wrongType(let expected, let found): "expected \(expected), found \(found)"
    case .notExactlyOne(let valid, let found):
      valid.isEmpty
        ? "expected exactly one name, as in {name: {}}; found \(found)"
        : "expected exactly one of \(valid.joined(separator: ", ")); found \(found)"
    case .unknownName(let name, let valid):
      "unknown name '\(name)'"
        + (valid.isEmpty
          ? "" : suggestion(nearest(name, among: valid)) + listing("Expected one of", valid))
    case .wrongCount(let expected, let found):
      "expected \(expected) \(expected == 1 ? "value" : "values"), found \(found)"
    case .impossible(let message): message
    }
  }

  private func suggestion(_ name: String?) -> String {
    name.map { "; did you mean '\($0)'?" } ?? "."
  }

  private func listing(_ lead: String, _ names: [String], none: String = "It is empty") -> String {
    names.isEmpty ? " \(none)" : " \(lead) \(names.joined(separator: ", "))"
  }
}

extension ConfigValueError: CustomStringConvertible {
  /// The message, without its place.
  public var description: String { message }
}
