import CHDF5
import Foundation

extension HDF5File {
  /// The shape of a dataset; `[]` for a single value, `[0]` for one declared empty.
  public func shape(at name: String) throws -> [Int] {
    try use { file in
      try withDataset(Name(name), in: file) { try shape(ofSpace: $0.space, name) }
    }
  }

  /// Reads numbers, integers from any stored width and floating-point numbers from any precision.
  ///
  /// Integers are not read as floating-point numbers nor the reverse (`wrongType`), and an integer
  /// that does not fit is an error (`outOfRange`).
  ///
  /// - Parameter rows: which places of the first axis, ascending; all by default. Memory is taken for
  ///   these only (`noSuchRows` where there are not as many).
  public func read<Value: HDF5Number>(
    _: Value.Type, at name: String, rows: [Range<Int>]? = nil
  ) throws -> HDF5Array<Value> {
    try use { file in
      let name = Name(name)
      return try withDataset(name, in: file) { dataset in
        let wanted = Value.numericType
        try require(wanted.typeClass, wanted.words, in: dataset.type, name.text)
        let shape = try shape(of: rows, inSpace: dataset.space, name.text)
        let count = try count(shape, itemSize: MemoryLayout<Value>.stride, name.text)
        if count == 0 { return HDF5Array(values: [], shape: shape) }
        let values = try [Value](unsafeUninitializedCapacity: count) { buffer, initialized in
          try selecting(rows, shape, ofSpace: dataset.space, name.text) { memory, stored in
            try converting(wanted, name.text) { transfer in
              H5Dread(dataset.id, wanted.native, memory, stored, transfer, buffer.baseAddress)
            }
          }
          initialized = count
        }
        return HDF5Array(values: values, shape: shape)
      }
    }
  }

  /// Reads texts, stored with variable or fixed length.
  public func read(_: String.Type, at name: String) throws -> HDF5Array<String> {
    try use { file in
      let name = Name(name)
      return try withDataset(name, in: file) { dataset in
        try require(H5T_STRING, "text", in: dataset.type, name.text)
        let shape = try shape(ofSpace: dataset.space, name.text)
        let count = try count(shape, itemSize: H5Tget_size(dataset.type), name.text)
        let values = try texts(count, type: dataset.type, space: dataset.space, name.text) {
          H5Dread(dataset.id, dataset.type, hdf5_whole(), hdf5_whole(), hdf5_default(), $0)
        }
        return HDF5Array(values: values, shape: shape)
      }
    }
  }

  /// Reads numbers of any type, in the narrowest type that holds them.
  ///
  /// Booleans, which h5py keeps as an enumeration, become 0 and 1.
  ///
  /// - Parameter rows: as `read` takes them.
  public func numbers(at name: String, rows: [Range<Int>]? = nil) throws -> NumericArray {
    func numbers(_ type: (some NumericElement).Type) throws -> NumericArray {
      let array = try read(type, at: name, rows: rows)
      return NumericArray(trusted: type.wrapped(array.values), shape: array.shape)
    }
    let type = try use { file in
      try withDataset(Name(name), in: file) { try storedType($0, name, rows, in: file) }
    }
    return try numbers(type.element)
  }

  /// The type of a dataset of numbers, whose file must be large enough to hold those that are read.
  private func storedType(
    _ dataset: (id: hid_t, type: hid_t, space: hid_t), _ name: String, _ rows: [Range<Int>]?,
    in file: hid_t
  ) throws -> NumericType {
    let size = H5Tget_size(dataset.type)
    let number: NumericType
    switch H5Tget_class(dataset.type) {
    case H5T_FLOAT: number = size <= 4 ? .float32 : .float64
    case H5T_INTEGER where H5Tget_sign(dataset.type) == H5T_SGN_NONE:
      number = size <= 1 ? .uint8 : size <= 2 ? .uint16 : size <= 4 ? .uint32 : .uint64
    case H5T_INTEGER, H5T_ENUM:
      number = size <= 1 ? .int8 : size <= 2 ? .int16 : size <= 4 ? .int32 : .int64
    default:
      throw HDF5Error.wrongType(
        path: path, name: name, expected: "numbers", found: words(for: dataset.type))
    }
    // What was never written is read as zeros, so that a few bytes could ask for all the memory.
    let shape = try shape(of: rows, inSpace: dataset.space, name)
    let numbers = try count(shape, itemSize: max(size, number.size), name)
    let bytes = numbers * size
    var fileSize: hsize_t = 0
    try check(H5Fget_filesize(file, &fileSize), "read the size of the file")
    // A damaged file may declare more than it can hold.
    let stored = Int(clamping: min(fileSize, H5Dget_storage_size(dataset.id), 1 << 50))
    let most = stored * InflatingSource.mostPerByte
    guard bytes <= max(most, 1 << 20) else {
      throw HDF5Error.tooLarge(path: path, name: name, shape: shape, available: most)
    }
    // A chunk, which may be larger than the dataset, is decompressed as a whole.
    let limit = ArrayMemory.limit(at: path)
    guard numbers * number.size <= limit, chunkBytes(dataset.id, size) <= limit else {
      throw HDF5Error.tooLarge(path: path, name: name, shape: shape, available: limit)
    }
    return number
  }

  /// The shape of some rows of a dataset, or of all.
  private func shape(
    of rows: [Range<Int>]?, inSpace space: hid_t, _ name: String
  ) throws -> [Int] {
    let whole = try shape(ofSpace: space, name)
    guard let rows else { return whole }
    guard let count = whole.first, let range = NumericArray.span(of: rows),
      range.upperBound <= count
    else { throw HDF5Error.noSuchRows(path: path, name: name, shape: whole) }
    return [rows.reduce(0) { $0 + $1.count }] + whole.dropFirst()
  }

  /// Runs a call that reads some rows of a dataset, with the spaces of memory and of the dataset, or that
  /// reads all.
  ///
  /// - Parameter shape: that of the rows.
  private func selecting(
    _ rows: [Range<Int>]?, _ shape: [Int], ofSpace space: hid_t, _ name: String,
    _ call: (hid_t, hid_t) throws -> Void
  ) throws {
    guard let rows else { return try call(hdf5_whole(), hdf5_whole()) }
    var lengths = shape.map { hsize_t($0) }
    let memory = try check(
      H5Screate_simple(Int32(shape.count), &lengths, nil), "select rows of \(name)")
    defer { H5Sclose(memory) }
    var start = shape.map { _ in hsize_t(0) }
    for (index, range) in rows.enumerated() {
      (start[0], lengths[0]) = (hsize_t(range.lowerBound), hsize_t(range.count))
      let operation = index == 0 ? H5S_SELECT_SET : H5S_SELECT_OR
      var one = shape.map { _ in hsize_t(1) }
      try check(
        H5Sselect_hyperslab(space, operation, &start, nil, &one, &lengths), "select rows of \(name)"
      )
    }
    try call(memory, space)
  }

  /// Bytes of one chunk of a dataset; 0 where it is stored as one piece.
  private func chunkBytes(_ dataset: hid_t, _ itemSize: Int) -> Int {
    let list = H5Dget_create_plist(dataset)
    defer { H5Pclose(list) }
    guard list >= 0, H5Pget_layout(list) == H5D_CHUNKED else { return 0 }
    var lengths = [hsize_t](repeating: 1, count: ArrayLayout.mostAxes)
    guard H5Pget_chunk(list, Int32(lengths.count), &lengths) > 0 else { return 0 }
    return lengths.reduce(itemSize) { bytes, length in
      let (product, overflow) = bytes.multipliedReportingOverflow(by: Int(clamping: length))
      return overflow ? .max : product
    }
  }

  private func withDataset<Result>(
    _ name: Name, in file: hid_t, _ body: ((id: hid_t, type: hid_t, space: hid_t)) throws -> Result
  ) throws -> Result {
    try require(name, isGroup: false, in: file)
    let id = try check(H5Dopen2(file, name.text, hdf5_default()), "open \(name.text)")
    defer { H5Dclose(id) }
    let type = try check(H5Dget_type(id), "open \(name.text)")
    defer { H5Tclose(type) }
    let space = try check(H5Dget_space(id), "open \(name.text)")
    defer { H5Sclose(space) }
    return try body((id, type, space))
  }
}

// What datasets and attributes share.
extension HDF5File {
  func require(
    _ typeClass: H5T_class_t, _ expected: String, in type: hid_t, _ name: String
  ) throws {
    // An enumeration's numbers are read as such.
    let isEnumeration = typeClass == H5T_INTEGER && H5Tget_class(type) == H5T_ENUM
    guard H5Tget_class(type) == typeClass || isEnumeration else {
      throw HDF5Error.wrongType(path: path, name: name, expected: expected, found: words(for: type))
    }
  }

  func shape(ofSpace space: hid_t, _ name: String) throws -> [Int] {
    if H5Sget_simple_extent_type(space) == H5S_NULL { return [0] }
    let rank = try check(H5Sget_simple_extent_ndims(space), "read the shape of \(name)")
    var lengths = [hsize_t](repeating: 0, count: Int(rank))
    try check(H5Sget_simple_extent_dims(space, &lengths, nil), "read the shape of \(name)")
    return lengths.map(Int.init(clamping:))
  }

  /// The product of a stored shape, refused when a damaged or foreign file asks for more memory
  /// than there is.
  func count(_ shape: [Int], itemSize: Int, _ name: String) throws -> Int {
    let available = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    if shape.contains(0) { return 0 }
    var count = 1
    for length in shape {
      guard length <= available / max(itemSize, 1) / count else {
        throw HDF5Error.tooLarge(path: path, name: name, shape: shape, available: available)
      }
      count *= length
    }
    return count
  }

  /// Runs a call that converts numbers, with properties that stop it at an integer that does not
  /// fit, where HDF5 would silently take the nearest that does.
  func converting(
    _ wanted: NumericType, _ name: String, _ call: (hid_t) -> herr_t
  ) throws {
    let transfer = try check(H5Pcreate(hdf5_dataset_transfer()), "set up reading")
    defer { H5Pclose(transfer) }
    var overflowed = false
    try withUnsafeMutablePointer(to: &overflowed) { overflowed in
      let status = H5Pset_type_conv_cb(
        transfer,
        { kind, source, _, _, _, overflowed in
          // Floating-point numbers too large become infinite, as everywhere.
          guard H5Tget_class(source) == H5T_INTEGER,
            kind == H5T_CONV_EXCEPT_RANGE_HI || kind == H5T_CONV_EXCEPT_RANGE_LOW
          else { return H5T_CONV_UNHANDLED }
          overflowed?.assumingMemoryBound(to: Bool.self).pointee = true
          return H5T_CONV_ABORT
        }, overflowed)
      try check(status, "set up reading")
      let result = call(transfer)
      if overflowed.pointee {
        throw HDF5Error.outOfRange(path: path, name: name, expected: wanted.words)
      }
      try check(result, "read \(name)")
    }
  }

  /// Texts of the stored `type`, which `read` puts into the memory it is given.
  func texts(
    _ count: Int, type: hid_t, space: hid_t, _ name: String,
    _ read: (UnsafeMutableRawPointer) -> herr_t
  ) throws -> [String] {
    let size = H5Tget_size(type)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count * size, alignment: 16)
    defer { memory.deallocate() }
    guard count > 0, let start = memory.baseAddress else { return [] }
    try check(read(start), "read \(name)")
    if H5Tis_variable_str(type) > 0 {
      defer { H5Dvlen_reclaim(type, space, hdf5_default(), start) }
      return (0..<count).map { index in
        let text = start.load(fromByteOffset: index * size, as: UnsafePointer<CChar>?.self)
        return text.map { String(cString: $0) } ?? ""
      }
    }
    let padded = H5Tget_strpad(type) == H5T_STR_SPACEPAD
    return (0..<count).map { index in
      var bytes = memory[index * size..<(index + 1) * size].prefix { $0 != 0 }
      while padded, bytes.last == UInt8(ascii: " ") { bytes.removeLast() }
      return String(decoding: bytes, as: UTF8.self)
    }
  }
}
