// swift-tools-version: 6.1
import Foundation
import PackageDescription

// libtorch lives in `.deps`, where `make setup` puts it. It is named file by file, because a search
// path could be shadowed by another package's flags and pick up a system libtorch.
let torch = Context.packageDirectory + "/.deps/site/torch"

if !FileManager.default.fileExists(atPath: torch + "/include/ATen/ATen.h") {
  FileHandle.standardError.write(
    Data("error: libtorch is missing from .deps: run 'make setup' in this directory first\n".utf8))
  exit(1)
}

let torchLibraries = ["libtorch_cpu.so", "libc10.so"]
// The wheel's CPU library names CUDA libraries that are found at run time through its own RUNPATH.
let linkerExtras = ["-Xlinker", "--allow-shlib-undefined"]
// Debian's name, or else the one of other distributions.
let hdf5 = isInstalled("hdf5-serial") || !isInstalled("hdf5") ? "hdf5-serial" : "hdf5"

/// Whether pkg-config knows a library.
func isInstalled(_ library: String) -> Bool {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = ["pkg-config", "--exists", library]
  process.standardError = FileHandle.nullDevice
  guard (try? process.run()) != nil else { return false }
  process.waitUntilExit()
  return process.terminationStatus == 0
}

let package = Package(
  name: "priorlab",
  products: [.executable(name: "priorlab", targets: ["priorlab"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: [
    .systemLibrary(name: "CArchive"),
    .systemLibrary(name: "CHDF5", pkgConfig: hdf5),
    .systemLibrary(name: "CPNG"),
    .systemLibrary(name: "CCrypto"),
    .systemLibrary(name: "CZlib"),
    .target(
      name: "LibTorchShim",
      cxxSettings: [
        .unsafeFlags([
          "-isystem", torch + "/include",
          "-isystem", torch + "/include/torch/csrc/api/include",
        ])
      ],
      linkerSettings: [
        .unsafeFlags(
          torchLibraries.flatMap { ["-Xlinker", "\(torch)/lib/\($0)"] }
            + ["-Xlinker", "-rpath", "-Xlinker", torch + "/lib"] + linkerExtras)
      ]),
    .target(name: "Torch", dependencies: ["LibTorchShim"]),
    .target(name: "Files", dependencies: ["CArchive", "CHDF5", "CPNG", "CCrypto", "CZlib"]),
    .target(
      name: "Modelling",
      dependencies: ["Torch", .product(name: "OrderedCollections", package: "swift-collections")]),
    .target(name: "Datasets", dependencies: ["Torch", "Files"]),
    .target(name: "Training", dependencies: ["Torch", "Files", "Modelling", "Datasets"]),
    .target(
      name: "Lab",
      dependencies: [
        "Torch", "Files", "Modelling", "Datasets", "Training",
        .product(name: "Yams", package: "Yams"),
        .product(name: "HeapModule", package: "swift-collections"),
        .product(name: "OrderedCollections", package: "swift-collections"),
      ]),
    .target(name: "Registry", dependencies: ["Lab", "Datasets", "Modelling"]),
    .executableTarget(
      name: "priorlab",
      dependencies: [
        "Torch", "Files", "Modelling", "Datasets", "Lab", "Registry",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "OrderedCollections", package: "swift-collections"),
      ]),
    .testTarget(name: "TorchTests", dependencies: ["Torch"]),
    .testTarget(name: "FilesTests", dependencies: ["Files", "CHDF5"]),
    .testTarget(name: "ModellingTests", dependencies: ["Modelling", "Torch"]),
    .testTarget(name: "DatasetsTests", dependencies: ["Datasets", "Files", "Torch"]),
    .testTarget(
      name: "TrainingTests",
      dependencies: ["Training", "Torch", "Files", "Modelling", "Datasets"]),
    .testTarget(
      name: "LabTests",
      dependencies: ["Lab", "Registry", "Torch", "Files", "Modelling", "Datasets", "Training"],
      exclude: ["Fixtures"]),
    .testTarget(name: "CommandTests", dependencies: ["priorlab", "Files"], exclude: ["Server"]),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
