import Foundation
import Testing

@testable import Lab

/// A comparison in each of its formats.
@Suite struct ComparisonTextTests {
  /// Fields of CSV (RFC 4180).
  private func parse(csv text: String) -> [[String]] {
    var rows: [[String]] = [[""]]
    var quoted = false
    var characters = Array(text)[...]
    while let character = characters.popFirst() {
      switch character {
      case "\"" where quoted && characters.first == "\"":
        characters.removeFirst()
        rows[rows.count - 1][rows[rows.count - 1].count - 1].append("\"")
      case "\"": quoted.toggle()
      case "," where !quoted: rows[rows.count - 1].append("")
      case "\n" where !quoted: rows.append([""])
      default: rows[rows.count - 1][rows[rows.count - 1].count - 1].append(character)
      }
    }
    return rows.filter { $0 != [""] }
  }

  private func comparison(_ body: (Comparison) throws -> Void) throws {
    try Table.with(
      less: ["rewo": Table.near(1.5), "plain": [2.1, nil]], failed: ["plain": 1]
    ) { comparison, _ in try body(comparison) }
  }

  @Test func csvReadsBack() throws {
    try comparison { comparison in
      let rows = parse(csv: try comparison.text(.csv))
      let header = try #require(rows.first)
      #expect(rows.count == 7)
      #expect(rows.allSatisfy { $0.count == header.count })
      func field(_ row: Int, _ name: String) throws -> String {
        rows[row][try #require(header.firstIndex(of: name))]
      }
      for (index, row) in comparison.rows.enumerated() {
        let line = index + 1
        #expect(try field(line, "study") == "test/tiny")
        #expect(try field(line, "cell") == row.cell.label)
        #expect(try field(line, "measure") == row.measure)
        #expect(try field(line, "n") == "\(row.runs.count)")
        #expect(try field(line, "failed") == "\(row.failed.count)")
        #expect(try field(line, "without_value") == "\(row.withoutValue)")
        // Numbers to the last bit.
        #expect(try Double(field(line, "mean")) == row.summary?.mean)
        #expect(try Double(field(line, "std")) == row.summary?.standardDeviation)
        #expect(try Double(field(line, "low95")) == row.summary?.interval?.low)
        #expect(try Double(field(line, "high95")) == row.summary?.interval?.high)
        #expect(try Double(field(line, "reported")) == row.reported?.value)
        #expect(try field(line, "verdict") == row.judgement.verdict.label)
        let runs = try field(line, "runs").split(separator: " ").map { run in
          let parts = run.split(separator: ":")
          return (Int(parts[0]), Double(parts[1]))
        }
        #expect(runs.map(\.0) == row.runs.map(\.seed))
        #expect(runs.map(\.1) == row.runs.map(\.value))
      }
      #expect(try field(1, "verdict") == "worse")
      #expect(try field(2, "failed") == "1")
    }
  }

  @Test func jsonDecodes() throws {
    try comparison { comparison in
      let text = try comparison.text(.json)
      let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
      let value = try #require(object as? [String: Any])
      #expect(value["artefact"] as? String == "test/table")
      #expect((value["rows"] as? [Any])?.count == 6)
      let back = try JSONDecoder().decode(Comparison.self, from: Data(text.utf8))
      #expect(back.rows.map(\.cell) == comparison.rows.map(\.cell))
      #expect(try back.row("rewo").summary == comparison.row("rewo").summary)
      #expect(back.title == "Numbers, \"quoted\" | and & such_as 5 %")
    }
  }

  @Test func textForATerminal() throws {
    try comparison { comparison in
      let text = try comparison.text(.text)
      #expect(text.hasPrefix("test/table: Numbers"))
      #expect(text.contains("Profile paper: the paper's budget."))
      let lines = text.split(separator: "\n").map(String.init)
      let rewo = try #require(lines.first { $0.hasPrefix("  method=rewo") })
      #expect(rewo.contains("1.5 ± 0.0158"))
      #expect(rewo.contains("(n = 5)"))
      #expect(rewo.hasSuffix("worse"))
      let plain = try #require(lines.first { $0.hasPrefix("  method=plain") })
      #expect(plain.contains("1 failed"))
      #expect(text.contains("not reported"))
      #expect(text.contains("The paper's claims:"))
      #expect(text.contains("mean(method=rewo) < mean(method=plain)"))
      #expect(
        text.hasSuffix(
          "At most 0.05 of these rows would be called better or worse by chance alone, if the paper's "
            + "numbers are exact where it gives no spread.\n"))
      #expect(!text.contains("of the claims"))
    }
  }

  /// Claims are decided by chance as rows are.
  @Test func claimsByChance() throws {
    try Table.with(less: ["rewo": Table.near(1), "plain": Table.near(2)]) { comparison, _ throws in
      #expect(
        try comparison.text(.text).contains(
          "At most one in 20 of the claims that have an interval would be decided wrongly by chance "
            + "alone, in expectation.\n"))
    }
  }

  @Test func markdownTable() throws {
    try comparison { comparison in
      let lines = try comparison.text(.markdown).split(separator: "\n").map(String.init)
      #expect(lines[0].hasPrefix("# test/table: "))
      let table = lines.filter { $0.hasPrefix("|") }
      #expect(table.count == 8)
      #expect(table[1] == "| --- | --- | --- | --- | --- | --- |")
      // As many unescaped bars in each row.
      for line in table { #expect(line.replacing("\\|", with: "").count { $0 == "|" } == 7) }
    }
  }

  @Test func latexTable() throws {
    try comparison { comparison in
      let text = try comparison.text(.latex)
      let lines = text.split(separator: "\n").map(String.init)
      // Words above the table are comments, of which % is no part.
      let begin = try #require(lines.firstIndex { $0.hasPrefix("\\begin{tabular}{llllll}") })
      #expect(lines[..<begin].allSatisfy { $0.hasPrefix("%") })
      #expect(lines.last == "\\end{tabular}")
      let rows = lines.filter { $0.hasSuffix(" \\\\") }
      #expect(rows.count == 7)
      for row in rows {
        let bare = row.replacing("\\&", with: "").replacing("\\%", with: "")
        #expect(bare.count { $0 == "&" } == 5)
        #expect(!bare.contains("%"))
        #expect(!bare.contains("_"))
      }
      #expect(text.contains("95 \\% interval"))
      #expect(text.contains("$\\pm$"))
    }
  }

  @Test func namesWhatIsOverridden() throws {
    let profile = ProfileName(name: "quick", overrides: ["model.vhp.latent=2", "record.every=3"])
    try Table.with(less: ["rewo": [1, 1]], profile: profile) { comparison, _ in
      let text = try comparison.text(.text)
      #expect(
        text.contains(
          "Profile quick: a test. Overridden: model.vhp.latent=2, record.every=3."))
      #expect(text.contains("not comparable"))
      #expect(!text.contains("by chance alone"))
    }
  }

  /// A table's special characters in every format.
  @Test func specialCharacters() {
    let table = TextTable(
      columns: ["a", "b"],
      rows: [["x,y", "say \"so\""], ["two\nlines", "50 % & a_b #1 $ \\ β±–"]])
    #expect(parse(csv: table.csv) == [table.columns] + table.rows)
    #expect(
      table.latex.contains(
        "50 \\% \\& a\\_b \\#1 \\$ \\textbackslash  $\\beta$$\\pm$--"))
    let bars = TextTable(columns: ["a"], rows: [["x|y"]])
    #expect(bars.markdown == "| a |\n| --- |\n| x\\|y |\n")
    #expect(
      TextTable(columns: ["a", "bcd"], rows: [["1234", "5"]]).aligned == "a     bcd\n1234  5\n")
  }
}
