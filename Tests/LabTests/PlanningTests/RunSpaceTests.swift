import Files
import Foundation
import Testing

@testable import Lab

/// Disk space: estimated as it is then taken, and asked for before anything is trained.
@Suite struct RunSpaceTests {
  private static let wide = ["hidden: [8]": "hidden: [150, 150]"]

  private func size(_ directory: RunDirectory, _ prefix: String) throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: directory.path)
      .filter { $0.hasPrefix(prefix) }
      .reduce(0) { sum, name in
        sum + (FileManager.default.contents(atPath: "\(directory.path)/\(name)")?.count ?? 0)
      }
  }

  private static let measured = [
    "record: {every: 2}": "record: {every: 2, measures: {every: 1, ids: [test/more, test/less]}}"
  ]

  private static let stopping = [
    "dataset: {pendulum: {images: 40, size: 4, rod-length: 2, rod-width: 0.8, noise: 0, seed: 0}}":
      "dataset: {stand-in: {image: [1, 4, 4], train: 16, validation: 16, test: 8, labels: 2, seed: 0}}",
    "until: {steps: 6}": "until: {steps: 6}\n    early-stopping: {of: [rate], patience: 9}",
    "[angle-error/global-radius, final/weight/rate, event/constraint-first-met/rate]": "[]",
    "hidden: [8]": "hidden: [150, 150]",
  ]

  /// Never too little, and not much too much.
  @Test func theEstimateIsWhatARunTakes() throws {
    try Workplace.with { place in
      for (edits, excess) in [
        ([:], 4.0), (Self.measured, 4.0), (Self.wide, 1.3), (Self.stopping, 1.3),
      ] {
        // The recorded measures make no run of their own.
        let run = try Tiny.run("rewo", seed: edits.keys == Self.measured.keys ? 1 : 0, edits)
        let space = try RunSpace(run)
        let directory = place.store.directory(run)
        for _ in 0..<2 { try place.train(run, stopAfter: 1) }
        let two = Double(try size(directory, "checkpoint-"))
        #expect(Double(space.checkpoints) >= 1.5 * two)
        #expect(Double(space.checkpoints) < excess * 1.5 * two)
        try place.train(run)
        let kept = Double(try size(directory, ""))
        #expect(Double(space.kept) >= kept)
        #expect(Double(space.kept) < excess * kept + 40_000, "\(space.kept) for \(kept)")
      }
    }
  }

  @Test func aPlanAddsUp() throws {
    try Workplace.with { place in
      let runs = try (0..<3).map { try Tiny.run(seed: $0, Self.wide) }
      let space = try RunSpace(runs[0])
      let plan = try Plan(runs, store: place.store)
      #expect(plan.bytes == 3 * space.kept)
      #expect(plan.peakBytes(jobs: 2) == 3 * space.kept + 2 * space.checkpoints)
      #expect(plan.peakBytes(jobs: 9) == 3 * space.kept + 3 * space.checkpoints)
      let needed = plan.peakBytes(jobs: 2)
      try plan.checkSpace(jobs: 2, at: place.root, free: { _ in needed })
      #expect(
        throws: SpaceError.tooLittle(needed: needed, free: needed - 1, path: place.root)
      ) { try plan.checkSpace(jobs: 2, at: place.root, free: { _ in needed - 1 }) }

      // What an earlier attempt left is not asked for a second time; a finished run takes nothing.
      try place.train(runs[0], stopAfter: 3)
      let here = try place.store.directory(runs[0]).bytes
      #expect(here > 100_000)
      let later = try Plan(runs, store: place.store)
      try later.checkSpace(jobs: 2, at: place.root, free: { _ in needed - here })
      try place.train(runs[0])
      let last = try Plan(Array(runs.prefix(1)), store: place.store)
      #expect(last.peakBytes(jobs: 1) == 0)
    }
  }

  @Test func aRunDoesNotStartWithoutItsSpace() throws {
    try Workplace.with { place in
      let run = try Tiny.run("plain", Self.wide)
      let space = try RunSpace(run)
      #expect(throws: SpaceError.self) { try place.train(run, freeBytes: 12_300) }
      #expect(place.record(of: run) == nil)
      #expect(try !place.store.directory(run).hasWeights)
      #expect(try place.train(run, freeBytes: space.kept + space.checkpoints) == .finished)
      // What is finished needs no space.
      #expect(try place.train(run, freeBytes: 0) == .alreadyFinished)
    }
  }

  @Test func theSentence() {
    let error = SpaceError.tooLittle(needed: 4_200_000_000, free: 12_300, path: "results")
    #expect(
      "\(error)" == "4.2 GB of disk space are needed at results and 12 kB are free: free some "
        + "('priorlab clean' removes weights), or name another place with --results")
  }

  /// Asked of the system: a place that is not there yet is on the disk of what is above it.
  @Test func freeSpaceOfThisMachine() throws {
    let here = try Disk.freeBytes(at: NSTemporaryDirectory())
    let below = try Disk.freeBytes(at: NSTemporaryDirectory() + "not/there/yet")
    #expect(here > 0)
    #expect(abs(here - below) < here / 2 + 1_000_000_000)
    #expect(throws: FileError.self) { try Disk.freeBytes(at: "/dev/null/below") }
  }
}
