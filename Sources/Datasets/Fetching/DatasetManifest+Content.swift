import Files

extension DatasetManifest {
  /// Whether a file whose checksum is not known is what the splits read of it, or at least of the
  /// format that its name says.
  ///
  /// - Parameter path: where it is now.
  func checkContent(of file: StoredFile, at path: String) throws(DataError) {
    let tensors = layouts.flatMap { $0.splits.values.flatMap(\.values) }
      .filter { $0.files.names.contains(file.name) }
    var read: [String: NumericArray] = [:]
    for tensor in tensors {
      let key = "\(tensor.key ?? "") \(tensor.preparation)"
      let array: NumericArray
      if let known = read[key] {
        array = known
      } else {
        array = try StoredArray.read(tensor, at: path, in: name)
        read[key] = array
      }
      // Which examples of a part are used is known of all parts alone.
      var part = tensor
      if tensor.files.names.count > 1 { (part.rows, part.index) = (nil, nil) }
      _ = try StoredArray(array, part, at: path, in: name)
    }
    if tensors.isEmpty {
      do {
        try ArchiveFile.check(path, named: file.name)
      } catch {
        throw .unusable(dataset: name, reason: "\(error)")
      }
    }
  }
}
