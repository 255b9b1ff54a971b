import Foundation
import Testing
import Torch

@Suite struct DeviceTests {
  private static let hasGPU = FileManager.default.fileExists(atPath: "/dev/nvidiactl")

  @Test func processorsNeedNothing() throws {
    #expect(try Engine.device(named: "cpu") == .cpu)
    #expect("\(Device.cpu), \(Device.cuda(3))" == "cpu, cuda:3")
  }

  @Test(arguments: ["", "gpu", "CPU", "cuda:", "cuda:x", "cuda:-1", "cuda:0:1", ":0", "cpu:0"])
  func unknownNamesAreRefused(name: String) {
    #expect {
      try Engine.device(named: name)
    } throws: {
      "\($0)" == "unknown device '\(name)': expected cpu, cuda or cuda:N"
    }
  }

  /// In a process of its own: asking for CUDA changes the process.
  @Test(.enabled(if: !hasGPU, "this machine has a GPU"))
  func gpusThatAreNotThereAreRefused() async {
    await #expect(processExitsWith: .success) {
      for name in ["cuda", "cuda:1"] {
        #expect {
          _ = try Engine.device(named: name)
        } throws: { error in
          switch error {
          case EngineError.noCUDA(let reason):
            return !reason.isEmpty && "\(error)".contains("(\(reason))")
              && "\(error)".hasSuffix("or use --device cpu")
          case EngineError.noDevice:
            return "\(error)".hasSuffix("use --device cpu")
          default: return false
          }
        }
      }
      // The processor still serves.
      try checked("after") { expect(Tensor.zeros([2]) + 1, [1, 1]) }
    }
  }

  @Test func errorsEndInWhatToDo() {
    #expect(
      "\(EngineError.wrongVersion(found: "2.9.0"))"
        == "libtorch 2.9.0 was loaded where 2.11.0 is needed: take the other one out of "
        + "LD_LIBRARY_PATH, or run 'make setup'")
    #expect(
      "\(EngineError.noCUDA(reason: "no such file"))"
        == "the device 'cuda' needs libtorch's CUDA library, which did not load (no such file): "
        + "run on a machine with PyTorch 2.11.0 for CUDA, or use --device cpu")
    #expect(
      "\(EngineError.noDevice(asked: 3, count: 2))"
        == "the device 'cuda:3' was asked for, but this machine has 2 GPUs: use one of cuda:0 to "
        + "cuda:1")
    #expect(
      "\(EngineError.noDevice(asked: 1, count: 1))"
        == "the device 'cuda:1' was asked for, but this machine has 1 GPU: use cuda:0")
    #expect(
      "\(EngineError.noDevice(asked: 0, count: 0))"
        == "the device 'cuda' was asked for, but this machine has no NVIDIA GPU that libtorch can "
        + "use: use --device cpu")
  }
}
