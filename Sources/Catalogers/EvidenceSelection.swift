package import ScanModel

/// Decides for every entry of a layer which catalogers read it: a few hash look-ups on its name.
package struct EvidenceSelection: Sendable {
    /// A name that is looked up.
    private struct NameKey: Hashable, Sendable {
        let bytes: ArraySlice<UInt8>

        init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

        /// The bytes at once, through a pointer that is not kept: a slice hashes them one by one, and every entry of
        /// every layer is looked up some times.
        func hash(into hasher: inout Hasher) { bytes.withUnsafeBytes { hasher.combine(bytes: $0) } }
    }

    private struct Rule: Sendable {
        let cataloger: Int
        let selector: PathSelector
    }

    /// The catalogers by index.
    package let catalogers: [any Cataloger]
    private var byName: [NameKey: [Rule]] = [:]
    private var byExtension: [NameKey: [Rule]] = [:]
    private var byDirectoryName: [NameKey: [Rule]] = [:]
    /// Rules for programs by the stem of their names, so that one look-up serves whole names and stems.
    private var byProgramStem: [NameKey: [Rule]] = [:]
    /// Rules for programs by the ending of their names.
    private var byProgramExtension: [NameKey: [Rule]] = [:]
    private var libraries: [(cataloger: Int, mark: [UInt8])] = []
    private var entryFolders: [(cataloger: Int, folder: [UInt8])] = []
    private var companionNames: Set<NameKey> = []
    /// Catalogers that read executables.
    package let executableCatalogers: [Int]

    package init(_ catalogers: [any Cataloger]) {
        self.catalogers = catalogers
        var executables: [Int] = []
        for (index, cataloger) in catalogers.enumerated() {
            for selector in cataloger.selectors {
                let rule = Rule(cataloger: index, selector: selector)
                switch selector {
                case .pathSuffix(let path):
                    let name = LayerPath(path).name
                    byName[NameKey(name), default: []].append(rule)
                    for suffix in cataloger.companionSuffixes {
                        companionNames.insert(NameKey(name + Array(suffix.utf8)))
                    }
                case .name(let name, _):
                    byName[NameKey(Self.lowercased(Array(name.utf8)[...])), default: []].append(rule)
                case .suffix(let suffix), .suffixBelow(let suffix, _), .nameContaining(_, let suffix):
                    byExtension[NameKey(Self.fileExtension(Array(suffix.utf8)[...])), default: []].append(rule)
                case .pattern(let pattern):
                    let last = LayerPath(pattern).name
                    if last.first == UInt8(ascii: "*") {
                        byExtension[NameKey(Self.fileExtension(Self.lowercased(last))), default: []].append(rule)
                    } else {
                        byName[NameKey(last), default: []].append(rule)
                    }
                case .directory(let directory, _):
                    byDirectoryName[NameKey(LayerPath(directory).name), default: []].append(rule)
                case .program(let name):
                    byProgramStem[NameKey(ProgramName.stem(Array(name.utf8)[...])), default: []].append(rule)
                case .programStem(let stem): byProgramStem[NameKey(Array(stem.utf8)[...]), default: []].append(rule)
                case .programSuffix(let suffix):
                    byProgramExtension[NameKey(Self.fileExtension(Array(suffix.utf8)[...])), default: []].append(rule)
                case .library(let mark): libraries.append((index, mark))
                case .entry(let folder): entryFolders.append((index, Array(folder.utf8)))
                case .executable: executables.append(index)
                }
            }
        }
        executableCatalogers = executables
    }

    /// The catalogers that want the file at `path` for its path alone.
    package func catalogers(for path: LayerPath) -> [Int] {
        var found: [Int] = []
        let name = path.name
        let lower = Self.lowercased(name)
        for rule in byName[NameKey(name)] ?? [] where matches(rule, path, lower) { found.append(rule.cataloger) }
        if lower != name {
            for rule in byName[NameKey(lower)] ?? [] where matches(rule, path, lower) { found.append(rule.cataloger) }
        }
        for rule in byExtension[NameKey(Self.fileExtension(lower))] ?? [] where matches(rule, path, lower) {
            found.append(rule.cataloger)
        }
        if !byDirectoryName.isEmpty, let parent = path.parent {
            for rule in byDirectoryName[NameKey(parent.name)] ?? [] where matches(rule, path, lower) {
                found.append(rule.cataloger)
            }
        }
        return found.count > 1 ? Array(Set(found)).sorted() : found
    }

    /// The catalogers that want the file at `path` for its name if its first bytes are those of a program.
    package func programCatalogers(for path: LayerPath) -> [Int] {
        let name = path.name
        var found: [Int] = []
        for rule in byProgramStem[NameKey(ProgramName.stem(name))] ?? [] where !found.contains(rule.cataloger) {
            // The stem that led here is all that the other kind of rule asks for.
            if case .program(let wanted) = rule.selector, !name.elementsEqual(wanted.utf8) { continue }
            found.append(rule.cataloger)
        }
        if !byProgramExtension.isEmpty {
            for rule in byProgramExtension[NameKey(Self.lowercased(Self.fileExtension(name)))] ?? []
            where !found.contains(rule.cataloger) {
                if case .programSuffix(let suffix) = rule.selector, Self.ends(Self.lowercased(name), in: suffix) {
                    found.append(rule.cataloger)
                }
            }
        }
        return found
    }

    /// The catalogers that want the file at `path` if its first bytes are those of a program, for its name or for any.
    package func programCatalogers(for path: LayerPath, hasExecutableBit: Bool) -> [Int] {
        let named = programCatalogers(for: path)
        guard !executableCatalogers.isEmpty, ExecutableMagic.isLikely(path, hasExecutableBit: hasExecutableBit) else {
            return named
        }
        return named.isEmpty ? executableCatalogers : named + executableCatalogers
    }

    /// Whether the file at `path` is worth a look at its first bytes for a mark: a shared library that is not taken for
    /// a program anyway.
    package func mayBeMarked(_ path: LayerPath, hasExecutableBit: Bool) -> Bool {
        !libraries.isEmpty && LibraryMark.isLibrary(path)
            && !ExecutableMagic.isLikely(path, hasExecutableBit: hasExecutableBit)
    }

    /// The catalogers that read a file whose first bytes are `head`: where it is a program or a library those in
    /// `byMagic`, and those whose mark it holds if it `mayBeMarked`.
    ///
    /// The head is looked at where it lies, as an array of each would be a copy, and no pointer to it is kept.
    package func readers(of head: UnsafeRawBufferPointer, byMagic: [Int], mayBeMarked: Bool) -> [Int] {
        guard ExecutableMagic.matches(head) else { return [] }
        guard mayBeMarked else { return byMagic }
        return byMagic
            + libraries.filter { !byMagic.contains($0.cataloger) && LibraryMark.holds($0.mark, head) }.map(\.cataloger)
    }

    /// What stands in a folder whose entries count by their names alone: the entry at `path`, or the one that it is below.
    ///
    /// Archives may leave out folders. Below other roots than the image's only the entry itself is seen.
    package func standingEntries(at path: LayerPath) -> [(cataloger: Int, entry: LayerPath)] {
        var found: [(cataloger: Int, entry: LayerPath)] = []
        for (cataloger, folder) in entryFolders where path.bytes.count > folder.count {
            let slash = UInt8(ascii: "/")
            if path.bytes.starts(with: folder), path.bytes[folder.count] == slash {
                let rest = path.bytes[(folder.count + 1)...]
                guard !rest.isEmpty else { continue }
                found.append(
                    (cataloger, LayerPath(clean: Array(path.bytes[..<(rest.firstIndex(of: slash) ?? rest.endIndex)])))
                )
            } else if let end = path.bytes.lastIndex(of: slash), end > folder.count,
                path.bytes[..<end].suffix(folder.count).elementsEqual(folder),
                path.bytes[end - folder.count - 1] == slash
            {
                found.append((cataloger, path))
            }
        }
        return found
    }

    /// The catalogers that may want the file at `path` for its name, whatever it holds.
    package func nameCatalogers(for path: LayerPath) -> [Int] {
        let byPath = catalogers(for: path)
        return byPath + programCatalogers(for: path).filter { !byPath.contains($0) }
    }

    /// Whether a cataloger, given by its name, is one of `wanted` or reads programs of any name.
    package func isReader(_ name: String, among wanted: [Int]) -> Bool {
        (wanted + executableCatalogers).contains { catalogers[$0].name == name }
    }

    /// Whether some cataloger may find packages in the file at `path` for its name: whose it is matters to the inventory.
    package func isEvidence(_ path: LayerPath) -> Bool {
        catalogers(for: path).contains { catalogers[$0].namesPackages } || !programCatalogers(for: path).isEmpty
    }

    /// Whether the file may be a companion of some evidence and must be kept until the layer's end.
    package func isCompanion(_ path: LayerPath) -> Bool {
        !companionNames.isEmpty && companionNames.contains(NameKey(path.name))
    }

    private func matches(_ rule: Rule, _ path: LayerPath, _ lowerName: ArraySlice<UInt8>) -> Bool {
        switch rule.selector {
        case .pathSuffix(let suffix): Self.endsInParts(path, suffix)
        case .name(let name, let parentSuffixes):
            lowerName.elementsEqual(Self.lowercased(Array(name.utf8)[...]))
                && (parentSuffixes.isEmpty || parentSuffixes.contains { Self.parentEnds(path, in: $0) })
        case .suffix(let suffix): Self.ends(lowerName, in: suffix)
        case .nameContaining(let part, let suffix):
            Self.ends(lowerName, in: suffix) && lowerName.firstRange(of: Array(part.utf8)) != nil
        case .suffixBelow(let suffix, let directory):
            Self.ends(lowerName, in: suffix) && path.isBelow(directory: directory)
        case .directory(let directory, let suffix):
            path.parent.map { Self.endsInParts($0, directory) } == true
                && (suffix.isEmpty || Self.ends(lowerName, in: suffix))
        case .pattern(let pattern): Self.endsInPattern(path, pattern)
        case .program, .programStem, .programSuffix, .library, .entry, .executable: false
        }
    }

    private static func endsInPattern(_ path: LayerPath, _ pattern: String) -> Bool {
        var rest = path.bytes[...]
        let slash = UInt8(ascii: "/")
        for (index, wanted) in Array(pattern.utf8).split(separator: slash).reversed().enumerated() {
            guard !rest.isEmpty else { return false }
            let start = rest.lastIndex(of: slash).map { $0 + 1 } ?? rest.startIndex
            let part = rest[start...]
            let isMatch =
                if wanted.elementsEqual("*".utf8) {
                    true
                } else if index == 0, wanted.first == UInt8(ascii: "*") {
                    part.count >= wanted.count && part.suffix(wanted.count - 1).elementsEqual(wanted.dropFirst())
                } else {
                    part.elementsEqual(wanted)
                }
            guard isMatch else { return false }
            rest = rest[..<max(rest.startIndex, start - 1)]
        }
        return true
    }

    private static func parentEnds(_ path: LayerPath, in suffix: String) -> Bool {
        guard let parent = path.parent else { return false }
        return ends(lowercased(parent.name), in: suffix)
    }

    private static func endsInParts(_ path: LayerPath, _ suffix: String) -> Bool {
        let wanted = suffix.utf8
        let bytes = path.bytes
        guard bytes.count >= wanted.count, bytes.suffix(wanted.count).elementsEqual(wanted) else { return false }
        let start = bytes.count - wanted.count
        return start == 0 || bytes[start - 1] == UInt8(ascii: "/")
    }

    private static func ends(_ name: ArraySlice<UInt8>, in suffix: String) -> Bool {
        name.count >= suffix.utf8.count && name.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
    }

    private static func fileExtension(_ name: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard let dot = name.lastIndex(of: UInt8(ascii: ".")) else { return [] }
        return name[dot...]
    }

    private static func lowercased(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard bytes.contains(where: { $0 >= 65 && $0 <= 90 }) else { return bytes }
        return bytes.map { $0 >= 65 && $0 <= 90 ? $0 | 0x20 : $0 }[...]
    }
}
