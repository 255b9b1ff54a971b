/// The candidate that `name` was probably meant to be, or nil when none is close.
///
/// A few slips of the keyboard (Damerau–Levenshtein distance up to a third of the length) are
/// forgiven; failing that, a candidate that contains the name, or is contained in it, is taken.
public func nearest(_ name: String, among candidates: [String]) -> String? {
  let wanted = Array(name.lowercased())
  // Longer words are not names; comparing them would cost time for nothing.
  guard !wanted.isEmpty, wanted.count <= 100 else { return nil }

  var best: (candidate: String, distance: Int)?
  for candidate in candidates {
    let letters = Array(candidate.lowercased())
    let distance = editDistance(wanted, letters)
    guard distance <= (max(wanted.count, letters.count) + 1) / 3 else { continue }
    if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
  }
  return best?.candidate ?? containing(name.lowercased(), among: candidates)
}

/// The longest candidate that shares a whole part of at least three letters with `name`.
private func containing(_ name: String, among candidates: [String]) -> String? {
  candidates
    .filter { min($0.count, name.count) >= 3 }
    .filter { name.contains($0.lowercased()) || $0.lowercased().contains(name) }
    .max { $0.count < $1.count }
}

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
  var beforeLast = [Int](repeating: 0, count: b.count + 1)
  var last = Array(0...b.count)
  for i in 0..<a.count {
    var row = [i + 1]
    for j in 0..<b.count {
      var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
        cost = min(cost, beforeLast[j - 1] + 1)
      }
      row.append(cost)
    }
    (beforeLast, last) = (last, row)
  }
  return last[b.count]
}
