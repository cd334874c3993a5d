import Bytes
import ScanModel

/// Installed Perl distributions, from the `install.json` that cpanm and App::cpm write into `.meta`.
struct PerlCataloger: Cataloger {
    let name = "perl"
    let version = 1
    let selectors: [PathSelector] = [.pattern(".meta/*/install.json")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        do {
            let document = try BoundedJSON(file.bytes)
            var packages = PackageRecords(.cpan)
            let dist = document["dist"]?.string.flatMap(PerlDistribution.init)
            // A module's name says which distribution it is where the distribution itself is not named.
            let module = document["name"]?.string.map { $0.split(separator: ":").joined(separator: "-") }
            packages.add(name: dist?.name ?? module, version: document["version"]?.string ?? dist?.version)
            return packages.file
        } catch {
            return CatalogedFile(problem: "install.json: \(error)")
        }
    }
}

/// A distribution's name and version as CPAN writes them in one word: `libwww-perl-6.05`, `Moo-v2.1`.
struct PerlDistribution {
    let name: String
    let version: String

    /// `nil` where no hyphen is followed by a version.
    init?(_ text: String) {
        var end = text.endIndex
        while let hyphen = text[..<end].lastIndex(of: "-") {
            let rest = text[text.index(after: hyphen)...]
            let digits = rest.first == "v" ? rest.dropFirst() : rest
            if digits.first?.isNumber == true, hyphen > text.startIndex {
                name = String(text[..<hyphen])
                version = String(rest)
                return
            }
            end = hyphen
        }
        return nil
    }
}
