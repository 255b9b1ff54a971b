import LibTorchShim

/// Where tensors live.
public enum Device: Equatable, Sendable, CustomStringConvertible {
  case cpu
  case cuda(Int)

  var index: Int32 {
    switch self {
    case .cpu: -1
    case .cuda(let index): Int32(index)
    }
  }

  public var description: String {
    switch self {
    case .cpu: "cpu"
    case .cuda(let index): "cuda:\(index)"
    }
  }
}

/// How dense layers are computed on a CPU: oneDNN's product, ATen's (MKL), or the faster one for this
/// processor's instructions.
public enum DenseBackend: String, CaseIterable, Codable, Sendable {
  case auto, onednn, aten
}

/// What is wrong with the loaded libtorch or the chosen device.
public enum EngineError: Error, CustomStringConvertible {
  case wrongVersion(found: String)
  case noCUDA(reason: String)
  case noDevice(asked: Int, count: Int)
  case unknownDevice(String)

  public var description: String {
    switch self {
    case .wrongVersion(let found):
      "libtorch \(found) was loaded where \(Engine.requiredVersion) is needed: take the other one "
        + "out of LD_LIBRARY_PATH, or run 'make setup'"
    case .noCUDA(let reason):
      "the device 'cuda' needs libtorch's CUDA library, which did not load (\(reason)): run on a "
        + "machine with PyTorch \(Engine.requiredVersion) for CUDA, or use --device cpu"
    case .noDevice(let asked, let count) where count > 0:
      "the device 'cuda:\(asked)' was asked for, but this machine has \(count) "
        + (count == 1 ? "GPU: use cuda:0" : "GPUs: use one of cuda:0 to cuda:\(count - 1)")
    case .noDevice:
      "the device 'cuda' was asked for, but this machine has no NVIDIA GPU that libtorch can use: "
        + "use --device cpu"
    case .unknownDevice(let name):
      "unknown device '\(name)': expected cpu, cuda or cuda:N"
    }
  }
}

/// The process-wide settings of the tensor library, chosen once at the start.
public enum Engine {
  /// Version of libtorch that the shim is compiled for.
  public static let requiredVersion = "2.11.0"

  /// Version of the loaded libtorch.
  public static var version: String { String(cString: pl_version()) }

  /// CPU capability that libtorch computes with, for example `AVX512`.
  public static var cpuCapability: String { String(cString: pl_cpu_capability()) }

  /// Chooses threads and dense backend; returns the backend in force.
  public static func configure(threads: Int, dense: DenseBackend) -> DenseBackend {
    pl_set_threads(Int32(clamping: threads))
    pl_keep_memory()
    let choice =
      switch dense {
      case .auto: PLDenseAuto
      case .onednn: PLDenseOneDNN
      case .aten: PLDenseATen
      }
    return DenseBackend(rawValue: String(cString: pl_set_dense(choice))) ?? .aten
  }

  /// The device of that name, ready to use.
  ///
  /// - Throws: ``EngineError`` where the name is unknown or no such GPU is to be had.
  public static func device(named name: String) throws -> Device {
    if name == "cpu" { return .cpu }
    let parts = name.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.first == "cuda", parts.count <= 2,
      let index = parts.count == 2 ? Int(parts[1]) : 0, index >= 0
    else { throw EngineError.unknownDevice(name) }
    let count: Int32
    do {
      count = try checked("loading CUDA") { pl_load_cuda() }
    } catch let error as TensorError {
      throw EngineError.noCUDA(reason: error.message)
    }
    guard index < count else { throw EngineError.noDevice(asked: index, count: Int(count)) }
    return .cuda(index)
  }
}
