import CHDF5

extension HDF5File {
  /// Attaches a number to a group or dataset, in the place of any attribute of that name.
  public func setAttribute<Value: HDF5Number>(
    _ attribute: String, to value: Value, at name: String = "/"
  ) throws {
    try use { file in
      try withNewAttribute(attribute, Value.numericType.native, at: Name(name), in: file) { id in
        withUnsafePointer(to: value) { H5Awrite(id, Value.numericType.native, $0) }
      }
    }
  }

  /// Attaches a text to a group or dataset, in the place of any attribute of that name.
  public func setAttribute(
    _ attribute: String, to value: String, at name: String = "/"
  ) throws {
    try use { file in
      try withText([value], for: label(attribute, Name(name))) { type, bytes in
        try withNewAttribute(attribute, type, at: Name(name), in: file) {
          H5Awrite($0, type, bytes)
        }
      }
    }
  }

  /// The number attached to a group or dataset under that name; strict as `read` is.
  public func attribute<Value: HDF5Number>(
    _ attribute: String, as _: Value.Type, at name: String = "/"
  ) throws -> Value {
    try use { file in
      let label = label(attribute, Name(name))
      return try withAttribute(attribute, at: Name(name), in: file) { stored in
        let wanted = Value.numericType
        try require(wanted.typeClass, wanted.words, in: stored.type, label)
        // Attributes are read without a say in the conversion, so it is done as a second step.
        let size = max(H5Tget_size(stored.type), MemoryLayout<Value>.size)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
        defer { memory.deallocate() }
        try check(H5Aread(stored.id, stored.type, memory), "read \(label)")
        try converting(wanted, label) { transfer in
          H5Tconvert(stored.type, wanted.native, 1, memory, nil, transfer)
        }
        return memory.load(as: Value.self)
      }
    }
  }

  /// The text attached to a group or dataset under that name.
  public func attribute(
    _ attribute: String, as _: String.Type, at name: String = "/"
  ) throws -> String {
    try use { file in
      let label = label(attribute, Name(name))
      return try withAttribute(attribute, at: Name(name), in: file) { stored in
        try require(H5T_STRING, "text", in: stored.type, label)
        let read = try texts(1, type: stored.type, space: stored.space, label) {
          H5Aread(stored.id, stored.type, $0)
        }
        return read.first ?? ""
      }
    }
  }

  private func label(_ attribute: String, _ name: Name) -> String {
    "the attribute '\(attribute)' of \(name.text)"
  }

  private func withNewAttribute(
    _ attribute: String, _ type: hid_t, at name: Name, in file: hid_t,
    _ write: (hid_t) -> herr_t
  ) throws {
    let label = label(attribute, name)
    guard holds(name, in: file) else { throw HDF5Error.missing(path: path, name: name.text) }
    let object = try check(H5Oopen(file, name.text, hdf5_default()), "open \(name.text)")
    defer { H5Oclose(object) }
    if H5Aexists(object, attribute) > 0 {
      try check(H5Adelete(object, attribute), "replace \(label)")
    }
    let space = try check(H5Screate(H5S_SCALAR), "make a shape")
    defer { H5Sclose(space) }
    let id = try check(
      H5Acreate2(object, attribute, type, space, hdf5_default(), hdf5_default()), "create \(label)")
    defer { H5Aclose(id) }
    try check(write(id), "write \(label)")
  }

  private func withAttribute<Result>(
    _ attribute: String, at name: Name, in file: hid_t,
    _ body: ((id: hid_t, type: hid_t, space: hid_t)) throws -> Result
  ) throws -> Result {
    let label = label(attribute, name)
    guard holds(name, in: file) else { throw HDF5Error.missing(path: path, name: name.text) }
    guard H5Aexists_by_name(file, name.text, attribute, hdf5_default()) > 0 else {
      throw HDF5Error.missing(path: path, name: label)
    }
    let id = try check(
      H5Aopen_by_name(file, name.text, attribute, hdf5_default(), hdf5_default()), "open \(label)")
    defer { H5Aclose(id) }
    let type = try check(H5Aget_type(id), "open \(label)")
    defer { H5Tclose(type) }
    let space = try check(H5Aget_space(id), "open \(label)")
    defer { H5Sclose(space) }
    let shape = try shape(ofSpace: space, label)
    guard shape.allSatisfy({ $0 == 1 }) else {
      throw HDF5Error.wrongType(
        path: path, name: label, expected: "a single value", found: "an array of shape \(shape)")
    }
    return try body((id, type, space))
  }
}
