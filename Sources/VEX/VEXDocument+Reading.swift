import Advisories
import OnePassJSON

extension VEXDocument {
    /// Reads `bytes` as OpenVEX, CSAF or CycloneDX, whichever it says it is; `name` is for messages.
    ///
    /// A statement that makes no sense is a problem of the document and left out.
    package init(_ bytes: [UInt8], name: String, limits: VEXLimits = VEXLimits()) throws(VEXError) {
        guard bytes.count <= limits.maxBytes else {
            throw VEXError(message: "\(name): more than \(limits.maxBytes) bytes")
        }
        let root = try Self.parse(bytes, name: name, limits: limits)
        var builder = VEXBuilder(name: name, limits: limits)
        if root["@context"]?.string?.contains("openvex.dev/ns") == true {
            self = try OpenVEXReader(root).document(&builder)
        } else if root["document"]?["csaf_version"] != nil {
            self = try CSAFReader(root, limits: limits).document(&builder)
        } else if root["bomFormat"]?.string == "CycloneDX" {
            self = try CycloneDXReader(root, limits: limits).document(&builder)
        } else {
            throw VEXError(message: "\(name): neither OpenVEX nor CSAF nor CycloneDX")
        }
    }

    private static func parse(_ bytes: [UInt8], name: String, limits: VEXLimits) throws(VEXError) -> JSONValue {
        do throws(JSONError) {
            return try bytes.span.withUnsafeBytes { buffer throws(JSONError) in
                try JSONReader.parse(buffer, maxDepth: limits.maxDepth)
            }
        } catch {
            throw VEXError(message: "\(name): \(error)")
        }
    }
}

/// Statements on their way into a document, counted and bounded.
struct VEXBuilder {
    let name: String
    let limits: VEXLimits
    private(set) var statements: [VEXStatement] = []
    private(set) var problems: [String] = []
    private var products = 0

    init(name: String, limits: VEXLimits) {
        self.name = name
        self.limits = limits
    }

    /// Adds a statement; one without a flaw or a product is a problem.
    mutating func add(_ statement: VEXStatement, at place: String) throws(VEXError) {
        guard !statement.names.isEmpty else { return note("\(place): no vulnerability") }
        guard !statement.products.isEmpty else { return note("\(place): no product") }
        products += statement.products.reduce(0) { $0 + 1 + $1.components.count }
        guard statements.count < limits.maxStatements, products <= limits.maxProducts else {
            throw VEXError(message: "\(name): too many statements or products")
        }
        statements.append(statement)
    }

    mutating func note(_ problem: String) {
        guard problems.count < limits.maxProblems else { return }
        problems.append(String(problem.prefix(300)))
    }

    /// A name, purl or label; `nil` where it is missing, too long or unprintable.
    func word(_ value: JSONValue?) -> String? {
        guard let text = value?.string, !text.isEmpty, text.utf8.count <= limits.maxNameBytes,
            !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F })
        else { return nil }
        return text
    }

    /// Words in a sentence, cut where they are too many.
    func text(_ value: JSONValue?) -> String? {
        guard let text = value?.string, !text.isEmpty else { return nil }
        guard text.utf8.count > limits.maxTextBytes else { return text }
        return String(decoding: text.utf8.prefix(limits.maxTextBytes), as: UTF8.self)
    }
}
