/// What one line of a list of fixes names: `CVE-2019-5060 TALOS-2019-0844`, `CVE-2017-2616 (+ regression fix)`,
/// `CVE 2018-16859`, `CVE_2019-2426`, `CVE-2017-8073.patch`, `XSA-207`.
struct SecDBIdentifier {
    /// Different flaws; of more than one, none is a name of the other.
    private(set) var cves: [String] = []
    /// Other identifiers, in order.
    private(set) var others: [String] = []

    init(_ line: String) {
        var words: [Substring] = []
        var depth = 0
        // What stands in brackets is a remark.
        for word in line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "," || $0 == "/" }).prefix(64) {
            depth += word.count { $0 == "(" }
            if depth == 0 { words.append(word) }
            depth -= min(depth, word.count { $0 == ")" })
        }
        var index = 0
        while index < words.count {
            var word = String(words[index].map { $0 == "_" ? "-" : $0 })
            if word == "CVE", index + 1 < words.count {
                index += 1
                word = "CVE-\(words[index])"
            }
            index += 1
            add(word)
        }
    }

    /// The first CVE, else the first of the others; `nil` for a line that names nothing.
    var first: String? { cves.first ?? others.first }

    private mutating func add(_ word: String) {
        let named = CVEText.identifiers(in: word, limit: 1)
        if let cve = named.first {
            if !cves.contains(cve) { cves.append(cve) }
            return
        }
        guard word.contains("-"), word.first?.isLetter == true, word.contains(where: \.isNumber),
            word.utf8.count <= 64, word.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !others.contains(word)
        else { return }
        others.append(word)
    }
}
