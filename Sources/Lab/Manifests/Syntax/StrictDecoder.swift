/// Decodes a type from a manifest's tree and accepts nothing that the type does not ask for.
///
/// Every error is a `ManifestError` with the place in the file and the key path:
/// - a key that the type never asked for, with the nearest valid one;
/// - a missing key, with what is expected there;
/// - a value of the wrong type, or one that the type's `init(from:)` refuses, whether by
///   `ConfigValueError` or by `DecodingError`.
///
/// An empty value (`null`) is nil for an optional and an empty mapping for a type with keys.
/// Enums with associated values are single-key mappings, `{gaussian: {scale: 1}}`, and a bare name,
/// `bernoulli`, stands for `{bernoulli: {}}`. A case with one unlabelled value holds it directly:
/// `case constant(Double)` is `{constant: 5}`.
///
/// For tags to be listed in errors, an enum's `CodingKeys` must be `CaseIterable`: its synthesised
/// `init(from:)` only ever asks which keys are there, never for those that could be.
public struct StrictDecoder {
  /// Handed on to the types being decoded.
  public var userInfo: [CodingUserInfoKey: any Sendable]

  /// Creates a decoder.
  public init(userInfo: [CodingUserInfoKey: any Sendable] = [:]) {
    self.userInfo = userInfo
  }

  /// Decodes a value; `path` is the key path of `node` in its manifest, for errors.
  ///
  /// - Throws: `ManifestError`.
  public func decode<Value: Decodable>(
    _ type: Value.Type, from node: ConfigNode, path: String = ""
  ) throws -> Value {
    try NodeDecoder(node, path: path, codingPath: [], userInfo: userInfo).decode(type)
  }
}

extension KeyedDecodingContainer {
  /// The value under a key, or a default where the key is absent or empty.
  public func decode<Value: Decodable>(
    _ key: Key, default value: @autoclosure () throws -> Value
  ) throws -> Value {
    try decodeIfPresent(Value.self, forKey: key) ?? value()
  }
}
