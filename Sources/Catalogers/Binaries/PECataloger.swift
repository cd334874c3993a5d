import Bytes
import Executables
import ScanModel

/// Windows' programs and libraries, from their version resources: .NET assemblies that no `deps.json` lists, and other
/// software of that form.
struct PECataloger: Cataloger {
    let name = CatalogerName.pe
    let version = 1
    let maxFileBytes = EvidenceBound.binary
    let selectors: [PathSelector] = [".dll", ".exe", ".bpl"].map { .programSuffix($0) }

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        guard let resource = PEVersion.read(file.bytes) else { return CatalogedFile() }
        let labels = PELabels(resource)
        let name = labels.name ?? fileStem(file.path)
        var packages = PackageRecords(resource.isManaged ? .dotnet : .binary)
        // Without a version there is nothing to report: many small libraries have none.
        if let version = resource.isManaged ? labels.assemblyVersion : labels.productVersion {
            packages.add(name: name, version: version)
        }
        return packages.file
    }

    private func fileStem(_ path: LayerPath) -> String {
        String(String(decoding: path.name, as: UTF8.self).dropLast(4))
    }
}

/// What the texts of a version resource call the software and its version.
struct PELabels {
    private let texts: [String: String]
    private let isMicrosoft: Bool

    private static let spaces: Set<Character> = [" ", "\t", "\r", "\n", "\r\n", "\u{a0}"]

    init(_ resource: PEVersion) {
        var texts: [String: String] = [:]
        for (key, value) in resource.strings where value.utf8.count <= 1024 {
            let clean = value.split(whereSeparator: Self.spaces.contains).joined(separator: " ")
                .filter { !$0.isASCII || ($0.asciiValue ?? 0) >= 0x20 }
            if !clean.isEmpty { texts[key] = clean }
        }
        if texts["FileVersion"] == nil { texts["FileVersion"] = resource.fixedFileVersion }
        self.texts = texts
        isMicrosoft = ["CompanyName", "ProductName"].contains { texts[$0]?.lowercased().contains("microsoft") == true }
    }

    /// The name of the product, without the framework that some builds add: `Humanizer (net6.0)`.
    ///
    /// Microsoft's products are large, so that its files go by their descriptions.
    var name: String? {
        let products = ["ProductName", "FileDescription", "InternalName", "OriginalFilename"]
        let keys = isMicrosoft ? Array(products.dropFirst()) + ["ProductName"] : products
        return keys.lazy.compactMap { texts[$0] }.first.map(withoutFramework)
    }

    /// The version of the product, or else of the file.
    var productVersion: String? { version("ProductVersion") ?? version("FileVersion") }

    /// Of the two versions of a .NET assembly the one that tells more.
    ///
    /// That is the greater, and of two that are equal the one with more numbers. In Microsoft's files the last numbers are
    /// a date, and the shorter version is the package's.
    var assemblyVersion: String? {
        guard let product = version("ProductVersion") else { return version("FileVersion") }
        guard let file = version("FileVersion") else { return product }
        let (productNumbers, fileNumbers) = (PENumbers(product), PENumbers(file))
        guard let productNumbers else { return fileNumbers == nil ? product : file }
        guard let fileNumbers else { return product }
        if isMicrosoft, productNumbers.count < fileNumbers.count, productNumbers.startsLike(fileNumbers) {
            return String(product.prefix { $0 != "+" })
        }
        if productNumbers.isEqual(to: fileNumbers) { return productNumbers.count >= fileNumbers.count ? product : file }
        return productNumbers.isLess(than: fileNumbers) ? file : product
    }

    /// The text without words that follow its version: `1.2.3 built by X` is 1.2.3.
    private func version(_ key: String) -> String? {
        var words: [Substring] = []
        for word in texts[key]?.split(separator: " ") ?? [] {
            if words.contains(where: Self.hasDigit), !Self.hasDigit(word) { break }
            words.append(word)
        }
        let text = words.joined(separator: " ")
        return text.contains(where: \.isNumber) ? text : nil
    }

    private static func hasDigit(_ text: Substring) -> Bool { text.contains(where: \.isNumber) }

    private func withoutFramework(_ name: String) -> String {
        guard name.hasSuffix(")"), let open = name.lastIndex(of: "("), name[open...].hasPrefix("(net"),
            open > name.startIndex,
            name[open...].contains(where: \.isNumber)
        else { return name }
        return String(name[..<open].reversed().drop { $0 == " " }.reversed())
    }
}

/// The numbers at the start of a version, and whether a pre-release follows them.
struct PENumbers {
    private var numbers: [UInt64] = []
    private var isPreRelease = false

    var count: Int { numbers.count }

    /// `nil` where the text is no version of dotted numbers.
    init?(_ text: String) {
        let build = text.prefix { $0 != "+" }
        let release = build.prefix { $0 != "-" }
        for part in release.split(separator: ".", omittingEmptySubsequences: false) {
            guard let number = UInt64(part), numbers.count < 16 else { return nil }
            numbers.append(number)
        }
        isPreRelease = release.endIndex != build.endIndex
    }

    /// Whether the first two numbers are the same.
    func startsLike(_ other: PENumbers) -> Bool {
        count >= 2 && other.count >= 2 && numbers.prefix(2) == other.numbers.prefix(2)
    }

    /// Missing numbers are zeros.
    func isEqual(to other: PENumbers) -> Bool { !isLess(than: other) && !other.isLess(than: self) }

    func isLess(than other: PENumbers) -> Bool {
        for index in 0..<max(count, other.count) {
            let (own, theirs) = (index < count ? numbers[index] : 0, index < other.count ? other.numbers[index] : 0)
            if own != theirs { return own < theirs }
        }
        return isPreRelease && !other.isPreRelease
    }
}
