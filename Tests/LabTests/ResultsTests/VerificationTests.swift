import Foundation
import Testing

@testable import Lab

/// A stored comparison against the records that it was made of.
@Suite struct VerificationTests {
  private func verify(_ stored: Comparison, _ place: Workplace) throws -> Verification {
    try Verification(stored, library: try place.library(), kinds: Tiny.kinds, store: place.store)
  }

  private func with(_ body: (Comparison, Workplace) throws -> Void) throws {
    try Table.with(
      less: ["rewo": Table.near(1), "plain": [2, nil, 2.1]], failed: ["plain": 1], body)
  }

  @Test func followsFromTheRecords() throws {
    try with { stored, place in
      let found = try verify(stored, place)
      #expect(found.rows == 6)
      // Also the finished one without a value.
      #expect(found.runs == 7)
      #expect(found.missing.isEmpty)
      #expect(found.discrepancies.isEmpty)
    }
  }

  @Test func alteredValue() throws {
    try with { stored, place in
      var altered = stored
      altered.rows[0].runs[2].value = 0.999
      let found = try verify(altered, place)
      #expect(found.discrepancies.count == 1)
      #expect(found.discrepancies[0].part == "test/tiny, method=rewo, test/less")
      #expect(found.discrepancies[0].stored.contains("2: 0.999"))
      #expect(found.discrepancies[0].recomputed.contains("2: 1.0"))
      #expect(found.missing.isEmpty)
    }
  }

  @Test func alteredVerdict() throws {
    try with { stored, place in
      var altered = stored
      altered.rows[1].judgement = try stored.row("rewo").judgement
      let found = try verify(altered, place)
      #expect(found.discrepancies.map(\.part) == ["test/tiny, method=plain, test/less"])
      #expect(found.discrepancies[0].stored.hasPrefix("matches"))
      #expect(found.discrepancies[0].recomputed.hasPrefix("inconclusive"))
    }
  }

  /// The mean, the interval and the count of failures are what a reader sees.
  @Test func alteredSummary() throws {
    try with { stored, place in
      var altered = stored
      altered.rows[0].summary = try Summary([5, 6])
      #expect(
        try verify(altered, place).discrepancies.map(\.part) == [
          "test/tiny, method=rewo, test/less"
        ])
      altered = stored
      altered.rows[1].failed = []
      #expect(
        try verify(altered, place).discrepancies.map(\.part) == [
          "test/tiny, method=plain, test/less"
        ])
    }
  }

  /// What the paper reports, and the margin that was set beforehand, are the manifest's.
  @Test func alteredReport() throws {
    try with { stored, place in
      let text = try stored.text(.json)
      for (before, after) in [
        ("\"value\" : 0.1", "\"value\" : 0.5"), ("\"std\" : 0.01", "\"std\" : 0.1"),
      ] {
        #expect(text.contains(before))
        let altered = text.replacing(before, with: after)
        let comparison = try JSONDecoder().decode(Comparison.self, from: Data(altered.utf8))
        #expect(try verify(comparison, place).discrepancies.count == 1, "\(before)")
      }
    }
  }

  /// Failed runs do not vanish, also those that were killed and left no record.
  @Test func failedRuns() throws {
    try Table.with(less: ["rewo": Table.near(1)], failed: ["plain": 5]) {
      (stored, place) throws in
      #expect(try stored.row("plain").failed.count == 5)
      #expect(try verify(stored, place).discrepancies.isEmpty)
    }
    try Table.with(less: ["rewo": Table.near(1)]) { _, place in
      let artefact = try place.artefact()
      let killed = try #require(artefact.runs.first { $0.template.cell["method"] == "plain" })
      let stored = try Comparison(
        artefact, kinds: Tiny.kinds, store: place.store, failures: [killed.identity])
      #expect(try verify(stored, place).discrepancies.isEmpty)
      // It is tried again since, and finishes: the stored result is about the time before.
      try place.record([recorded(killed, ["test/less": 2, "test/more": 1])])
      #expect(try verify(stored, place).discrepancies.contains { $0.part.contains("method=plain") })
    }
  }

  @Test func alteredRow() throws {
    try with { stored, place in
      var altered = stored
      altered.rows[0].measure = "test/none"
      let found = try verify(altered, place)
      #expect(found.discrepancies.count == 2)
      #expect(found.discrepancies[0].recomputed == "the manifest has no such row")
      #expect(found.discrepancies[1].stored == "the result has no such row")
    }
  }

  /// A row that was dropped is not forgotten, and one that is there twice is once too many.
  @Test func droppedAndDoubledRows() throws {
    try with { stored, place in
      var altered = stored
      altered.rows.remove(at: 1)
      let dropped = try verify(altered, place)
      #expect(dropped.discrepancies.map(\.part) == ["test/tiny, method=plain, test/less"])
      #expect(dropped.discrepancies.map(\.stored) == ["the result has no such row"])
      #expect(dropped.rows == 6)
      altered = stored
      altered.rows.append(stored.rows[0])
      #expect(try verify(altered, place).discrepancies.count == 1)
      altered.rows = []
      #expect(try verify(altered, place).discrepancies.filter(\.isRow).count == 6)
    }
  }

  /// All that a reader sees besides the rows.
  @Test func alteredRest() throws {
    try with { (stored, place) throws in
      let number = QuotedNumber(
        method: "other", measure: "test/less", statistic: nil, value: 1, std: nil, source: "s")
      let alterations: [(part: String, alter: (inout Comparison) -> Void)] = [
        ("title", { $0.title = "Better numbers" }), ("because", { $0.because = "a reason" }),
        ("standIn", { $0.standIn = "a stand-in" }), ("precision", { $0.precision = .bf16 }),
        ("expectedFalseAlarms", { $0.expectedFalseAlarms = 0 }),
        ("claims", { $0.claims[0].outcome = .holds }), ("claims", { $0.claims.removeLast() }),
        ("quoted", { $0.quoted = [number] }),
      ]
      for (part, alter) in alterations {
        var altered = stored
        alter(&altered)
        #expect(try verify(altered, place).discrepancies.map(\.part) == [part])
      }
    }
  }

  @Test func missingRecord() throws {
    try with { stored, place in
      let gone = try #require(try stored.row("rewo").runs.first).identity
      let file = "results/test/tiny/runs.jsonl"
      let lines = try place.read(file).split(separator: "\n").filter { !$0.contains(gone) }
      try place.write(lines.joined(separator: "\n") + "\n", to: file)
      let found = try verify(stored, place)
      #expect(found.missing == [gone])
      #expect(found.discrepancies.contains { $0.part.contains("method=rewo") })
    }
  }

  /// Runs that were recorded since, for another result, say nothing against this one.
  @Test func laterRunsOfOtherCells() throws {
    try Table.with(less: ["rewo": Table.near(1), "plain": [2, 2]]) { stored, place in
      let runs = try place.artefact().runs.filter {
        $0.template.cell["method"] == "plain" && $0.seed > 1
      }
      #expect(runs.count == 3)
      try place.record(runs.map { recorded($0, ["test/less": 2, "test/more": 1]) })
      #expect(try verify(stored, place).discrepancies.isEmpty)
    }
  }
}
