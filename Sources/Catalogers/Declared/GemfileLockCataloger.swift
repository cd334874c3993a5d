import Bytes
import ScanModel

/// Bundler's `Gemfile.lock`, or `gems.locked` beside a `gems.rb` (Bundler, lockfile_parser.rb): sections of sources, each
/// with its specs four blanks in.
struct GemfileLockCataloger: Cataloger {
    let name = "gemfile-lock"
    let version = 1
    let selectors: [PathSelector] = [
        .name("Gemfile.lock", parentSuffixes: []), .name("Gemfile.next.lock", parentSuffixes: []),
        .name("gems.locked", parentSuffixes: []),
    ]

    private static let sources: Set<String> = ["GEM", "GIT", "PATH", "PLUGIN SOURCE"]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        ListingFile.read(file, .gem) { bytes, packages in
            var isSource = false
            var sawSource = false
            for line in TextLines(bytes) where line.count <= 4096 {
                guard let first = line.first else { continue }
                guard first == 0x20 else {
                    isSource = Self.sources.contains(line.trimmedText)
                    sawSource = sawSource || isSource
                    continue
                }
                // Six blanks in are what a gem depends on.
                guard isSource, line.prefix(while: { $0 == 0x20 }).count == 4 else { continue }
                let words = line.trimmedText.split(separator: " ")
                guard words.count == 2, words[1].hasPrefix("("), words[1].hasSuffix(")") else { continue }
                let (version, platform) = Self.split(words[1].dropFirst().dropLast())
                packages.add(name: String(words[0]), version: version, arch: platform)
            }
            if !sawSource { packages.addProblem("no section of sources") }
        }
    }

    /// A version and the platform that the gem was built for: `1.15.4-x86_64-linux`; no version holds a dash.
    private static func split(_ text: Substring) -> (version: String, platform: String) {
        guard let dash = text.firstIndex(of: "-") else { return (String(text), "") }
        return (String(text[..<dash]), String(text[text.index(after: dash)...]))
    }
}
