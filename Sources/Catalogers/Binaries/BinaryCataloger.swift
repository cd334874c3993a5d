import Bytes
import ScanModel

/// Runtimes, servers and tools that were installed without a package manager, from their executables and libraries.
///
/// What a package manager did install is found here too; the inventory drops it where the manager owns the file.
struct BinaryCataloger: Cataloger {
    let name = CatalogerName.binary
    let version = 4
    let maxFileBytes = EvidenceBound.binary
    let selectors: [PathSelector] = BinaryClassifier.all.flatMap(\.files).map { rule in
        switch rule {
        case .program(let name): .program(name)
        case .numbered(let stem), .stem(let stem), .stemHolding(let stem, _): .programStem(stem)
        case .file(let name): .name(name, parentSuffixes: [])
        case .path(let path): .pathSuffix(path)
        }
    }

    /// The classifiers by the stem of the names that they look at.
    private static let byStem: [ArraySlice<UInt8>: [BinaryClassifier]] = {
        var found: [ArraySlice<UInt8>: [BinaryClassifier]] = [:]
        for classifier in BinaryClassifier.all {
            for stem in Set(classifier.files.map { ProgramName.stem(LayerPath($0.text).name) }) {
                found[stem, default: []].append(classifier)
            }
        }
        return found
    }()

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var found = CatalogedFile()
        let name = file.path.name
        let stem = ProgramName.stem(name)
        let isProgram = file.bytes.withUnsafeBytes { ExecutableMagic.matches($0) }
        let classifiers = (Self.byStem[stem] ?? []).filter { classifier in
            classifier.files.contains { $0.picks(file.path, stem: stem, isProgram: isProgram) }
        }
        guard !classifiers.isEmpty else { return found }
        file.bytes.withUnsafeBytes { buffer in
            var search = BinarySearch(buffer, named: ProgramName.version(name))
            for classifier in classifiers {
                guard let package = identify(classifier, file.path, &search) else { continue }
                let cataloged = CatalogedPackage(package)
                if !found.packages.contains(cataloged) { found.packages.append(cataloged) }
            }
            if !found.packages.isEmpty {
                let hashes = file.bytes.sha256
                for index in found.packages.indices { found.packages[index].package.hashes = hashes }
            }
            if search.isCutShort {
                found.problems.append("the search for a version was given up: too many likely places")
            }
        }
        return found
    }

    private func identify(_ classifier: BinaryClassifier, _ path: LayerPath, _ search: inout BinarySearch) -> Package? {
        for finding in classifier.findings {
            if let part = finding.pathHolds, !path.text.contains(part) { continue }
            for pattern in finding.patterns {
                guard let place = search.version(pattern) else { continue }
                // Asked for last, as most files of a likely name are what they seem.
                guard finding.evidence.isEmpty || finding.evidence.contains(where: { search.holds($0) }) else { break }
                return finding.package.package(version: String(decoding: search.buffer[place], as: UTF8.self))
            }
        }
        return nil
    }
}

extension BinaryClassifier.FileRule {
    /// The name or path in the rule.
    fileprivate var text: String {
        switch self {
        case .program(let text), .numbered(let text), .stem(let text), .stemHolding(let text, _), .file(let text),
            .path(let text):
            text
        }
    }

    fileprivate func picks(_ path: LayerPath, stem: ArraySlice<UInt8>, isProgram: Bool) -> Bool {
        switch self {
        case .program(let name): isProgram && path.name.elementsEqual(name.utf8)
        case .numbered(let wanted):
            isProgram && stem.elementsEqual(wanted.utf8)
                && path.name[stem.endIndex...].allSatisfy { ByteClass.isDigit($0) || $0 == UInt8(ascii: ".") }
        case .stem(let wanted): isProgram && stem.elementsEqual(wanted.utf8)
        case .stemHolding(let wanted, let part):
            isProgram && stem.elementsEqual(wanted.utf8) && String(decoding: path.name, as: UTF8.self).contains(part)
        case .file(let name): path.name.elementsEqual(name.utf8)
        case .path(let suffix): path == LayerPath(suffix) || path.text.hasSuffix("/" + suffix)
        }
    }
}
