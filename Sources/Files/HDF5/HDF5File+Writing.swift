import CHDF5

extension HDF5File {
  /// Writes numbers as a new dataset; `[]` is the shape of a single value.
  ///
  /// Groups on the way are made. `compressed` saves disk space at the cost of time, worth it for
  /// large arrays with structure, such as images.
  public func write<Value: HDF5Number>(
    _ values: [Value], shape: [Int], at name: String, compressed: Bool = false
  ) throws {
    try use { file in
      let name = Name(name)
      try requireCount(values.count, fits: shape, name)
      let chunk = compressed ? chunk(of: shape, itemSize: MemoryLayout<Value>.stride) : nil
      let dataset = try create(name, Value.numericType.native, shape, chunk: chunk, in: file)
      defer { H5Dclose(dataset) }
      if values.isEmpty { return }
      let status = H5Dwrite(
        dataset, Value.numericType.native, hdf5_whole(), hdf5_whole(), hdf5_default(), values)
      try check(status, "write \(name.text)")
    }
  }

  /// Writes texts as a new dataset of UTF-8 strings, each as long as the longest.
  public func write(_ values: [String], shape: [Int], at name: String) throws {
    try use { file in
      let name = Name(name)
      try requireCount(values.count, fits: shape, name)
      try withText(values, for: name.text) { type, bytes in
        let dataset = try create(name, type, shape, chunk: nil, in: file)
        defer { H5Dclose(dataset) }
        if values.isEmpty { return }
        let status = H5Dwrite(dataset, type, hdf5_whole(), hdf5_whole(), hdf5_default(), bytes)
        try check(status, "write \(name.text)")
      }
    }
  }

  /// Makes a group, and those on the way, where it is not there yet.
  public func createGroup(_ name: String) throws {
    try use { file in
      let name = Name(name)
      try createGroups(name.groups + [name], in: file)
    }
  }

  /// Copies a group of another file, with all that is in it, to the same place here.
  public func copyGroup(_ name: String, from other: HDF5File) throws {
    try use { file in
      try other.use { source in
        let name = Name(name)
        try other.require(name, isGroup: true, in: source)
        guard !holds(name, in: file) else {
          throw HDF5Error.alreadyThere(path: path, name: name.text)
        }
        try createGroups(name.groups, in: file)
        let status = H5Ocopy(
          source, name.text, file, name.text, hdf5_default(), hdf5_default())
        try check(status, "copy \(name.text) of \(other.path)")
      }
    }
  }

  /// Calls `body` with a type for UTF-8 texts of the longest length and the padded bytes of all.
  ///
  /// HDF5 keeps texts of variable length in a heap without checksums, and a changed byte there can
  /// crash the library or send it round for ever.
  func withText(
    _ values: [String], for name: String, _ body: (hid_t, [UInt8]) throws -> Void
  ) throws {
    guard !values.contains(where: { $0.utf8.contains(0) }) else {
      throw HDF5Error.textWithNull(path: path, name: name)
    }
    let size = max(values.map(\.utf8.count).max() ?? 0, 1)
    let type = try check(H5Tcopy(hdf5_c_string()), "make a type")
    defer { H5Tclose(type) }
    try check(H5Tset_size(type, size), "make a type")
    try check(H5Tset_strpad(type, H5T_STR_NULLPAD), "make a type")
    try check(H5Tset_cset(type, H5T_CSET_UTF8), "make a type")
    try body(type, values.flatMap { $0.utf8 + [UInt8](repeating: 0, count: size - $0.utf8.count) })
  }

  private func requireCount(_ count: Int, fits shape: [Int], _ name: Name) throws {
    guard NumericArray.count(of: shape) == count else {
      throw HDF5Error.wrongShape(path: path, name: name.text, shape: shape, count: count)
    }
  }

  private func create(
    _ name: Name, _ type: hid_t, _ shape: [Int], chunk: [hsize_t]?, in file: hid_t
  ) throws -> hid_t {
    guard !holds(name, in: file) else {
      throw HDF5Error.alreadyThere(path: path, name: name.text)
    }
    try createGroups(name.groups, in: file)
    let space =
      try shape.isEmpty
      ? check(H5Screate(H5S_SCALAR), "make a shape")
      : check(H5Screate_simple(Int32(shape.count), shape.map(hsize_t.init), nil), "make a shape")
    defer { H5Sclose(space) }
    let creation = try check(H5Pcreate(hdf5_dataset_creation()), "set up \(name.text)")
    defer { H5Pclose(creation) }
    try check(H5Pset_obj_track_times(creation, false), "set up \(name.text)")
    if let chunk {
      try check(H5Pset_chunk(creation, Int32(chunk.count), chunk), "set up \(name.text)")
      try check(H5Pset_shuffle(creation), "set up \(name.text)")
      try check(H5Pset_deflate(creation, 4), "set up \(name.text)")
    }
    let links = hdf5_default()
    return try check(
      H5Dcreate2(file, name.text, type, space, links, creation, hdf5_default()),
      "create \(name.text)")
  }

  private func createGroups(_ groups: [Name], in file: hid_t) throws {
    let creation = try check(H5Pcreate(hdf5_group_creation()), "set up a group")
    defer { H5Pclose(creation) }
    try check(H5Pset_obj_track_times(creation, false), "set up a group")
    for group in groups {
      if holds(group, in: file) {
        try require(group, isGroup: true, in: file)
      } else {
        let id = H5Gcreate2(file, group.text, hdf5_default(), creation, hdf5_default())
        H5Gclose(try check(id, "create \(group.text)"))
      }
    }
  }

  /// The shape of the pieces that are compressed, of about a mebibyte; nil when there is nothing
  /// to compress.
  private func chunk(of shape: [Int], itemSize: Int) -> [hsize_t]? {
    guard !shape.isEmpty, !shape.contains(0) else { return nil }
    var chunk = shape
    for axis in chunk.indices {
      while chunk.reduce(itemSize, *) > 1 << 20, chunk[axis] > 1 {
        chunk[axis] = (chunk[axis] + 1) / 2
      }
    }
    return chunk.map(hsize_t.init)
  }
}
