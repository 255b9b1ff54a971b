/// A table of texts, written for a terminal, Markdown, CSV or LaTeX.
struct TextTable {
  let columns: [String]
  let rows: [[String]]

  /// The table with words above it; JSON is not a table's business and gives the plain text.
  func text(_ format: ComparisonFormat, heading: String) -> String {
    switch format {
    case .text, .json: heading + "\n\n" + aligned
    case .markdown: heading.replacing("\n", with: "\n\n") + "\n\n" + markdown
    case .csv: csv
    case .latex:
      heading.split(separator: "\n").map { "% \($0)\n" }.joined() + latex
    }
  }

  /// Columns padded to one width.
  var aligned: String {
    let widths = columns.indices.map { column in
      ([columns] + rows).map { $0[column].count }.max() ?? 0
    }
    return ([columns] + rows).map { row in
      var line = zip(row, widths).map { cell, width in
        cell + String(repeating: " ", count: width - cell.count)
      }.joined(separator: "  ")
      while line.hasSuffix(" ") { line.removeLast() }
      return line + "\n"
    }.joined()
  }

  var markdown: String {
    func line(_ cells: [String]) -> String {
      "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n"
    }
    return line(columns) + line(columns.map { _ in "---" }) + rows.map(line).joined()
  }

  var csv: String {
    func field(_ text: String) -> String {
      text.contains { ",\"\n".contains($0) } ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
    }
    return ([columns] + rows).map { $0.map(field).joined(separator: ",") + "\n" }.joined()
  }

  var latex: String {
    func escaped(_ text: String) -> String {
      var text = text.replacing("\\", with: "\\textbackslash ")
      for character in ["&", "%", "$", "#", "_"] {
        text = text.replacing(character, with: "\\" + character)
      }
      return text.replacing("±", with: "$\\pm$").replacing("–", with: "--")
        .replacing("β", with: "$\\beta$")
    }
    func line(_ cells: [String]) -> String {
      "  " + cells.map(escaped).joined(separator: " & ") + " \\\\\n"
    }
    return "\\begin{tabular}{\(String(repeating: "l", count: columns.count))}\n  \\hline\n"
      + line(columns) + "  \\hline\n" + rows.map(line).joined() + "  \\hline\n\\end{tabular}\n"
  }
}
